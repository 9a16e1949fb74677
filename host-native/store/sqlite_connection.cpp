#include "host-native/store/sqlite_connection.hpp"

#include <sqlite3.h>

#include "host-native/store/store.hpp"

namespace postern::sqlite {
namespace {

[[noreturn]] void fail(sqlite3* handle, const std::string& doing) {
  const char* reason = handle == nullptr ? "out of memory" : sqlite3_errmsg(handle);
  throw StoreFailure("SQLite: " + doing + ": " + reason);
}

}  // namespace

Connection::Connection(const std::filesystem::path& file, Access access, int busy_timeout_ms) {
  // No mutex inside SQLite: one connection is used by one thread at a time. Readers open the file for writing, too: a
  // reader may be the first that has to rebuild the index of the log after a crash.
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
  if (sqlite3_open_v2(file.c_str(), &handle_, flags, nullptr) != SQLITE_OK) {
    const std::string reason = handle_ == nullptr ? "out of memory" : sqlite3_errmsg(handle_);
    sqlite3_close(handle_);
    throw StoreFailure("SQLite: " + file.string() + ": " + reason);
  }
  sqlite3_busy_timeout(handle_, busy_timeout_ms);
  sqlite3_extended_result_codes(handle_, 1);
  try {
    run("PRAGMA trusted_schema=OFF; PRAGMA temp_store=MEMORY; PRAGMA mmap_size=268435456");
    if (access == Access::read) run("PRAGMA query_only=ON; PRAGMA cache_size=-256");
  } catch (...) {
    sqlite3_close(handle_);
    throw;
  }
}

Connection::~Connection() { sqlite3_close(handle_); }

void Connection::run(const char* sql) {
  if (sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail(handle_, sql);
}

std::int64_t Connection::number(const char* sql) {
  Statement statement(*this, sql);
  return statement.step() ? statement.number(0) : 0;
}

std::string Connection::text(const char* sql) {
  Statement statement(*this, sql);
  return statement.step() ? std::string(statement.bytes(0)) : std::string();
}

bool Connection::in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }

Statement::Statement(Connection& connection, const char* sql) {
  if (sqlite3_prepare_v3(connection.handle(), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement_, nullptr) != SQLITE_OK) {
    fail(connection.handle(), sql);
  }
}

Statement::~Statement() { sqlite3_finalize(statement_); }

Statement& Statement::bind(int index, std::string_view bytes) {
  // An empty view may have no address, and SQLite would bind NULL.
  const char* data = bytes.data() == nullptr ? "" : bytes.data();
  sqlite3_bind_blob64(statement_, index, data, bytes.size(), nullptr);
  return *this;
}

Statement& Statement::bind(int index, std::int64_t number) {
  sqlite3_bind_int64(statement_, index, number);
  return *this;
}

Statement& Statement::bind_null(int index) {
  sqlite3_bind_null(statement_, index);
  return *this;
}

bool Statement::step() {
  const int result = sqlite3_step(statement_);
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) return false;
  sqlite3* handle = sqlite3_db_handle(statement_);
  const std::string reason = sqlite3_errmsg(handle);
  reset();
  throw StoreFailure("SQLite: " + reason);
}

void Statement::reset() noexcept { sqlite3_reset(statement_); }

std::string_view Statement::bytes(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  return {data == nullptr ? "" : data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

std::int64_t Statement::number(int column) const { return sqlite3_column_int64(statement_, column); }

bool Statement::is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

}  // namespace postern::sqlite
