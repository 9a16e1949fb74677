#include "core/wire/regex_set.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>

namespace postern::wire {
namespace {

constexpr char32_t kLastCode = 0x10FFFF;

constexpr Regex::Range kDigits[] = {{'0', '9'}};
constexpr Regex::Range kWord[] = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
// WhiteSpace and LineTerminator, ECMA-262 s. 12.2 and 12.3.
constexpr Regex::Range kSpace[] = {{0x09, 0x0D},     {0x20, 0x20},     {0xA0, 0xA0},     {0x1680, 0x1680},
                                   {0x2000, 0x200A}, {0x2028, 0x2029}, {0x202F, 0x202F}, {0x205F, 0x205F},
                                   {0x3000, 0x3000}, {0xFEFF, 0xFEFF}};

void add(const Regex::Range* more, std::size_t count, CodeRanges& ranges) {
  for (std::size_t i = 0; i < count; ++i) ranges.push_back(more[i]);
}

// By insertion: what comes here is short, or in long runs that are sorted already.
void sort(Regex::Range* ranges, std::size_t count) {
  for (std::size_t i = 1; i < count; ++i) {
    const Regex::Range range = ranges[i];
    std::size_t at = i;
    for (; at > 0 && ranges[at - 1].first > range.first; --at) ranges[at] = ranges[at - 1];
    ranges[at] = range;
  }
}

}  // namespace

void add_class_escape(char32_t letter, CodeRanges& ranges) {
  const std::size_t from = ranges.size();
  const char32_t small = letter | 0x20U;
  if (small == 'd') add(kDigits, std::size(kDigits), ranges);
  if (small == 'w') add(kWord, std::size(kWord), ranges);
  if (small == 's') add(kSpace, std::size(kSpace), ranges);
  if (letter != small) complement(ranges, from);
}

void normalize(CodeRanges& ranges, std::size_t from) {
  sort(ranges.data() + from, ranges.size() - from);
  std::size_t kept = from;
  for (std::size_t i = from; i < ranges.size(); ++i) {
    if (kept > from && ranges[i].first <= ranges[kept - 1].last + 1) {
      ranges[kept - 1].last = std::max(ranges[kept - 1].last, ranges[i].last);
    } else {
      ranges[kept++] = ranges[i];
    }
  }
  ranges.resize(kept);
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
  ranges.resize(kept);
  if (next <= kLastCode) ranges.push_back({next, kLastCode});
}

}  // namespace postern::wire
