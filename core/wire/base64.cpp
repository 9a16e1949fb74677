#include "core/wire/base64.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace postern::wire {
namespace {

using Alphabet = std::array<char, 64>;
using Values = std::array<std::uint8_t, 256>;

std::string encode(std::string_view bytes, const Alphabet& alphabet, bool padded);
std::optional<std::string> decode(std::string_view text, const Values& values);

constexpr Alphabet alphabet_of(char sixty_two, char sixty_three) {
  Alphabet alphabet{};
  for (std::size_t i = 0; i < 26; ++i) {
    alphabet[i] = static_cast<char>('A' + i);
    alphabet[26 + i] = static_cast<char>('a' + i);
  }
  for (std::size_t i = 0; i < 10; ++i) alphabet[52 + i] = static_cast<char>('0' + i);
  alphabet[62] = sixty_two;
  alphabet[63] = sixty_three;
  return alphabet;
}

constexpr std::uint8_t no_digit = 0x80;

constexpr Values values_of(const Alphabet& alphabet) {
  Values values{};
  for (auto& value : values) value = no_digit;
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    values[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}

constexpr Alphabet standard_alphabet = alphabet_of('+', '/');
constexpr Alphabet url_alphabet = alphabet_of('-', '_');
constexpr Values standard_values = values_of(standard_alphabet);
constexpr Values url_values = values_of(url_alphabet);

}  // namespace

std::string base64url(std::string_view bytes) { return encode(bytes, url_alphabet, false); }

std::string identifier(std::string_view bytes) {
  std::string lettered(bytes);
  if (!lettered.empty()) lettered.front() = static_cast<char>(static_cast<unsigned char>(lettered.front()) & 0x7Fu);
  return base64url(lettered);
}

std::optional<std::string> from_base64url(std::string_view text) { return decode(text, url_values); }

std::string base64(std::string_view bytes) { return encode(bytes, standard_alphabet, true); }

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  // At most two '='; one left over is not in the alphabet, and what remains has a length that decode checks.
  if (text.ends_with("==")) {
    text.remove_suffix(2);
  } else if (text.ends_with('=')) {
    text.remove_suffix(1);
  }
  return decode(text, standard_values);
}

namespace {

std::string encode(std::string_view bytes, const Alphabet& alphabet, bool padded) {
  const std::size_t rest = bytes.size() % 3;
  const std::size_t digits = bytes.size() / 3 * 4 + (rest == 0 ? 0 : rest + 1);
  std::string text(padded ? (digits + 3) / 4 * 4 : digits, '=');
  const auto* in = reinterpret_cast<const unsigned char*>(bytes.data());
  char* out = text.data();
  const auto digit = [&](std::uint32_t group, int shift) { return alphabet[(group >> shift) & 63]; };
  for (std::size_t left = bytes.size(); left >= 3; left -= 3, in += 3) {
    const std::uint32_t group = std::uint32_t{in[0]} << 16 | std::uint32_t{in[1]} << 8 | in[2];
    *out++ = digit(group, 18);
    *out++ = digit(group, 12);
    *out++ = digit(group, 6);
    *out++ = digit(group, 0);
  }
  if (rest > 0) {
    const std::uint32_t group = std::uint32_t{in[0]} << 16 | (rest == 2 ? std::uint32_t{in[1]} << 8 : 0);
    *out++ = digit(group, 18);
    *out++ = digit(group, 12);
    if (rest == 2) *out++ = digit(group, 6);
  }
  return text;
}

std::optional<std::string> decode(std::string_view text, const Values& values) {
  const std::size_t rest = text.size() % 4;
  if (rest == 1) return std::nullopt;
  std::string bytes(text.size() / 4 * 3 + (rest == 0 ? 0 : rest - 1), '\0');
  const auto* in = reinterpret_cast<const unsigned char*>(text.data());
  char* out = bytes.data();
  // Bad digits are gathered and judged once at the end: the loop has no branch to mispredict.
  std::uint32_t bad = 0;
  for (std::size_t left = text.size(); left >= 4; left -= 4, in += 4) {
    const std::uint32_t a = values[in[0]], b = values[in[1]], c = values[in[2]], d = values[in[3]];
    bad |= a | b | c | d;
    const std::uint32_t group = a << 18 | b << 12 | c << 6 | d;
    *out++ = static_cast<char>(group >> 16);
    *out++ = static_cast<char>(group >> 8);
    *out++ = static_cast<char>(group);
  }
  if (rest > 0) {
    const std::uint32_t a = values[in[0]], b = values[in[1]], c = rest == 3 ? values[in[2]] : 0;
    bad |= a | b | c;
    const std::uint32_t group = a << 18 | b << 12 | c << 6;
    *out++ = static_cast<char>(group >> 16);
    if (rest == 3) *out++ = static_cast<char>(group >> 8);
    // RFC 4648 s. 3.5: bits that no byte needs have to be zero, or one value would have many spellings.
    const std::uint32_t unused = rest == 3 ? group & 0xFF : group & 0xFFFF;
    if (unused != 0) return std::nullopt;
  }
  if ((bad & no_digit) != 0) return std::nullopt;
  return bytes;
}

}  // namespace
}  // namespace postern::wire
