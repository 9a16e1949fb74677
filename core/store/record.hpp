// Typed reading and guarded writing. A write takes the record as it was loaded and so carries its version: a write
// without its guard can't be written down.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "core/flow/ask.hpp"
#include "core/flow/commit.hpp"
#include "core/store/fields.hpp"

namespace postern::store {

/// One record as it was read: what is there under `key`, and its version; or that nothing is.
template <class Record>
class Found {
 public:
  Found() = default;
  Found(std::string key, Version version, Record value)
      : key_(std::move(key)), version_(version), value_(std::move(value)) {}
  explicit Found(std::string key) : key_(std::move(key)) {}

  bool found() const { return value_.has_value(); }
  explicit operator bool() const { return found(); }
  /// Only where `found()`.
  const Record& value() const { return *value_; }
  const Record* operator->() const { return &*value_; }
  const Record* get() const { return value_ ? &*value_ : nullptr; }
  const Record& operator*() const { return *value_; }

  const std::string& key() const { return key_; }
  std::optional<Version> version() const { return value_ ? std::optional<Version>(version_) : std::nullopt; }
  Expect unchanged() const { return Expect{key_, version()}; }

 private:
  std::string key_;
  Version version_ = 0;
  std::optional<Record> value_;
};

/// Asks for the record under `key`. While the answer is missing (`ask.pending()`) what comes back means nothing.
template <class Record>
Found<Record> load(Ask& ask, std::string key) {
  const Loaded* loaded = ask(Load{key});
  if (loaded == nullptr || !loaded->record) return Found<Record>(std::move(key));
  std::optional<Record> record = decode<Record>(loaded->record->bytes);
  if (!record) {
    ask.fail();
    return Found<Record>(std::move(key));
  }
  return Found<Record>(std::move(key), loaded->record->version, std::move(*record));
}

/// A new record where there must be none.
template <class Record>
void create(Commit& commit, std::string key, const Record& record, std::optional<UnixSeconds> expires_at = {}) {
  commit.expects.push_back(Expect{key, std::nullopt});
  commit.puts.push_back(Put{std::move(key), encode(record), expires_at});
}

/// The record, changed; or new, if it was loaded as absent.
template <class Record>
void replace(Commit& commit, const Found<Record>& old, const Record& record,
             std::optional<UnixSeconds> expires_at = {}) {
  commit.expects.push_back(old.unchanged());
  commit.puts.push_back(Put{old.key(), encode(record), expires_at});
}

template <class Record>
void erase(Commit& commit, const Found<Record>& old) {
  commit.expects.push_back(old.unchanged());
  if (old.found()) commit.deletes.push_back(old.key());
}

/// A record that was found by its place, whatever is in it.
inline void erase(Commit& commit, const ScannedRecord& old) {
  commit.expects.push_back(Expect{old.key, old.record.version});
  commit.deletes.push_back(old.key);
}

/// Nothing is written here, but the decision stands on this record.
template <class Record>
void require(Commit& commit, const Found<Record>& read) {
  commit.expects.push_back(read.unchanged());
}

}  // namespace postern::store
