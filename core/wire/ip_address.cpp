#include "core/wire/ip_address.hpp"

#include <algorithm>
#include <cstddef>

#include "core/wire/characters.hpp"

namespace postern::wire {

bool is_ipv4(std::string_view text) {
  for (int octets = 0; octets < 4; ++octets) {
    if (octets > 0) {
      if (!text.starts_with('.')) return false;
      text.remove_prefix(1);
    }
    std::size_t digits = 0;
    int value = 0;
    while (digits < text.size() && digits < 3 && is_digit(text[digits])) {
      value = value * 10 + (text[digits] - '0');
      ++digits;
    }
    if (digits == 0 || value > 255 || (digits > 1 && text.front() == '0')) return false;
    text.remove_prefix(digits);
  }
  return text.empty();
}

// Eight groups, the last two maybe dotted, and at most one "::" in the place of one group or more.
bool is_ipv6(std::string_view text) {
  int groups = 0;
  bool compressed = false;
  if (text.starts_with("::")) {
    compressed = true;
    text.remove_prefix(2);
  }
  bool group_due = !compressed;
  while (!text.empty()) {
    if (is_ipv4(text)) {
      groups += 2;
      text = {};
      group_due = false;
      break;
    }
    std::size_t digits = 0;
    while (digits < text.size() && is_hex(text[digits])) ++digits;
    if (digits == 0 || digits > 4) return false;
    ++groups;
    text.remove_prefix(digits);
    group_due = false;
    if (text.empty()) break;
    if (text.front() != ':') return false;
    text.remove_prefix(1);
    group_due = true;
    if (text.starts_with(':')) {
      if (compressed) return false;
      compressed = true;
      group_due = false;
      text.remove_prefix(1);
    }
  }
  return !group_due && (compressed ? groups < 8 : groups == 8);
}

std::optional<std::array<std::uint8_t, 4>> ipv4_bytes(std::string_view text) {
  if (!is_ipv4(text)) return std::nullopt;
  std::array<std::uint8_t, 4> bytes{};
  std::size_t at = 0;
  for (const char c : text) {
    if (c == '.') {
      ++at;
    } else {
      bytes[at] = static_cast<std::uint8_t>(bytes[at] * 10 + (c - '0'));
    }
  }
  return bytes;
}

// What stands before "::" is put at the front, what stands after it at the end.
std::optional<std::array<std::uint8_t, 16>> ipv6_bytes(std::string_view text) {
  if (!is_ipv6(text)) return std::nullopt;
  std::array<std::uint8_t, 16> front{}, back{};
  std::size_t front_size = 0, back_size = 0;
  bool after_gap = false;
  const auto add = [&](std::uint8_t byte) {
    if (after_gap) {
      back[back_size++] = byte;
    } else {
      front[front_size++] = byte;
    }
  };
  while (!text.empty()) {
    if (text.starts_with("::")) {
      after_gap = true;
      text.remove_prefix(2);
      continue;
    }
    if (text.front() == ':') text.remove_prefix(1);
    if (const auto dotted = ipv4_bytes(text)) {
      for (const std::uint8_t byte : *dotted) add(byte);
      break;
    }
    int group = 0;
    while (!text.empty() && text.front() != ':') {
      group = group * 16 + hex_value(text.front());
      text.remove_prefix(1);
    }
    add(static_cast<std::uint8_t>(group >> 8));
    add(static_cast<std::uint8_t>(group & 0xff));
  }
  for (std::size_t i = 0; i < back_size; ++i) front[16 - back_size + i] = back[i];
  return front;
}

bool ends_in_number(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  const std::size_t dot = host.rfind('.');
  const std::string_view last = dot == std::string_view::npos ? host : host.substr(dot + 1);
  if (last.empty()) return false;
  if (std::all_of(last.begin(), last.end(), is_digit)) return true;
  return last.size() >= 2 && last[0] == '0' && (last[1] == 'x' || last[1] == 'X') &&
         std::all_of(last.begin() + 2, last.end(), is_hex);
}

}  // namespace postern::wire
