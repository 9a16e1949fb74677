// What comes before the first read: the file, its mode, its tables, and who does it when two come at once.
#pragma once

#include <filesystem>

#include "host-native/store/store.hpp"

namespace postern::sqlite {

/// Whoever opens a store is alone in its folder meanwhile: SQLite waits for others at most things, but not where the file becomes
/// one with a log, and "locked" would then be told to whoever came second. A folder that can't be locked in time, it goes without.
class Opening {
 public:
  Opening(const std::filesystem::path& file, int timeout_ms);
  ~Opening();
  Opening(const Opening&) = delete;
  Opening& operator=(const Opening&) = delete;

 private:
  int descriptor_ = -1;
};

/// The file is there, belongs to its owner alone, and has our tables. SQLite gives -wal and -shm the same mode.
/// Errors: StoreFailure.
void prepare(const std::filesystem::path& file, const SqliteOptions& options);

/// Whether `prepare` and every later read would do, without changing anything. Whether there are records. Errors: StoreFailure.
bool look(const std::filesystem::path& file);

}  // namespace postern::sqlite
