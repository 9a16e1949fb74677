#include "host-native/store/sqlite_prepare.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <string>
#include <thread>

#include "host-native/store/sqlite_connection.hpp"

namespace postern::sqlite {
namespace {

constexpr std::int64_t schema_version = 1;
constexpr std::chrono::milliseconds between_tries{5};

// The tables are only ever added, so a file of another program would look like ours afterwards.
void check_owner(Connection& connection) {
  const std::int64_t version = connection.number("PRAGMA user_version");
  if (version > schema_version) {
    throw StoreFailure("written by a newer version of this program: expected schema " + std::to_string(schema_version) +
                           ", found " + std::to_string(version),
                       StoreFailure::Kind::foreign);
  }
  const std::string other = connection.text(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN ('records', 'versions') LIMIT 1");
  if (!other.empty()) {
    throw StoreFailure("the database of another program: it has a table " + other, StoreFailure::Kind::foreign);
  }
}

}  // namespace

Opening::Opening(const std::filesystem::path& file, int timeout_ms) {
  const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
  descriptor_ = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const auto last = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
  while (descriptor_ >= 0 && ::flock(descriptor_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK &&
         std::chrono::steady_clock::now() < last) {
    std::this_thread::sleep_for(between_tries);
  }
}

Opening::~Opening() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void prepare(const std::filesystem::path& file, const SqliteOptions& options) {
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  struct stat status {};
  const bool usable = descriptor >= 0 && ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) &&
                      ((status.st_mode & 077) == 0 || ::fchmod(descriptor, 0600) == 0);
  const int error = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (!usable) {
    if (descriptor >= 0 && !S_ISREG(status.st_mode)) throw StoreFailure("not a file", StoreFailure::Kind::foreign);
    const bool denied = error == EACCES || error == EPERM || error == EROFS;
    throw StoreFailure(std::strerror(error), error == ENOSPC || error == EDQUOT ? StoreFailure::Kind::full
                                             : denied                           ? StoreFailure::Kind::denied
                                                                                : StoreFailure::Kind::trouble);
  }

  Connection connection(file, Connection::Access::write, options.busy_timeout_ms);
  check_owner(connection);
  if (const std::string mode = connection.text("PRAGMA journal_mode=WAL"); mode != "wal") {
    throw StoreFailure("expected journal mode wal, got " + mode);
  }
  // In one transaction and only where missing: two processes may come here at once.
  connection.run(
      "BEGIN IMMEDIATE;"
      "CREATE TABLE IF NOT EXISTS records (key BLOB PRIMARY KEY, bytes BLOB NOT NULL, version INTEGER NOT NULL,"
      " expires_at INTEGER) WITHOUT ROWID;"
      "CREATE INDEX IF NOT EXISTS records_by_expiry ON records (expires_at) WHERE expires_at IS NOT NULL;"
      "CREATE TABLE IF NOT EXISTS versions (id INTEGER PRIMARY KEY CHECK (id = 1), last INTEGER NOT NULL);"
      "INSERT OR IGNORE INTO versions VALUES (1, 0);"
      "PRAGMA user_version=1;"
      "COMMIT");
}

bool look(const std::filesystem::path& file) {
  std::error_code error;
  if (!std::filesystem::exists(file, error)) return false;
  if (!std::filesystem::is_regular_file(file, error)) throw StoreFailure("not a file", StoreFailure::Kind::foreign);
  Connection connection(file, Connection::Access::look, 0);
  check_owner(connection);
  if (const std::string fault = connection.text("PRAGMA integrity_check(1)"); fault != "ok") {
    throw StoreFailure("damaged: " + fault, StoreFailure::Kind::foreign);
  }
  if (connection.number("SELECT COUNT(*) FROM sqlite_schema WHERE name = 'records'") == 0) return false;
  return connection.number("SELECT EXISTS (SELECT 1 FROM records)") != 0;
}

}  // namespace postern::sqlite
