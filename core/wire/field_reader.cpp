#include "core/wire/field_reader.hpp"

#include <cstddef>

#include "core/wire/characters.hpp"

namespace postern::wire {

bool FieldReader::take(char c) {
  if (!rest.starts_with(c)) return false;
  rest.remove_prefix(1);
  return true;
}

bool FieldReader::skip_ows() {
  const std::size_t before = rest.size();
  while (rest.starts_with(' ') || rest.starts_with('\t')) rest.remove_prefix(1);
  return rest.size() != before;
}

std::string_view FieldReader::token() {
  std::size_t length = 0;
  while (length < rest.size() && is_token_character(rest[length])) ++length;
  const std::string_view taken = rest.substr(0, length);
  rest.remove_prefix(length);
  return taken;
}

std::optional<std::string> FieldReader::quoted_string() {
  if (!take('"')) return std::nullopt;
  std::string text;
  while (!rest.empty()) {
    if (take('"')) return text;
    take('\\');  // whatever follows stands for itself (RFC 9110 s. 5.6.4)
    if (rest.empty() || (is_control(rest.front()) && rest.front() != '\t')) return std::nullopt;
    text.push_back(rest.front());
    rest.remove_prefix(1);
  }
  return std::nullopt;
}

std::optional<std::string> FieldReader::token_or_quoted_string() {
  if (rest.starts_with('"')) return quoted_string();
  const std::string_view value = token();
  if (value.empty()) return std::nullopt;
  return std::string(value);
}

}  // namespace postern::wire
