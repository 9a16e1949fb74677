#include "core/wire/regex_unicode.hpp"

#include <cstddef>

namespace postern::wire {
namespace {

#include "core/wire/regex_unicode_tables.inc"

struct Category {
  std::string_view short_name;
  std::string_view long_name;
  const unsigned char* table;
  std::size_t size;
};

template <std::size_t size>
constexpr Category category(std::string_view short_name, std::string_view long_name,
                            const unsigned char (&table)[size]) {
  return {short_name, long_name, table, size};
}

constexpr Category kCategories[] = {
    category("L", "Letter", kL),
    category("Lu", "Uppercase_Letter", kLu),
    category("Ll", "Lowercase_Letter", kLl),
    category("M", "Mark", kM),
    category("N", "Number", kN),
    category("Nd", "Decimal_Number", kNd),
    category("P", "Punctuation", kP),
    category("S", "Symbol", kS),
    category("Z", "Separator", kZ),
};

// The tables alternate between how many code points to skip and how many to take; see scripts/make_regex_unicode.py.
void add_table(const Category& category, std::vector<Regex::Range>& ranges) {
  char32_t code = 0;
  bool inside = false;
  for (std::size_t i = 0; i < category.size; ++i) {
    char32_t run = category.table[i] & 0x7FU;
    for (unsigned shift = 7; (category.table[i] & 0x80U) != 0; shift += 7) {
      run |= static_cast<char32_t>(category.table[++i] & 0x7FU) << shift;
    }
    if (inside) ranges.push_back({code, code + run - 1});
    code += run;
    inside = !inside;
  }
}

}  // namespace

bool add_unicode_property(std::string_view name, std::vector<Regex::Range>& ranges) {
  if (name == "Any" || name == "ASCII") {
    ranges.push_back({0, name == "Any" ? U'\x10FFFF' : U'\x7F'});
    return true;
  }
  for (const std::string_view prefix : {std::string_view("gc="), std::string_view("General_Category=")}) {
    if (name.substr(0, prefix.size()) == prefix) {
      name.remove_prefix(prefix.size());
      break;
    }
  }
  for (const Category& category : kCategories) {
    if (name == category.short_name || name == category.long_name) {
      add_table(category, ranges);
      return true;
    }
  }
  return false;
}

}  // namespace postern::wire
