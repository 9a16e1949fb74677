// How a record becomes bytes. Each record lists its fields once; writing, reading and describing follow from that list.
//
// A field is a tag (one byte, 1 to 31), the length of its value (LEB128) and the value. A reader skips tags that it does
// not know and leaves fields that are missing at their defaults, so records written by another version can be read. A
// tag is never given to another meaning.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/time.hpp"
#include "core/flow/scope.hpp"

namespace postern::store {

class FieldWriter {
 public:
  explicit FieldWriter(std::string& out) : out_(out) {}

  void field(int tag, std::string_view, const std::string& value) { text(tag, value); }
  void field(int tag, std::string_view, const std::vector<std::string>& value);
  void field(int tag, std::string_view, const ScopeSet& value) { text(tag, value.to_string()); }
  void field(int tag, std::string_view, std::int64_t value);
  void field(int tag, std::string_view name, UnixSeconds value) { field(tag, name, value.count); }
  void field(int tag, std::string_view name, bool value) { field(tag, name, std::int64_t{value}); }

 private:
  void text(int tag, std::string_view value);

  std::string& out_;
};

class FieldReader {
 public:
  explicit FieldReader(std::string_view bytes);

  bool well_formed() const { return well_formed_; }

  void field(int tag, std::string_view, std::string& value);
  void field(int tag, std::string_view, std::vector<std::string>& value);
  void field(int tag, std::string_view, ScopeSet& value);
  void field(int tag, std::string_view, std::int64_t& value);
  void field(int tag, std::string_view name, UnixSeconds& value) { field(tag, name, value.count); }
  void field(int tag, std::string_view name, bool& value);

 private:
  static constexpr std::size_t most_tags = 32;
  const std::optional<std::string_view>& at(int tag) const { return values_[static_cast<std::size_t>(tag)]; }

  std::array<std::optional<std::string_view>, most_tags> values_;
  bool well_formed_ = true;
};

/// The bytes of a record that has `fields(visitor, record)`.
template <class Record>
std::string encode(const Record& record) {
  std::string bytes;
  FieldWriter writer(bytes);
  Record::fields(writer, record);
  return bytes;
}

/// The record; nothing when the bytes are not a record at all.
template <class Record>
std::optional<Record> decode(std::string_view bytes) {
  FieldReader reader(bytes);
  Record record;
  Record::fields(reader, record);
  if (!reader.well_formed()) return std::nullopt;
  return record;
}

}  // namespace postern::store
