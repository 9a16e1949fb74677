// The printer: declared in json.hpp. Its texts are those of the library's own, which clears a kilobyte for each and takes one
// more from the heap.
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>

#include "core/wire/json.hpp"
#include "core/wire/text.hpp"

namespace postern::wire {
namespace {

void print(std::string& out, const Json& value);
void print_text(std::string& out, std::string_view text);
void print_escape(std::string& out, char c);
void print_double(std::string& out, double number);

template <class Integer>
void print_integer(std::string& out, Integer number) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

/// Has to be escaped, or is not ASCII.
constexpr bool special(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte >= 0x80 || c == '"' || c == '\\';
}

}  // namespace

std::string dump_json(const Json& value) {
  std::string out;
  print(out, value);
  return out;
}

std::string json_text(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 2);
  print_text(out, text);
  return out;
}

namespace {

// As deep as a value is: those of the parser are at most 512 deep.
void print(std::string& out, const Json& value) {
  switch (value.type()) {
    case Json::value_t::object: {
      char before = '{';
      for (const auto& [name, member] : value.get_ref<const Json::object_t&>()) {
        out += before;
        print_text(out, name);
        out += ':';
        print(out, member);
        before = ',';
      }
      out += before == '{' ? "{}" : "}";
      return;
    }
    case Json::value_t::array: {
      char before = '[';
      for (const Json& element : value.get_ref<const Json::array_t&>()) {
        out += before;
        print(out, element);
        before = ',';
      }
      out += before == '[' ? "[]" : "]";
      return;
    }
    case Json::value_t::string:
      return print_text(out, value.get_ref<const std::string&>());
    case Json::value_t::boolean:
      out += value.get<bool>() ? "true" : "false";
      return;
    case Json::value_t::number_integer:
      return print_integer(out, value.get<std::int64_t>());
    case Json::value_t::number_unsigned:
      return print_integer(out, value.get<std::uint64_t>());
    case Json::value_t::number_float:
      return print_double(out, value.get<double>());
    case Json::value_t::null:
    case Json::value_t::binary:     // JSON has none, and nothing here makes one
    case Json::value_t::discarded:  // nor does it go on with what could not be parsed
      out += "null";
      return;
  }
}

void print_text(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    std::size_t plain = 0;
    while (plain < text.size() && !special(text[plain])) ++plain;
    out.append(text, 0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    std::size_t taken = 1;
    if (static_cast<unsigned char>(text.front()) < 0x80) {
      print_escape(out, text.front());
    } else if (const std::size_t sequence = utf8_sequence(text); sequence != 0) {
      out.append(text, 0, sequence);
      taken = sequence;
    } else {
      out += "\xEF\xBF\xBD";  // U+FFFD
    }
    text.remove_prefix(taken);
  }
  out += '"';
}

void print_escape(std::string& out, char c) {
  constexpr std::string_view escaped = "\"\\\b\f\n\r\t";
  constexpr std::string_view letters = "\"\\bfnrt";
  constexpr std::string_view figures = "0123456789abcdef";
  out += '\\';
  if (const std::size_t at = escaped.find(c); at != std::string_view::npos) {
    out += letters[at];
    return;
  }
  const auto byte = static_cast<unsigned char>(c);
  out += "u00";
  out += figures[byte >> 4];
  out += figures[byte & 15];
}

// The shortest text that is read as the same number. The library's algorithm: the C++ library of WebAssembly has none.
void print_double(std::string& out, double number) {
  if (!std::isfinite(number)) {
    out += "null";
    return;
  }
  std::array<char, 64> digits;
  char* const end = nlohmann::detail::to_chars(digits.data(), digits.data() + digits.size(), number);
  out.append(digits.data(), end);
}

}  // namespace
}  // namespace postern::wire
