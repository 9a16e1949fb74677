// The Authorization field: declared in http.hpp.
#include <algorithm>
#include <array>
#include <cstddef>

#include "core/wire/base64.hpp"
#include "core/wire/characters.hpp"
#include "core/wire/http.hpp"
#include "core/wire/percent.hpp"
#include "core/wire/text.hpp"

namespace postern::wire {
namespace {

struct Parts {
  std::string_view scheme, credentials;
};
Parts split(std::string_view field);
bool is_b64token(std::string_view text);
bool is_clean(std::string_view text);

}  // namespace

std::optional<Authorization> parse_authorization(std::string_view field) {
  const auto [scheme, credentials] = split(field);
  if (!is_token(scheme) || credentials.empty() || !is_field_value(credentials)) return std::nullopt;
  return Authorization{lower_case(scheme), std::string(credentials)};
}

std::optional<BasicCredentials> parse_basic(std::string_view credentials) {
  const auto bytes = from_base64(credentials);
  if (!bytes) return std::nullopt;
  const std::size_t colon = bytes->find(':');
  if (colon == std::string::npos) return std::nullopt;
  // Decoded after the split, so that an id may hold a colon (RFC 6749 s. 2.3.1).
  auto id = form_percent_decode(std::string_view(*bytes).substr(0, colon));
  auto secret = form_percent_decode(std::string_view(*bytes).substr(colon + 1));
  if (!id || !secret || !is_clean(*id) || !is_clean(*secret)) return std::nullopt;
  return BasicCredentials{std::move(*id), Secret(std::move(*secret))};
}

std::optional<std::string_view> bearer_token(std::string_view authorization_field) {
  const auto [scheme, credentials] = split(authorization_field);
  if (!equal_ignoring_case(scheme, "bearer") || !is_b64token(credentials)) return std::nullopt;
  return credentials;
}

namespace {

Parts split(std::string_view field) {
  const std::string_view text = trim_ows(field);
  const std::size_t space = std::min(text.find(' '), text.size());
  return {text.substr(0, space), trim_ows(text.substr(space))};
}

// RFC 6750 s. 2.1, without the padding.
constexpr std::array<bool, 256> b64_characters = [] {
  std::array<bool, 256> table{};
  for (std::size_t c = 0; c < 0x80; ++c) table[c] = is_unreserved(static_cast<char>(c)) || c == '+' || c == '/';
  return table;
}();

// RFC 6750 s. 2.1: 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"=".
bool is_b64token(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return b64_characters[static_cast<unsigned char>(c)]; });
}

bool is_clean(std::string_view text) { return text.find('\0') == std::string_view::npos && valid_utf8(text); }

}  // namespace
}  // namespace postern::wire
