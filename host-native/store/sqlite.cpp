// Records in one SQLite file.
//
// Readers: a pool of connections, each with its statements prepared; the log (WAL) lets them read while one writes.
// Writer: one connection. Commits that arrive while it is busy wait together, and the next one to come through takes
// them all into one transaction: a hundred logins at once cost a few syncs and not a hundred. Each commit of such a group
// keeps its own verdict, since its guards are checked against what those before it have written.
//
// Durability: in WAL mode `synchronous=NORMAL` writes without waiting for the disk, `FULL` waits for the log to be on it,
// and with it everything before (https://www.sqlite.org/pragma.html#pragma_synchronous). A group waits when any of its
// commits issues or consumes a credential.
#include <sqlite3.h>

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <utility>

#include "host-native/store/sqlite_connection.hpp"
#include "host-native/store/sqlite_prepare.hpp"
#include "host-native/store/store.hpp"

namespace postern {
namespace {

using sqlite::Connection;
using sqlite::Statement;
using sqlite::Use;

// One connection and the statements that read.
struct Reader {
  Reader(const std::filesystem::path& file, int busy_timeout_ms)
      : connection(file, Connection::Access::read, busy_timeout_ms) {}

  Connection connection;
  Statement get{connection, "SELECT bytes, version, expires_at FROM records WHERE key = ?1"};
  Statement range{connection,
                  "SELECT key, bytes, version FROM records WHERE key >= ?1 AND key < ?2"
                  " AND (expires_at IS NULL OR expires_at > ?3) ORDER BY key LIMIT ?4"};
  Statement begin{connection, "BEGIN"};
  Statement end{connection, "COMMIT"};
};

// One connection and the statements that write.
struct Writer {
  Writer(const std::filesystem::path& file, int busy_timeout_ms)
      : connection(file, Connection::Access::write, busy_timeout_ms) {}

  Connection connection;
  Statement begin{connection, "BEGIN IMMEDIATE"};
  Statement end{connection, "COMMIT"};
  Statement undo{connection, "ROLLBACK"};
  Statement version{connection, "SELECT version, expires_at FROM records WHERE key = ?1"};
  Statement put{connection, "INSERT OR REPLACE INTO records (key, bytes, version, expires_at) VALUES (?1, ?2, ?3, ?4)"};
  Statement remove{connection, "DELETE FROM records WHERE key = ?1"};
  Statement last_version{connection, "SELECT last FROM versions"};
  Statement set_last_version{connection, "UPDATE versions SET last = ?1"};
  Statement sweep{connection,
                  "DELETE FROM records WHERE key IN (SELECT key FROM records WHERE expires_at <= ?1 LIMIT ?2)"
                  " RETURNING 1"};
  Durability durability = Durability::credential;
};

class SqliteStore final : public Store {
 public:
  SqliteStore(std::filesystem::path file, const SqliteOptions& options)
      : file_(std::move(file)), options_(options), writer_(file_, options.busy_timeout_ms) {
    if (options.most_pages > 0) {
      writer_.connection.run(("PRAGMA max_page_count=" + std::to_string(options.most_pages)).c_str());
    }
  }

  std::vector<Loaded> load(const std::vector<std::string>& keys, UnixSeconds now) override {
    const Lease reader(*this);
    std::vector<Loaded> answers;
    answers.reserve(keys.size());
    const Snapshot snapshot(*reader, keys.size() > 1);
    for (const std::string& key : keys) answers.push_back(load_one(*reader, key, now));
    return answers;
  }

  Scanned scan(std::string_view prefix, std::uint32_t limit, UnixSeconds now) override;
  Result commit(const Commit& commit, UnixSeconds now) override;
  std::size_t sweep(UnixSeconds now, std::size_t limit) override;

 private:
  // A reader for one call; it goes back to the pool, unless it failed.
  class Lease {
   public:
    explicit Lease(SqliteStore& store)
        : store_(store), reader_(store.take_reader()), exceptions_(std::uncaught_exceptions()) {}
    ~Lease() {
      if (std::uncaught_exceptions() == exceptions_) store_.give_back(std::move(reader_));
    }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    Reader& operator*() const { return *reader_; }

   private:
    SqliteStore& store_;
    std::unique_ptr<Reader> reader_;
    int exceptions_;
  };

  // Several reads of one moment.
  class Snapshot {
   public:
    Snapshot(Reader& reader, bool wanted) : reader_(reader), wanted_(wanted) {
      if (wanted_) Use(reader_.begin)->step();
    }
    ~Snapshot() {
      if (!wanted_) return;
      try {
        Use(reader_.end)->step();
      } catch (const StoreFailure&) {  // What was read has been read.
      }
    }
    Snapshot(const Snapshot&) = delete;
    Snapshot& operator=(const Snapshot&) = delete;

   private:
    Reader& reader_;
    bool wanted_;
  };

  // A commit that waits for its turn.
  struct Waiting {
    const Commit& commit;
    UnixSeconds now;
    bool done = false;
    Result result = Result::lost;
    std::exception_ptr failure;
  };

  static Loaded load_one(Reader& reader, const std::string& key, UnixSeconds now) {
    Use row(reader.get);
    if (!row->bind(1, key).step()) return Loaded{};
    if (!row->is_null(2) && row->number(2) <= now.count) return Loaded{};
    return Loaded{StoredRecord{std::string(row->bytes(0)), static_cast<Version>(row->number(1))}};
  }

  std::unique_ptr<Reader> take_reader() {
    {
      const std::lock_guard lock(readers_mutex_);
      if (!readers_.empty()) {
        auto reader = std::move(readers_.back());
        readers_.pop_back();
        return reader;
      }
    }
    return std::make_unique<Reader>(file_, options_.busy_timeout_ms);
  }

  void give_back(std::unique_ptr<Reader> reader) {
    const std::lock_guard lock(readers_mutex_);
    if (readers_.size() < most_idle_readers) readers_.push_back(std::move(reader));
  }

  void write_group(const std::vector<Waiting*>& group);
  void write_together(const std::vector<Waiting*>& group);
  Result write_one(const Commit& commit, UnixSeconds now, std::int64_t& last);
  void wait_for_disk(Durability durability);
  void roll_back() noexcept;

  static constexpr std::size_t most_idle_readers = 64;
  static constexpr std::size_t largest_group = 128;

  const std::filesystem::path file_;
  const SqliteOptions options_;

  std::mutex readers_mutex_;
  std::vector<std::unique_ptr<Reader>> readers_;

  std::mutex queue_mutex_;
  std::condition_variable turn_;
  std::vector<Waiting*> queue_;
  bool writing_ = false;  // somebody uses writer_
  Writer writer_;
};

// The first key after all keys with this prefix. Keys are bytes and are compared as such.
std::string after(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && static_cast<unsigned char>(end.back()) == 0xff) end.pop_back();
  if (!end.empty()) end.back() = static_cast<char>(static_cast<unsigned char>(end.back()) + 1);
  return end;
}

Scanned SqliteStore::scan(std::string_view prefix, std::uint32_t limit, UnixSeconds now) {
  const Lease reader(*this);
  Scanned scanned;
  std::string end = after(prefix);
  if (end.empty()) end.assign(512, '\xff');  // longer than any key
  Use rows((*reader).range);
  rows->bind(1, prefix).bind(2, end).bind(3, now.count).bind(4, std::int64_t{limit});
  while (rows->step()) {
    scanned.records.push_back(ScannedRecord{std::string(rows->bytes(0)),
                                            {std::string(rows->bytes(1)), static_cast<Version>(rows->number(2))}});
  }
  return scanned;
}

Store::Result SqliteStore::commit(const Commit& commit, UnixSeconds now) {
  Waiting mine{commit, now, false, Result::lost, nullptr};
  std::unique_lock lock(queue_mutex_);
  queue_.push_back(&mine);
  while (true) {
    turn_.wait(lock, [&] { return mine.done || !writing_; });
    if (mine.done) break;
    writing_ = true;
    const auto end = queue_.begin() + static_cast<std::ptrdiff_t>(std::min(queue_.size(), largest_group));
    const std::vector<Waiting*> group(queue_.begin(), end);
    queue_.erase(queue_.begin(), end);
    lock.unlock();
    write_group(group);
    lock.lock();
    for (Waiting* waiting : group) waiting->done = true;
    writing_ = false;
    turn_.notify_all();
  }
  if (mine.failure) std::rethrow_exception(mine.failure);
  return mine.result;
}

// A commit that can't be written (too large for a disk that is almost full) must not take its neighbours with it.
void SqliteStore::write_group(const std::vector<Waiting*>& group) {
  try {
    write_together(group);
    return;
  } catch (const StoreFailure&) {
    if (group.size() == 1) {
      group.front()->failure = std::current_exception();
      return;
    }
  }
  for (Waiting* waiting : group) {
    try {
      write_together({waiting});
    } catch (const StoreFailure&) {
      waiting->failure = std::current_exception();
    }
  }
}

void SqliteStore::write_together(const std::vector<Waiting*>& group) {
  Durability durability = Durability::relaxed;
  for (const Waiting* waiting : group) {
    if (waiting->commit.durability == Durability::credential) durability = Durability::credential;
  }
  try {
    wait_for_disk(durability);
    Use(writer_.begin)->step();
    std::int64_t last = 0;
    {
      Use row(writer_.last_version);
      if (!row->step()) throw StoreFailure("SQLite: the counter of versions is missing");
      last = row->number(0);
    }
    const std::int64_t first = last;
    for (Waiting* waiting : group) waiting->result = write_one(waiting->commit, waiting->now, last);
    if (last != first) {
      Use update(writer_.set_last_version);
      update->bind(1, last).step();
    }
    Use(writer_.end)->step();
  } catch (...) {
    roll_back();
    throw;
  }
}

Store::Result SqliteStore::write_one(const Commit& commit, UnixSeconds now, std::int64_t& last) {
  for (const Expect& expect : commit.expects) {
    Use row(writer_.version);
    std::optional<Version> version;
    if (row->bind(1, expect.key).step() && (row->is_null(1) || row->number(1) > now.count)) {
      version = static_cast<Version>(row->number(0));
    }
    if (version != expect.version) return Result::lost;
  }
  for (const std::string& key : commit.deletes) {
    Use row(writer_.remove);
    row->bind(1, key).step();
  }
  for (const Put& put : commit.puts) {
    Use row(writer_.put);
    row->bind(1, put.key).bind(2, put.bytes).bind(3, ++last);
    if (put.expires_at) {
      row->bind(4, put.expires_at->count);
    } else {
      row->bind_null(4);
    }
    row->step();
  }
  return Result::held;
}

// Can't be changed inside a transaction. Only the one who is writing calls it.
void SqliteStore::wait_for_disk(Durability durability) {
  if (writer_.durability == durability) return;
  writer_.connection.run(durability == Durability::credential ? "PRAGMA synchronous=FULL"
                                                              : "PRAGMA synchronous=NORMAL");
  writer_.durability = durability;
}

void SqliteStore::roll_back() noexcept {
  if (!writer_.connection.in_transaction()) return;
  try {
    Use(writer_.undo)->step();
  } catch (const StoreFailure&) {  // Some errors roll back by themselves.
  }
}

std::size_t SqliteStore::sweep(UnixSeconds now, std::size_t limit) {
  std::unique_lock lock(queue_mutex_);
  turn_.wait(lock, [&] { return !writing_; });
  writing_ = true;
  lock.unlock();
  std::size_t gone = 0;
  std::exception_ptr failure;
  try {
    wait_for_disk(Durability::relaxed);
    Use rows(writer_.sweep);
    rows->bind(1, now.count).bind(2, static_cast<std::int64_t>(limit));
    while (rows->step()) ++gone;
  } catch (const StoreFailure&) {
    failure = std::current_exception();
  }
  lock.lock();
  writing_ = false;
  turn_.notify_all();
  lock.unlock();
  if (failure) std::rethrow_exception(failure);
  return gone;
}

}  // namespace

std::unique_ptr<Store> open_sqlite_store(const std::filesystem::path& file, const SqliteOptions& options) {
  // Before SQLite's first use. Counting its memory takes one lock for the whole process at every allocation.
  static const int counts_no_memory = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  (void)counts_no_memory;
  try {
    const sqlite::Opening alone(file, options.busy_timeout_ms);
    sqlite::prepare(file, options);
    return std::make_unique<SqliteStore>(file, options);
  } catch (const StoreFailure& failure) {
    throw StoreFailure(file.string() + ": " + failure.what(), failure.kind());
  }
}

bool check_sqlite_store(const std::filesystem::path& file) {
  try {
    return sqlite::look(file);
  } catch (const StoreFailure& failure) {
    throw StoreFailure(file.string() + ": " + failure.what(), failure.kind());
  }
}

}  // namespace postern
