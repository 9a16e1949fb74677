// Where records live. Two verbs and a guard: read (by key, by prefix), and commit all or nothing on what was read.
//
// Every implementation is safe to use from any number of threads, is strictly serialisable, and passes
// tests/stores/contract_test.cpp. A record whose expires_at has come is absent: to reads, to scans, and to the guards of
// a commit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/time.hpp"
#include "core/flow/commit.hpp"
#include "core/flow/facts.hpp"

namespace postern {

/// The store could not do it: disk full, input or output error, locked for too long. Nothing was written. Not a fault of
/// the caller; answered by 503.
class StoreFailure : public std::runtime_error {
 public:
  enum class Kind {
    trouble,  ///< It may go by itself.
    foreign,  ///< The file is damaged, or was not written by this program.
    full,     ///< The disk, or what this user may have of it.
    denied    ///< This user may not.
  };
  explicit StoreFailure(const std::string& what, Kind kind = Kind::trouble) : std::runtime_error(what), kind_(kind) {}
  Kind kind() const { return kind_; }

 private:
  Kind kind_;
};

class Store {
 public:
  enum class Result {
    held,  ///< All of it was written, as durably as it asked for.
    lost   ///< A record is not as expected. Nothing was written.
  };

  virtual ~Store() = default;

  /// One answer for each key, in their order. Errors: StoreFailure.
  virtual std::vector<Loaded> load(const std::vector<std::string>& keys, UnixSeconds now) = 0;

  /// The records whose keys begin with `prefix`, in byte order of their keys, at most `limit`. Errors: StoreFailure.
  virtual Scanned scan(std::string_view prefix, std::uint32_t limit, UnixSeconds now) = 0;

  /// Every guard holds and everything is written, or nothing is. Errors: StoreFailure, and then nothing was written
  /// either, save that a failure after the disk was asked to sync may leave it written.
  virtual Result commit(const Commit& commit, UnixSeconds now) = 0;

  /// Removes expired records, at most `limit`. How many went. Errors: StoreFailure.
  virtual std::size_t sweep(UnixSeconds now, std::size_t limit) = 0;
};

/// Lives as long as the process.
std::unique_ptr<Store> make_memory_store();

struct SqliteOptions {
  int busy_timeout_ms = 5000;   ///< How long another process's write is waited for.
  std::int64_t most_pages = 0;  ///< Of 4 KiB, 0: no limit of ours. The file never grows beyond it.
};

/// One SQLite file (and its -wal and -shm), created with mode 0600 where it is missing. Other processes may use it at
/// the same time. Errors: StoreFailure, naming the file, also when it was written by a newer version or another program.
std::unique_ptr<Store> open_sqlite_store(const std::filesystem::path& file, const SqliteOptions& options = {});

/// Looks at such a file and changes nothing; every page of it is read. One that is not there is fine. Whether it has records.
/// Errors: StoreFailure.
bool check_sqlite_store(const std::filesystem::path& file);

}  // namespace postern
