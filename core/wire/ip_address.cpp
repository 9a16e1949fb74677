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
