#include "core/wire/regex_set.hpp"

#include <algorithm>
#include <cstddef>

namespace postern::wire {
namespace {

constexpr char32_t kLastCode = 0x10FFFF;

constexpr Regex::Range kDigits[] = {{'0', '9'}};
constexpr Regex::Range kWord[] = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
// WhiteSpace and LineTerminator, ECMA-262 s. 12.2 and 12.3.
constexpr Regex::Range kSpace[] = {{0x09, 0x0D},     {0x20, 0x20},     {0xA0, 0xA0},     {0x1680, 0x1680},
                                   {0x2000, 0x200A}, {0x2028, 0x2029}, {0x202F, 0x202F}, {0x205F, 0x205F},
                                   {0x3000, 0x3000}, {0xFEFF, 0xFEFF}};

}  // namespace

void add_class_escape(char32_t letter, CodeRanges& ranges) {
  const std::size_t from = ranges.size();
  const char32_t small = letter | 0x20U;
  if (small == 'd') ranges.insert(ranges.end(), std::begin(kDigits), std::end(kDigits));
  if (small == 'w') ranges.insert(ranges.end(), std::begin(kWord), std::end(kWord));
  if (small == 's') ranges.insert(ranges.end(), std::begin(kSpace), std::end(kSpace));
  if (letter != small) complement(ranges, from);
}

void normalize(CodeRanges& ranges, std::size_t from) {
  const auto begin = ranges.begin() + static_cast<std::ptrdiff_t>(from);
  std::sort(begin, ranges.end(), [](const Regex::Range& a, const Regex::Range& b) { return a.first < b.first; });
  std::size_t kept = from;
  for (std::size_t i = from; i < ranges.size(); ++i) {
    if (kept > from && ranges[i].first <= ranges[kept - 1].last + 1) {
      ranges[kept - 1].last = std::max(ranges[kept - 1].last, ranges[i].last);
    } else {
      ranges[kept++] = ranges[i];
    }
  }
  ranges.erase(ranges.begin() + static_cast<std::ptrdiff_t>(kept), ranges.end());
}

void complement(CodeRanges& ranges, std::size_t from) {
  normalize(ranges, from);
  char32_t next = 0;
  std::size_t kept = from;
  for (std::size_t i = from; i < ranges.size(); ++i) {
    const Regex::Range range = ranges[i];
    if (range.first > next) ranges[kept++] = {next, range.first - 1};  // never more gaps before than ranges read
    next = range.last + 1;
  }
  ranges.erase(ranges.begin() + static_cast<std::ptrdiff_t>(kept), ranges.end());
  if (next <= kLastCode) ranges.push_back({next, kLastCode});
}

}  // namespace postern::wire
