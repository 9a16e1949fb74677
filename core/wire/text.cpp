#include "core/wire/text.hpp"

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <vector>

namespace postern::wire {
namespace {

struct CodePoint {
  char32_t value;
  std::size_t length;  // bytes taken
};

std::optional<CodePoint> next_code_point(std::string_view bytes);
bool is_white_space(char32_t c);
bool is_unfit_for_show(char32_t c);
bool is_combining(char32_t c);

constexpr char32_t replacement = 0xFFFD;
constexpr char32_t ellipsis = 0x2026;

}  // namespace

bool valid_utf8(std::string_view bytes) {
  while (!bytes.empty()) {
    // Eight ASCII bytes at a time: almost all text of the protocols is ASCII.
    std::uint64_t word = 0;
    while (bytes.size() >= sizeof word) {
      std::memcpy(&word, bytes.data(), sizeof word);
      if ((word & 0x8080808080808080U) != 0) break;
      bytes.remove_prefix(sizeof word);
    }
    if (bytes.empty()) break;
    const auto next = next_code_point(bytes);
    if (!next) return false;
    bytes.remove_prefix(next->length);
  }
  return true;
}

std::size_t utf8_sequence(std::string_view bytes) {
  const auto next = bytes.empty() ? std::nullopt : next_code_point(bytes);
  return next ? next->length : 0;
}

void append_utf8(std::string& out, char32_t c) {
  const auto put = [&](char32_t byte) { out.push_back(static_cast<char>(byte)); };
  const auto put_rest = [&](int shift) { put(0x80 | ((c >> shift) & 0x3F)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | c >> 6);
    put_rest(0);
  } else if (c < 0x10000) {
    put(0xE0 | c >> 12);
    put_rest(6);
    put_rest(0);
  } else {
    put(0xF0 | c >> 18);
    put_rest(12);
    put_rest(6);
    put_rest(0);
  }
}

std::string display_name(std::string_view hostile, std::size_t max_code_points) {
  std::vector<char32_t> shown;
  bool space_pending = false;
  std::size_t combining_in_a_row = 0;
  // One more than fits tells that something was cut; the rest of a long hostile text is not looked at.
  while (!hostile.empty() && shown.size() <= max_code_points) {
    const auto next = next_code_point(hostile);
    const char32_t c = next ? next->value : replacement;
    hostile.remove_prefix(next ? next->length : 1);
    if (is_white_space(c)) {
      space_pending = !shown.empty();
      continue;
    }
    if (is_unfit_for_show(c)) continue;
    // Stacked marks reach into the lines above and below, where the page's own words stand.
    combining_in_a_row = is_combining(c) ? combining_in_a_row + 1 : 0;
    if (combining_in_a_row > 2) continue;
    if (space_pending) shown.push_back(U' ');
    space_pending = false;
    shown.push_back(c);
  }
  if (shown.size() > max_code_points) {
    shown.resize(max_code_points);
    if (!shown.empty()) shown.back() = ellipsis;
  }
  std::string text;
  for (const char32_t c : shown) append_utf8(text, c);
  return text;
}

std::string html_escape(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size() + text.size() / 8);
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped.push_back(c);
    }
  }
  return escaped;
}

namespace {

// RFC 3629 s. 4, the table of well-formed sequences.
std::optional<CodePoint> next_code_point(std::string_view bytes) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return CodePoint{lead, 1};
  if (lead < 0xC2 || lead > 0xF4) return std::nullopt;
  const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (bytes.size() < length) return std::nullopt;
  char32_t value = lead & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return std::nullopt;
    value = value << 6 | (byte(i) & 0x3FU);
  }
  const bool overlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (overlong || surrogate || value > 0x10FFFF) return std::nullopt;
  return CodePoint{value, length};
}

struct Range {
  char32_t first, last;
};

template <std::size_t N>
bool is_in(const std::array<Range, N>& ranges, char32_t c) {
  for (const Range& range : ranges) {
    if (c >= range.first && c <= range.last) return true;
  }
  return false;
}

// Unicode property White_Space.
bool is_white_space(char32_t c) {
  static constexpr std::array<Range, 10> ranges{{{0x09, 0x0D},
                                                 {0x20, 0x20},
                                                 {0x85, 0x85},
                                                 {0xA0, 0xA0},
                                                 {0x1680, 0x1680},
                                                 {0x2000, 0x200A},
                                                 {0x2028, 0x2029},
                                                 {0x202F, 0x202F},
                                                 {0x205F, 0x205F},
                                                 {0x3000, 0x3000}}};
  return is_in(ranges, c);
}

// Controls, format characters (general category Cf and the default ignorables, which show nothing or turn the line
// round), blanks that pass for letters, variation selectors, private use, tags, and the last plane.
bool is_unfit_for_show(char32_t c) {
  static constexpr std::array<Range, 29> ranges{{
      {0x00, 0x1F},       {0x7F, 0x9F},       {0xAD, 0xAD},       {0x034F, 0x034F},    {0x0600, 0x0605},
      {0x061C, 0x061C},   {0x06DD, 0x06DD},   {0x070F, 0x070F},   {0x0890, 0x0891},    {0x08E2, 0x08E2},
      {0x115F, 0x1160},   {0x17B4, 0x17B5},   {0x180B, 0x180F},   {0x200B, 0x200F},    {0x202A, 0x202E},
      {0x2060, 0x206F},   {0x2800, 0x2800},   {0x3164, 0x3164},   {0xE000, 0xF8FF},    {0xFDD0, 0xFDEF},
      {0xFE00, 0xFE0F},   {0xFEFF, 0xFEFF},   {0xFFA0, 0xFFA0},   {0xFFF0, 0xFFFC},    {0x110BD, 0x110CD},
      {0x13430, 0x1345F}, {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A}, {0xE0000, 0x10FFFF},
  }};
  return is_in(ranges, c) || (c & 0xFFFE) == 0xFFFE;
}

// The blocks of combining diacritical marks, which every letter can be loaded with; not the marks that Indic and
// other scripts need for ordinary words.
bool is_combining(char32_t c) {
  static constexpr std::array<Range, 6> ranges{
      {{0x0300, 0x036F}, {0x0483, 0x0489}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x20D0, 0x20FF}, {0xFE20, 0xFE2F}}};
  return is_in(ranges, c);
}

}  // namespace
}  // namespace postern::wire
