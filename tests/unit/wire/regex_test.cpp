#include "core/wire/regex.hpp"

#include <gtest/gtest.h>

#include <string>

namespace postern::wire {
namespace {

constexpr std::uint64_t kPlenty = 100'000'000;

struct Row {
  const char* pattern;
  const char* text;
  bool matches;
};

bool matches(const std::string& pattern, const std::string& text) {
  const auto regex = Regex::compile(pattern);
  EXPECT_TRUE(regex.ok()) << pattern << ": " << (regex.ok() ? "" : regex.error());
  std::uint64_t budget = kPlenty;
  return regex.ok() && regex.value().search(text, budget).value_or(false);
}

TEST(Regex, FindsWhatEcma262SaysItFinds) {
  const Row rows[] = {
      // characters, anywhere in the text
      {"", "", true},
      {"", "x", true},
      {"a+", "xxaayy", true},
      {"abc", "xabcx", true},
      {"abc", "abxc", false},
      {"a.c", "a\nc", false},
      {"a.c",
       "a\xE2\x80\xA8"
       "c",
       false},
      {"^.$", "\xF0\x9F\x98\x80", true},
      {"^..$", "\xF0\x9F\x98\x80", false},
      {"\xC3\xA1", "\xC3\xA1", true},
      // anchors: of the text, not of a line
      {"^a*$", "aaa", true},
      {"^a*$", "abc", false},
      {"^b", "a\nb", false},
      {"a$", "a\n", false},
      {"a^b", "ab", false},
      {"^$", "", true},
      {"^$", "a", false},
      {"x|^a|b$", "ab", true},
      {"(?:^a)+", "ba", false},
      // alternation and groups
      {"^(?:cat|dog|bird)$", "dog", true},
      {"^(cat|dog|bird)$", "cow", false},
      {"^(a|b|)c$", "c", true},
      {"^(|a)$", "a", true},
      {"^(?<year>\\d{4})-(?<month>\\d\\d)$", "2026-07", true},
      {"^cat|dog$", "catfish", true},
      {"^cat|dog$", "fishdog", true},
      {"^cat|dog$", "fish", false},
      // counts
      {"^a{3}$", "aaa", true},
      {"^a{3}$", "aa", false},
      {"^a{2,}$", "aaaaa", true},
      {"^a{2,}$", "a", false},
      {"^a{0,}$", "", true},
      {"^a{1,3}$", "aaa", true},
      {"^a{1,3}$", "aaaa", false},
      {"^a{0}$", "", true},
      {"^a{0}$", "a", false},
      {"^(ab){2}$", "abab", true},
      {"^(a|b){2,3}$", "bab", true},
      {"^(a{2}){3}$", "aaaaaa", true},
      {"^(a{2}){3}$", "aaaaa", false},
      {"^(a|bc){0,2}d$", "abcd", true},
      {"^(a|bc){0,2}d$", "abcad", false},
      {"^a+?b*?c??$", "aab", true},
      {"^(a*)*$", "aaa", true},
      {"^(a*)+b$", "aaab", true},
      {"^(){5}$", "", true},
      {"^.{1,1000}$", "short", true},
      // classes
      {"^[a-c]+$", "abc", true},
      {"^[a-c]+$", "abd", false},
      {"^[^a-c]+$", "xyz", true},
      {"^[^a-c]+$", "xbz", false},
      {"^[]$", "a", false},
      {"^[^]$", "\n", true},
      {"^[a\\-z]+$", "a-z", true},
      {"^[a\\-z]+$", "b", false},
      {"^[-a]+$", "a-", true},
      {"^[a-]+$", "a-", true},
      {"^[\\]\\\\]+$", "]\\", true},
      {"^[\\w.-]+@[\\w.-]+$", "a.b-c@example.com", true},
      {"^[\\D]$", "1", false},
      {"^[^\\s\\d]+$", "ab", true},
      {"^[^\\s\\d]+$", "a1", false},
      {"^[\\b]$", "\b", true},
      {"^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$", "a-host-name", true},
      {"^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$", "-bad", false},
      {"^[\\u0400-\\u04FF]+$", "\xD0\x94\xD0\xB0", true},
      // class escapes; the digits of other scripts are no \d
      {"^\\d+$", "0189", true},
      {"^\\d$", "\xE0\xA7\xAA", false},
      {"^\\D$", "\xE0\xA7\xAA", true},
      {"^\\w$", "\xC3\xA9", false},
      {"^\\W$", "\xC3\xA9", true},
      {"^\\w+$", "az_AZ09", true},
      {"^\\s+$", " \t\n\v\f\r\xC2\xA0\xEF\xBB\xBF\xE2\x80\x83\xE3\x80\x80", true},
      {"^\\S$", "\xE2\x80\xA9", false},
      {"\\bcat\\b", "a cat.", true},
      {"\\bcat\\b", "concat", false},
      {"\\Bcat", "concat", true},
      // escapes
      {"^\\.\\*\\/\\-\\@$", ".*/-@", true},
      {"^\\t\\n\\v\\f\\r$", "\t\n\v\f\r", true},
      {"^\\cA\\cz$", "\x01\x1A", true},
      {"^\\x41\\u0042\\u{43}\\u{1F600}$", "ABC\xF0\x9F\x98\x80", true},
      {"^\\uD83D\\uDE00$", "\xF0\x9F\x98\x80", true},
      {"^[\\uD83D\\uDE00]$", "\xF0\x9F\x98\x80", true},
      {"\\uD83D", "\xF0\x9F\x98\x80", false},
      // Unicode properties
      {"^\\p{Letter}+$", "Hello\xCF\x80\xE4\xB8\xAD", true},
      {"^\\p{Letter}+$", "123", false},
      {"^\\p{Lu}\\p{Ll}+$", "\xC3\x89t\xC3\xA9", true},
      {"^\\p{Lu}$", "\xC3\xA9", false},
      {"^\\p{Nd}+$", "4\xE0\xA7\xAA", true},
      {"^\\P{L}+$", "12 ", true},
      {"^[^\\p{L}]+$", "a", false},
      {"^[\\p{L}\\p{gc=M}\\p{N}_ -]+$", "Z\xC3\xBCrich 8001", true},
      {"^\\p{ASCII}$", "\xC3\xA9", false},
      {"^\\p{Any}$", "\xF4\x8F\xBF\xBF", true},
      {"^\\p{General_Category=Punctuation}\\p{S}\\p{Z}$", "!+ ", true},
      // bytes that are no UTF-8 count as U+FFFD, one each
      {"^\\uFFFD\\uFFFD$", "\xFF\xC3", true},
      {"^\\uFFFD{3}$", "\xED\xA0\x80", true},
      {"^\\uFFFD{2}$", "\xC0\xAF", true},
  };
  for (const Row& row : rows)
    EXPECT_EQ(matches(row.pattern, row.text), row.matches) << row.pattern << " on " << row.text;
  EXPECT_TRUE(matches("^\\0$", std::string(1, '\0')));
}

TEST(Regex, RefusesByNameAndPlace) {
  const struct {
    const char* pattern;
    const char* why;
  } rows[] = {
      {"a(?=b)", "at byte 4: look-ahead is not supported"},
      {"a(?!b)", "at byte 4: look-ahead is not supported"},
      {"(?<=a)b", "at byte 4: look-behind is not supported"},
      {"(?<!a)b", "at byte 4: look-behind is not supported"},
      {"(a)\\1", "at byte 5: back-references are not supported"},
      {"(?<x>a)\\k<x>", "at byte 9: back-references are not supported"},
      {"(?i:a)", "at byte 2: this kind of group is not supported"},
      {"(?<>a)", "at byte 3: a group's name is expected"},
      {"a)", "at byte 1: a ')' without its '('"},
      {"(a", "at byte 2: a group is not closed"},
      {"[a", "at byte 2: a class is not closed"},
      {"[a\\", "at byte 3: a lone backslash"},
      {"\\", "at byte 1: a lone backslash"},
      {"*a", "at byte 0: there is nothing to repeat"},
      {"a**", "at byte 2: there is nothing to repeat"},
      {"^*", "at byte 1: an assertion cannot be repeated"},
      {"\\b+", "at byte 2: an assertion cannot be repeated"},
      {"a{2,1}", "at byte 6: the counts are out of order"},
      {"a{x}", "at byte 2: a count is expected after '{' (for the character itself, write \\{)"},
      {"a{1", "at byte 3: a '}' is expected after a count"},
      {"a}", "at byte 1: this character has to be escaped"},
      {"a]", "at byte 1: this character has to be escaped"},
      {"[b-a]", "at byte 1: a range is out of order"},
      {"[\\d-z]", "at byte 1: a range needs a character at both ends"},
      {"\\Z", "at byte 2: this escape is not supported"},
      {"\\xg0", "at byte 2: a hexadecimal digit is expected"},
      {"\\u{110000}", "at byte 10: there is no such code point"},
      {"\\u{}", "at byte 3: a code point is expected"},
      {"\\pL", "at byte 2: a property in braces is expected"},
      {"\\p{Script=Greek}", "at byte 3: this Unicode property is not supported"},
      {"\\c1", "at byte 2: a letter is expected after \\c"},
      {"(a{1000}){1000}", "at byte 15: the pattern grows too large"},
      {"a{999999999999}", "at byte 15: the pattern grows too large"},
  };
  for (const auto& row : rows) {
    const auto regex = Regex::compile(row.pattern);
    ASSERT_FALSE(regex.ok()) << row.pattern;
    EXPECT_EQ(regex.error(), row.why) << row.pattern;
  }
  EXPECT_FALSE(Regex::compile(std::string(1000, '(')).ok());
  std::string many_sets;
  for (int i = 0; i < 1000; ++i) many_sets += "\\p{L}";
  EXPECT_FALSE(Regex::compile(many_sets).ok());
}

// Engines that backtrack need time exponential in the text for these.
TEST(Regex, CatastrophicPatternsStayLinear) {
  for (const char* pattern : {"(a+)+$", "^(a|aa)+$", "^(a|a?)+$", "(.*)*x$", "^(([a-z])+.)+[A-Z]([a-z])+$", "(a*)*b",
                              "^(\\w+\\s?)*$", "a?a?a?a?a?a?a?a?a?a?aaaaaaaaaaB"}) {
    const auto regex = Regex::compile(pattern);
    ASSERT_TRUE(regex.ok()) << pattern;
    std::uint64_t used[2] = {};
    for (const int doubled : {0, 1}) {
      std::uint64_t budget = kPlenty;
      EXPECT_EQ(regex.value().search(std::string(std::size_t{20'000} << doubled, 'a') + "!", budget), false) << pattern;
      used[doubled] = kPlenty - budget;
    }
    EXPECT_LE(used[1], 2 * used[0] + 1000) << pattern;
    EXPECT_LE(used[1], std::uint64_t{3} * 40'001 * regex.value().size()) << pattern;
  }
}

TEST(Regex, GivesUpWhenTheBudgetIsSpent) {
  const auto regex = Regex::compile("^(a|b)*$");
  ASSERT_TRUE(regex.ok());
  std::uint64_t budget = 1000;
  EXPECT_EQ(regex.value().search(std::string(10'000, 'a'), budget), std::nullopt);
  EXPECT_EQ(budget, 0U);
  budget = 1000;
  EXPECT_EQ(regex.value().search("abab", budget), true);
  EXPECT_LT(budget, 1000U);
}

}  // namespace
}  // namespace postern::wire
