// What every store has to do, said once and run against each of them.
#include "host-native/store/store.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <thread>

namespace postern {
namespace {

constexpr UnixSeconds now{1'700'000'000};

// A folder of its own, gone at the end.
class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "postern-store-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::filesystem::path file() const { return path_ / "records.db"; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

Expect absent(std::string key) { return {std::move(key), std::nullopt}; }
Put put(std::string key, std::string bytes, std::optional<UnixSeconds> expires = {}) {
  return {std::move(key), std::move(bytes), expires};
}
Commit writing(Put record) {
  Commit commit;
  commit.puts.push_back(std::move(record));
  return commit;
}
std::optional<StoredRecord> get(Store& store, const std::string& key, UnixSeconds at = now) {
  return store.load({key}, at).front().record;
}

class StoreContract : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override { store = open(); }
  std::unique_ptr<Store> open() const {
    return GetParam() == "memory" ? make_memory_store() : open_sqlite_store(folder.file());
  }
  void put_now(const std::string& key, const std::string& bytes, std::optional<UnixSeconds> expires = {}) {
    ASSERT_EQ(store->commit(writing(put(key, bytes, expires)), now), Store::Result::held);
  }

  Folder folder;
  std::unique_ptr<Store> store;
};

TEST_P(StoreContract, AnswersEachKeyInItsPlace) {
  put_now("b", std::string("\0binary\xff", 8));
  put_now("empty", "");
  const auto answers = store->load({"a", "b", "empty", "b"}, now);
  ASSERT_EQ(answers.size(), 4u);
  EXPECT_FALSE(answers[0].record);
  EXPECT_EQ(answers[1].record->bytes, std::string("\0binary\xff", 8));
  EXPECT_EQ(answers[2].record->bytes, "");
  EXPECT_EQ(answers[3], answers[1]);
  EXPECT_GT(answers[1].record->version, 0u);
  EXPECT_TRUE(store->load({}, now).empty());
}

TEST_P(StoreContract, GuardOfAbsenceHoldsOnlyWhereNothingIs) {
  Commit create = writing(put("k", "one"));
  create.expects = {absent("k")};
  EXPECT_EQ(store->commit(create, now), Store::Result::held);
  create.puts[0].bytes = "two";
  EXPECT_EQ(store->commit(create, now), Store::Result::lost);
  EXPECT_EQ(get(*store, "k")->bytes, "one");
}

TEST_P(StoreContract, GuardOfAVersionHoldsOnlyForThatVersion) {
  put_now("k", "one");
  const Version first = get(*store, "k")->version;
  Commit change = writing(put("k", "two"));
  change.expects = {Expect{"k", first}};
  EXPECT_EQ(store->commit(change, now), Store::Result::held);
  EXPECT_NE(get(*store, "k")->version, first);
  EXPECT_EQ(store->commit(change, now), Store::Result::lost);
  Commit of_nothing = writing(put("x", "y"));
  of_nothing.expects = {Expect{"missing", first}};
  EXPECT_EQ(store->commit(of_nothing, now), Store::Result::lost);
  EXPECT_FALSE(get(*store, "x"));
}

TEST_P(StoreContract, AGuardAloneIsACommitToo) {
  put_now("k", "one");
  Commit only_guard;
  only_guard.expects = {Expect{"k", get(*store, "k")->version}, absent("other")};
  EXPECT_EQ(store->commit(only_guard, now), Store::Result::held);
  only_guard.expects[1].key = "k";
  EXPECT_EQ(store->commit(only_guard, now), Store::Result::lost);
}

TEST_P(StoreContract, AllOrNothing) {
  put_now("old", "stays");
  Commit mixed;
  mixed.puts = {put("a", "1"), put("b", "2")};
  mixed.deletes = {"old"};
  mixed.expects = {absent("a"), absent("old")};
  EXPECT_EQ(store->commit(mixed, now), Store::Result::lost);
  EXPECT_FALSE(get(*store, "a"));
  EXPECT_TRUE(get(*store, "old"));
  mixed.expects.pop_back();
  EXPECT_EQ(store->commit(mixed, now), Store::Result::held);
  EXPECT_TRUE(get(*store, "a") && get(*store, "b"));
  EXPECT_FALSE(get(*store, "old"));
}

TEST_P(StoreContract, ARecordMadeAgainIsAnotherState) {
  put_now("k", "same");
  const Version first = get(*store, "k")->version;
  Commit erase;
  erase.deletes = {"k"};
  ASSERT_EQ(store->commit(erase, now), Store::Result::held);
  put_now("k", "same");
  EXPECT_NE(get(*store, "k")->version, first);
  Commit stale = writing(put("k", "stale"));
  stale.expects = {Expect{"k", first}};
  EXPECT_EQ(store->commit(stale, now), Store::Result::lost);
}

TEST_P(StoreContract, AnExpiredRecordIsAbsentEverywhere) {
  put_now("k", "short", now + Seconds{10});
  const Version version = get(*store, "k")->version;
  const UnixSeconds last = now + Seconds{9};
  const UnixSeconds over = now + Seconds{10};
  EXPECT_TRUE(get(*store, "k", last));
  EXPECT_FALSE(get(*store, "k", over));
  EXPECT_EQ(store->scan("k", 10, last).records.size(), 1u);
  EXPECT_TRUE(store->scan("k", 10, over).records.empty());
  Commit stands_on_it;
  stands_on_it.expects = {Expect{"k", version}};
  EXPECT_EQ(store->commit(stands_on_it, last), Store::Result::held);
  EXPECT_EQ(store->commit(stands_on_it, over), Store::Result::lost);
  Commit create = writing(put("k", "new"));
  create.expects = {absent("k")};
  EXPECT_EQ(store->commit(create, over), Store::Result::held);
  EXPECT_EQ(get(*store, "k", over)->bytes, "new");
}

TEST_P(StoreContract, ScansInByteOrderUpToItsLimit) {
  for (const char* key : {"note/b/2", "note/a/\xff", "note/a/1", "note/a/10", "note/a", "note0", "note/a/2", "zz"})
    put_now(key, key);
  std::vector<std::string> keys;
  for (const auto& found : store->scan("note/a/", 100, now).records) {
    EXPECT_EQ(found.key, found.record.bytes);
    keys.push_back(found.key);
  }
  EXPECT_EQ(keys, (std::vector<std::string>{"note/a/1", "note/a/10", "note/a/2", "note/a/\xff"}));
  EXPECT_EQ(store->scan("note/a/", 2, now).records.back().key, "note/a/10");
  EXPECT_TRUE(store->scan("note/a/", 0, now).records.empty());
  EXPECT_EQ(store->scan("", 100, now).records.size(), 8u);
  EXPECT_TRUE(store->scan("none", 100, now).records.empty());
}

TEST_P(StoreContract, SweepsOnlyWhatHasExpiredAndOnlySoMuch) {
  for (int i = 0; i < 5; ++i) put_now("old/" + std::to_string(i), "x", now + Seconds{i});
  put_now("forever", "x");
  put_now("later", "x", now + Seconds{100});
  EXPECT_EQ(store->sweep(now + Seconds{10}, 3), 3u);
  EXPECT_EQ(store->sweep(now + Seconds{10}, 3), 2u);
  EXPECT_EQ(store->sweep(now + Seconds{10}, 3), 0u);
  // What was swept is gone, also for somebody whose clock is behind.
  EXPECT_TRUE(store->scan("old/", 10, now - Seconds{1}).records.empty());
  EXPECT_TRUE(get(*store, "forever") && get(*store, "later"));
}

TEST_P(StoreContract, AProlongedRecordIsNotSweptByItsOldTerm) {
  put_now("k", "x", now + Seconds{1});
  put_now("k", "x", now + Seconds{100});
  EXPECT_EQ(store->sweep(now + Seconds{10}, 10), 0u);
  EXPECT_TRUE(get(*store, "k", now + Seconds{10}));
}

TEST_P(StoreContract, OfAHundredRacersOneWins) {
  for (const Durability durability : {Durability::relaxed, Durability::credential}) {
    const std::string key = durability == Durability::relaxed ? "prize" : "credential";
    put_now(key, "free");
    Commit take = writing(put(key, "taken"));
    take.expects = {Expect{key, get(*store, key)->version}};
    take.durability = durability;
    std::atomic<int> held{0};
    std::vector<std::thread> racers;
    for (int i = 0; i < 100; ++i) {
      racers.emplace_back([&] { held += store->commit(take, now) == Store::Result::held ? 1 : 0; });
    }
    for (std::thread& racer : racers) racer.join();
    EXPECT_EQ(held, 1);
  }
}

TEST_P(StoreContract, CountersLoseNothingUnderManyThreads) {
  put_now("counter", "0");
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int done = 0; done < 25;) {
        const auto record = get(*store, "counter");
        Commit next = writing(put("counter", std::to_string(std::stoi(record->bytes) + 1)));
        next.expects = {Expect{"counter", record->version}};
        done += store->commit(next, now) == Store::Result::held ? 1 : 0;
        store->scan("c", 5, now);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(get(*store, "counter")->bytes, "200");
}

INSTANTIATE_TEST_SUITE_P(Every, StoreContract, ::testing::Values("memory", "sqlite"),
                         [](const auto& kind) { return kind.param; });

// ---- What only a file can do ----------------------------------------------------------------------------------------

TEST(SqliteStore, FindsEverythingAgainAfterReopening) {
  const Folder folder;
  Version before = 0;
  {
    const auto store = open_sqlite_store(folder.file());
    store->commit(writing(put("k", "v")), now);
    before = get(*store, "k")->version;
  }
  const auto store = open_sqlite_store(folder.file());
  EXPECT_EQ(*get(*store, "k"), (StoredRecord{"v", before}));
  // Versions go on where they were: what was read before the restart guards still.
  store->commit(writing(put("other", "v")), now);
  EXPECT_GT(get(*store, "other")->version, before);
}

TEST(SqliteStore, BelongsToItsOwnerAlone) {
  const Folder folder;
  std::ofstream(folder.file()).close();
  std::filesystem::permissions(folder.file(), std::filesystem::perms::all);
  const auto store = open_sqlite_store(folder.file());
  store->commit(writing(put("k", "v")), now);
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    struct stat status {};
    ASSERT_EQ(::stat(entry.path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u) << entry.path();
  }
}

TEST(SqliteStore, TwoProcessesShareOneFile) {
  const Folder folder;
  const auto count = [&](int rounds) {
    const auto store = open_sqlite_store(folder.file());
    for (int done = 0; done < rounds;) {
      const auto record = get(*store, "counter");
      Commit next = writing(put("counter", std::to_string(record ? std::stoi(record->bytes) + 1 : 1)));
      next.expects = {Expect{"counter", record ? std::optional(record->version) : std::nullopt}};
      next.durability = done % 10 == 0 ? Durability::credential : Durability::relaxed;
      done += store->commit(next, now) == Store::Result::held ? 1 : 0;
    }
  };
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    try {
      count(200);
    } catch (const std::exception& error) {
      std::cerr << error.what() << std::endl;
      ::_exit(1);
    }
    ::_exit(0);
  }
  count(200);
  int status = 1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(get(*open_sqlite_store(folder.file()), "counter")->bytes, "400");
}

TEST(SqliteStore, OpensAlsoWhereSomebodyHoldsTheFolderForEver) {
  const Folder folder;
  const int holder = ::open(folder.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  ASSERT_EQ(::flock(holder, LOCK_EX), 0);
  SqliteOptions options;
  options.busy_timeout_ms = 50;
  const auto store = open_sqlite_store(folder.file(), options);
  EXPECT_EQ(store->commit(writing(put("k", "v")), now), Store::Result::held);
  ::close(holder);
}

// A grant that another process revokes must not live on here for a moment.
TEST(SqliteStore, SeesTheWritesOfOthersAtOnce) {
  const Folder folder;
  const auto ours = open_sqlite_store(folder.file());
  const auto theirs = open_sqlite_store(folder.file());
  for (int i = 0; i < 50; ++i) {
    theirs->commit(writing(put("grant", std::to_string(i))), now);
    ASSERT_EQ(get(*ours, "grant")->bytes, std::to_string(i));
  }
}

TEST(SqliteStore, AFullDiskIsAFailureThatCostsNothing) {
  const Folder folder;
  SqliteOptions options;
  options.most_pages = 40;
  const auto store = open_sqlite_store(folder.file(), options);
  store->commit(writing(put("kept", "v")), now);
  Commit large = writing(put("large", std::string(1 << 20, 'x')));
  large.puts.push_back(put("small", "x"));
  EXPECT_THROW(store->commit(large, now), StoreFailure);
  EXPECT_FALSE(get(*store, "small"));
  EXPECT_EQ(get(*store, "kept")->bytes, "v");
  EXPECT_EQ(store->commit(writing(put("after", "v")), now), Store::Result::held);
}

// Of commits that are written together, the one that does not fit must not take the others with it.
TEST(SqliteStore, AFailureIsOnlyForWhoCausedIt) {
  const Folder folder;
  SqliteOptions options;
  options.most_pages = 100;
  const auto store = open_sqlite_store(folder.file(), options);
  std::atomic<int> held{0};
  std::atomic<int> failed{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 32; ++i) {
    threads.emplace_back([&, i] {
      Commit commit = writing(put("k" + std::to_string(i), i % 4 == 0 ? std::string(1 << 20, 'x') : "small"));
      commit.durability = Durability::credential;
      try {
        held += store->commit(commit, now) == Store::Result::held ? 1 : 0;
      } catch (const StoreFailure&) {
        ++failed;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failed, 8);
  EXPECT_EQ(held, 24);
}

TEST(SqliteStore, RefusesAFileOfANewerVersionAndWhatIsNoDatabase) {
  const Folder folder;
  open_sqlite_store(folder.file());
  sqlite3* handle = nullptr;
  ASSERT_EQ(sqlite3_open(folder.file().c_str(), &handle), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(handle, "PRAGMA user_version=99", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(handle);
  EXPECT_THROW(open_sqlite_store(folder.file()), StoreFailure);

  std::ofstream(folder.path() / "text") << std::string(4096, 'x');
  EXPECT_THROW(open_sqlite_store(folder.path() / "text"), StoreFailure);
  EXPECT_THROW(open_sqlite_store(folder.path()), StoreFailure);
  EXPECT_THROW(open_sqlite_store(folder.path() / "no" / "folder"), StoreFailure);
}

}  // namespace
}  // namespace postern
