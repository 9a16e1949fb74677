#include "core/wire/challenge.hpp"

#include <algorithm>
#include <cstddef>

#include "core/wire/characters.hpp"
#include "core/wire/field_reader.hpp"
#include "core/wire/http.hpp"

namespace postern::wire {
namespace {

constexpr std::size_t max_items = 32;

bool read_challenge(FieldReader& reader, Challenge& challenge);
bool read_parameters(FieldReader& reader, Challenge& challenge);
std::string_view take_token68(FieldReader& reader);
void skip_separators(FieldReader& reader);
std::string in_quotes(std::string_view value);

}  // namespace

const std::string* Challenge::parameter(std::string_view name) const {
  for (const auto& [key, value] : parameters) {
    if (equal_ignoring_case(key, name)) return &value;
  }
  return nullptr;
}

std::string print(const Challenge& challenge) {
  std::string text = challenge.scheme;
  if (!challenge.token68.empty()) return text + " " + challenge.token68;
  std::string_view separator = " ";
  for (const auto& [name, value] : challenge.parameters) {
    text += separator;
    text += name + "=" + in_quotes(value);
    separator = ", ";
  }
  return text;
}

std::optional<std::vector<Challenge>> parse_challenges(std::string_view field) {
  FieldReader reader{field};
  std::vector<Challenge> challenges;
  for (skip_separators(reader); !reader.at_end(); skip_separators(reader)) {
    Challenge challenge;
    if (challenges.size() == max_items || !read_challenge(reader, challenge)) return std::nullopt;
    challenges.push_back(std::move(challenge));
  }
  if (challenges.empty()) return std::nullopt;
  return challenges;
}

namespace {

/// One challenge and the comma after it.
bool read_challenge(FieldReader& reader, Challenge& challenge) {
  challenge.scheme = reader.token();
  if (challenge.scheme.empty()) return false;
  const bool spaced = reader.skip_ows();
  if (reader.at_end() || reader.take(',')) return true;
  if (!spaced) return false;
  challenge.token68 = take_token68(reader);
  return !challenge.token68.empty() || read_parameters(reader, challenge);
}

bool read_parameters(FieldReader& reader, Challenge& challenge) {
  while (true) {
    const std::string name = lower_case(reader.token());
    reader.skip_ows();
    if (name.empty() || !reader.take('=')) return false;
    reader.skip_ows();
    auto value = reader.token_or_quoted_string();
    // RFC 9110 s. 11.2: a name comes once. Of two resource_metadata one would be obeyed and the other one checked.
    if (!value || challenge.parameter(name) != nullptr || challenge.parameters.size() == max_items) return false;
    challenge.parameters.emplace_back(name, std::move(*value));
    reader.skip_ows();
    if (reader.at_end()) return true;
    if (!reader.take(',')) return false;
    skip_separators(reader);
    // "name =" goes on with this challenge, "scheme" followed by anything else begins the next one.
    FieldReader ahead = reader;
    ahead.token();
    ahead.skip_ows();
    if (!ahead.rest.starts_with('=')) return true;
  }
}

/// Letters, digits and "-._~+/", then '=' signs, up to the end or a comma; empty, and nothing taken, when it is not
/// one.
std::string_view take_token68(FieldReader& reader) {
  const std::string_view rest = reader.rest;
  std::size_t length = 0;
  while (length < rest.size() && (is_unreserved(rest[length]) || rest[length] == '+' || rest[length] == '/')) ++length;
  if (length == 0) return {};
  while (length < rest.size() && rest[length] == '=') ++length;
  FieldReader after{rest.substr(length)};
  after.skip_ows();
  if (!after.at_end() && !after.take(',')) return {};
  reader.rest = after.rest;
  return rest.substr(0, length);
}

// RFC 9110 s. 5.6.1.2: empty elements of a list are passed over.
void skip_separators(FieldReader& reader) {
  while (reader.skip_ows() || reader.take(',')) continue;
}

std::string in_quotes(std::string_view value) {
  std::string text = "\"";
  for (const char c : value) {
    if (is_control(c) && c != '\t') continue;
    if (c == '"' || c == '\\') text.push_back('\\');
    text.push_back(c);
  }
  text.push_back('"');
  return text;
}

}  // namespace
}  // namespace postern::wire
