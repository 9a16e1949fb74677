#include "host-native/store/sqlite_connection.hpp"

#include <sqlite3.h>

#include "core/wire/characters.hpp"
#include "host-native/store/store.hpp"

namespace postern::sqlite {
namespace {

StoreFailure::Kind kind_of(int code) {
  switch (code & 0xff) {
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return StoreFailure::Kind::foreign;
    case SQLITE_FULL:
      return StoreFailure::Kind::full;
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
      return StoreFailure::Kind::denied;
    default:
      return StoreFailure::Kind::trouble;
  }
}

StoreFailure failure_of(sqlite3* handle, const std::string& doing) {
  if (handle == nullptr) return StoreFailure("SQLite: " + doing + "out of memory");
  return StoreFailure("SQLite: " + doing + sqlite3_errmsg(handle), kind_of(sqlite3_errcode(handle)));
}

[[noreturn]] void fail(sqlite3* handle, const std::string& doing) { throw failure_of(handle, doing + ": "); }

// https://www.sqlite.org/uri.html: of a file without a log it may be said that nobody writes to it; then none is made.
std::string unchanging(const std::filesystem::path& file) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string uri = "file:";
  for (const char c : file.string()) {
    const auto byte = static_cast<unsigned char>(c);
    if (wire::is_letter(c) || wire::is_digit(c) || c == '/' || c == '.' || c == '-' || c == '_') {
      uri += c;
    } else {
      uri.append(1, '%').append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
    }
  }
  return uri + "?immutable=1";
}

}  // namespace

Connection::Connection(const std::filesystem::path& file, Access access, int busy_timeout_ms) {
  // No mutex inside SQLite: one connection is used by one thread at a time. Readers open the file for writing, too: a
  // reader may be the first that has to rebuild the index of the log after a crash.
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
  std::string name = file.string();
  if (access == Access::look) {
    flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI;
    std::error_code error;
    if (!std::filesystem::exists(name + "-wal", error)) name = unchanging(std::filesystem::absolute(file, error));
  }
  if (sqlite3_open_v2(name.c_str(), &handle_, flags, nullptr) != SQLITE_OK) {
    const StoreFailure failure = failure_of(handle_, "");
    sqlite3_close(handle_);
    throw failure;
  }
  sqlite3_busy_timeout(handle_, busy_timeout_ms);
  sqlite3_extended_result_codes(handle_, 1);
  if (access == Access::look) return;
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
  const StoreFailure failure = failure_of(handle, "");
  reset();
  throw failure;
}

void Statement::reset() noexcept { sqlite3_reset(statement_); }

std::string_view Statement::bytes(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  return {data == nullptr ? "" : data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

std::int64_t Statement::number(int column) const { return sqlite3_column_int64(statement_, column); }

bool Statement::is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

}  // namespace postern::sqlite
