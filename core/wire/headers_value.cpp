#include "core/wire/headers_value.hpp"

#include <algorithm>

#include "core/wire/base64.hpp"
#include "core/wire/http.hpp"
#include "core/wire/text.hpp"

namespace postern::wire {
namespace {

constexpr std::string_view prefix = "=?base64?";
constexpr std::string_view suffix = "?=";

bool has_markers(std::string_view text);
bool is_visible_or_blank(char c);

}  // namespace

std::optional<std::string> decode_mcp_header(std::string_view field) {
  const std::string_view text = trim_ows(field);
  if (!has_markers(text)) {
    if (!std::all_of(text.begin(), text.end(), [](char c) { return is_visible_or_blank(c) || c == '\t'; })) {
      return std::nullopt;
    }
    return std::string(text);
  }
  auto value = from_base64(text.substr(prefix.size(), text.size() - prefix.size() - suffix.size()));
  if (!value || !valid_utf8(*value)) return std::nullopt;
  return value;
}

std::string encode_mcp_header(std::string_view value) {
  const bool plain = std::all_of(value.begin(), value.end(), is_visible_or_blank);
  const bool untouched_by_trimming = trim_ows(value).size() == value.size();
  // Also what looks like the markers with a shared '?': a peer that tests only the two ends would decode it.
  const bool looks_encoded = value.starts_with(prefix) && value.ends_with(suffix);
  if (plain && untouched_by_trimming && !looks_encoded) return std::string(value);
  return std::string(prefix) + base64(value) + std::string(suffix);
}

namespace {

bool has_markers(std::string_view text) {
  return text.size() >= prefix.size() + suffix.size() && text.starts_with(prefix) && text.ends_with(suffix);
}

bool is_visible_or_blank(char c) { return c >= 0x20 && c < 0x7F; }

}  // namespace
}  // namespace postern::wire
