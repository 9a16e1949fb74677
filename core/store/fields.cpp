#include "core/store/fields.hpp"

namespace postern::store {
namespace {

void write_number(std::string& out, std::uint64_t number) {
  while (number >= 0x80) {
    out += static_cast<char>(0x80 | (number & 0x7f));
    number >>= 7;
  }
  out += static_cast<char>(number);
}

std::optional<std::uint64_t> read_number(std::string_view& bytes) {
  std::uint64_t number = 0;
  for (unsigned shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    number |= std::uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80) return number;
  }
  return std::nullopt;
}

std::optional<std::string_view> read_text(std::string_view& bytes) {
  const std::optional<std::uint64_t> size = read_number(bytes);
  if (!size || *size > bytes.size()) return std::nullopt;
  const std::string_view text = bytes.substr(0, static_cast<std::size_t>(*size));
  bytes.remove_prefix(text.size());
  return text;
}

}  // namespace

void FieldWriter::text(int tag, std::string_view value) {
  if (value.empty()) return;
  out_ += static_cast<char>(tag);
  write_number(out_, value.size());
  out_ += value;
}

void FieldWriter::field(int tag, std::string_view, const std::vector<std::string>& value) {
  std::string list;
  for (const std::string& element : value) {
    write_number(list, element.size());
    list += element;
  }
  text(tag, list);
}

void FieldWriter::field(int tag, std::string_view, std::int64_t value) {
  if (value == 0) return;
  std::string number;
  write_number(number, static_cast<std::uint64_t>(value));
  text(tag, number);
}

FieldReader::FieldReader(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto tag = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    const std::optional<std::string_view> value = read_text(bytes);
    if (!value || tag == 0) {
      well_formed_ = false;
      return;
    }
    if (tag < most_tags) values_[tag] = value;
  }
}

void FieldReader::field(int tag, std::string_view, std::string& value) {
  if (at(tag)) value = std::string(*at(tag));
}

void FieldReader::field(int tag, std::string_view, std::vector<std::string>& value) {
  if (!at(tag)) return;
  std::string_view list = *at(tag);
  while (!list.empty()) {
    const std::optional<std::string_view> element = read_text(list);
    if (!element) {
      well_formed_ = false;
      return;
    }
    value.emplace_back(*element);
  }
}

void FieldReader::field(int tag, std::string_view, ScopeSet& value) {
  if (!at(tag)) return;
  if (std::optional<ScopeSet> scopes = ScopeSet::parse(*at(tag))) {
    value = std::move(*scopes);
  } else {
    well_formed_ = false;
  }
}

void FieldReader::field(int tag, std::string_view, std::int64_t& value) {
  if (!at(tag)) return;
  std::string_view bytes = *at(tag);
  const std::optional<std::uint64_t> number = read_number(bytes);
  if (!number || !bytes.empty()) {
    well_formed_ = false;
    return;
  }
  value = static_cast<std::int64_t>(*number);
}

void FieldReader::field(int tag, std::string_view name, bool& value) {
  std::int64_t number = value ? 1 : 0;
  field(tag, name, number);
  value = number != 0;
}

}  // namespace postern::store
