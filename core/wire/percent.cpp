#include "core/wire/percent.hpp"

#include <cstddef>

#include "core/wire/characters.hpp"

namespace postern::wire {
namespace {

std::optional<std::string> decode(std::string_view text, bool plus_is_space);
std::string encode(std::string_view bytes, std::string_view kept_marks, bool space_is_plus);

}  // namespace

std::optional<std::string> percent_decode(std::string_view text) { return decode(text, false); }

std::string percent_encode(std::string_view bytes) { return encode(bytes, "-._~", false); }

std::optional<std::string> form_percent_decode(std::string_view text) { return decode(text, true); }

std::string form_percent_encode(std::string_view bytes) { return encode(bytes, "*-._", true); }

namespace {

std::optional<std::string> decode(std::string_view text, bool plus_is_space) {
  std::string bytes;
  bytes.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '+' && plus_is_space) {
      bytes.push_back(' ');
    } else if (c != '%') {
      bytes.push_back(c);
    } else {
      if (text.size() - i < 3) return std::nullopt;
      const int high = hex_value(text[i + 1]);
      const int low = hex_value(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      bytes.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    }
  }
  return bytes;
}

std::string encode(std::string_view bytes, std::string_view kept_marks, bool space_is_plus) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string text;
  text.reserve(bytes.size() + bytes.size() / 2);
  for (const char c : bytes) {
    if (is_letter(c) || is_digit(c) || kept_marks.find(c) != std::string_view::npos) {
      text.push_back(c);
    } else if (c == ' ' && space_is_plus) {
      text.push_back('+');
    } else {
      const auto byte = static_cast<unsigned char>(c);
      text.push_back('%');
      text.push_back(digits[byte >> 4]);
      text.push_back(digits[byte & 15]);
    }
  }
  return text;
}

}  // namespace
}  // namespace postern::wire
