#include "core/wire/text.hpp"

#include <gtest/gtest.h>

#include <string>

namespace postern::wire {
namespace {

TEST(ValidUtf8, TheTableOfRfc3629Section4) {
  const struct {
    const char* why;
    std::string bytes;
    bool valid;
  } rows[] = {
      {"a continuation alone", "\x80", false},
      {"an overlong slash", "\xC0\xAF", false},
      {"an overlong slash in three bytes", "\xE0\x80\xAF", false},
      {"an overlong slash in four bytes", "\xF0\x80\x80\xAF", false},
      {"the largest overlong of three bytes", "\xE0\x9F\xBF", false},
      {"the largest overlong of four bytes", "\xF0\x8F\xBF\xBF", false},
      {"the first surrogate", "\xED\xA0\x80", false},
      {"the last surrogate", "\xED\xBF\xBF", false},
      {"above U+10FFFF", "\xF4\x90\x80\x80", false},
      {"five bytes", "\xF8\x88\x80\x80\x80", false},
      {"cut", "abcdefgh\xE2\x82", false},
      {"a lead after a lead", "\xC3\xC3\xA9", false},
      {"behind eight ASCII bytes", "abcdefgh\xFF", false},
      {"nothing", "", true},
      {"U+0000", std::string(1, '\0'), true},
      {"U+007F, U+0080, U+07FF", "\x7F\xC2\x80\xDF\xBF", true},
      {"U+0800, U+D7FF, U+E000, U+FFFF", "\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF", true},
      {"U+10000, U+10FFFF", "\xF0\x90\x80\x80\xF4\x8F\xBF\xBF", true},
      {"ASCII round a long character", "abcdefghijk\xE2\x82\xACmnopqrstuvw", true},
  };
  for (const auto& row : rows) EXPECT_EQ(valid_utf8(row.bytes), row.valid) << row.why;
}

TEST(DisplayName, TakesAwayWhatDeceives) {
  const struct {
    const char* why;
    std::string hostile, shown;
  } rows[] = {
      {"controls", std::string("a\0b\x01\x1B[31mc\x7F", 11), "ab[31mc"},
      {"C1 controls",
       "a\xC2\x9B"
       "b",
       "ab"},
      {"a right-to-left override", "evil\xE2\x80\xAEmoc.doog", "evilmoc.doog"},
      {"isolates",
       "a\xE2\x81\xA6"
       "b\xE2\x81\xA9",
       "ab"},
      {"marks of direction",
       "a\xE2\x80\x8E\xE2\x80\x8F\xD8\x9C"
       "b",
       "ab"},
      {"zero-width space, joiner and byte order mark",
       "Cl\xE2\x80\x8B"
       "au\xE2\x80\x8D"
       "de\xEF\xBB\xBF",
       "Claude"},
      {"a soft hyphen", "pay\xC2\xADpal", "paypal"},
      {"blanks that pass for letters",
       "a\xE3\x85\xA4\xE2\xA0\x80"
       "b",
       "ab"},
      {"tags",
       "a\xF3\xA0\x81\xA1"
       "b",
       "ab"},
      {"private use",
       "a\xEE\x80\x80\xF3\xB0\x80\x80\xF4\x80\x80\x80"
       "b",
       "ab"},
      {"non-characters",
       "a\xEF\xB7\x90\xEF\xBF\xBF\xF0\x9F\xBF\xBE"
       "b",
       "ab"},
      {"line ends and no-break spaces are folded",
       " a\r\n\t b\xC2\xA0\xE2\x80\xA8"
       "c\xE3\x80\x80",
       "a b c"},
      {"invisible characters do not keep spaces apart", "a \xE2\x80\x8B b", "a b"},
      {"stacked marks",
       "Z\xCC\x81\xCC\x81\xCC\x81\xCC\x81"
       "o",
       "Z\xCC\x81\xCC\x81o"},
      {"invalid UTF-8",
       "a\xFF"
       "b\xC3",
       "a\xEF\xBF\xBD"
       "b\xEF\xBF\xBD"},
      {"only invisible characters", "\xE2\x80\x8B\xE2\x80\xAE ", ""},
      {"markup is left to html_escape", "<b>", "<b>"},
      {"other scripts stay", "\xD0\x9C\xD0\xB8\xD1\x80 \xE4\xB8\x96\xE7\x95\x8C \xF0\x9F\x98\x80",
       "\xD0\x9C\xD0\xB8\xD1\x80 \xE4\xB8\x96\xE7\x95\x8C \xF0\x9F\x98\x80"},
  };
  for (const auto& row : rows) EXPECT_EQ(display_name(row.hostile), row.shown) << row.why;
}

TEST(DisplayName, IsCut) {
  EXPECT_EQ(display_name("abcdef", 6), "abcdef");
  EXPECT_EQ(display_name("abcdefg", 6), "abcde\xE2\x80\xA6");
  EXPECT_EQ(display_name("\xC3\xA9\xC3\xA9\xC3\xA9", 2), "\xC3\xA9\xE2\x80\xA6") << "in characters, not in bytes";
  EXPECT_EQ(display_name("a", 0), "");
  EXPECT_EQ(display_name("abcdef ", 6), "abcdef") << "white space at the end needs no ellipsis";
  EXPECT_EQ(display_name(std::string(1 << 20, 'a')).size(), 59U + 3U);
}

TEST(HtmlEscape, IsSafeAsTextAndInAttributes) {
  EXPECT_EQ(html_escape("<a href=\"x\" id='y'>&amp;</a>"),
            "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;amp;&lt;/a&gt;");
}

}  // namespace
}  // namespace postern::wire
