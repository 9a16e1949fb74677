// SQLite's handles as values that close themselves, and its error codes as StoreFailure.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace postern::sqlite {

/// A connection of one thread at a time.
class Connection {
 public:
  enum class Access {
    read,
    write,
    look  ///< Changes nothing in the file, and where it has no log makes none.
  };

  /// Errors: StoreFailure.
  Connection(const std::filesystem::path& file, Access access, int busy_timeout_ms);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Statements without parameters and results. Errors: StoreFailure.
  void run(const char* sql);
  /// The first column of the first row. Errors: StoreFailure.
  std::int64_t number(const char* sql);
  std::string text(const char* sql);

  bool in_transaction() const;
  sqlite3* handle() const { return handle_; }

 private:
  sqlite3* handle_ = nullptr;
};

/// A prepared statement, used again and again. Bound bytes are not copied: they have to live until `reset`.
class Statement {
 public:
  /// Errors: StoreFailure.
  Statement(Connection& connection, const char* sql);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  Statement& bind(int index, std::string_view bytes);
  Statement& bind(int index, std::int64_t number);
  Statement& bind_null(int index);

  /// True: there is a row. Errors: StoreFailure, after a reset.
  bool step();
  void reset() noexcept;

  std::string_view bytes(int column) const;
  std::int64_t number(int column) const;
  bool is_null(int column) const;

 private:
  sqlite3_stmt* statement_ = nullptr;
};

/// Resets a statement at the end of a scope: a read that is not reset keeps its snapshot, and the log can't shrink.
class Use {
 public:
  explicit Use(Statement& statement) : statement_(statement) {}
  ~Use() { statement_.reset(); }
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;
  Statement* operator->() { return &statement_; }

 private:
  Statement& statement_;
};

}  // namespace postern::sqlite
