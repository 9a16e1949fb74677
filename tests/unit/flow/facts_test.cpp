#include "core/flow/facts.hpp"

#include <gtest/gtest.h>

#include <set>

namespace postern {
namespace {

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

std::string counting(int from) {
  std::string bytes;
  for (int i = 0; i < 32; ++i) bytes += static_cast<char>(from + i);
  return bytes;
}

TEST(Facts, ADrawIsTheSameEachTime) {
  const Facts facts(UnixSeconds{1}, counting(0));
  Facts later = facts;
  later.learn(Load{"a"}, Loaded{});
  EXPECT_EQ(facts.draw("grant"), facts.draw("grant"));
  EXPECT_EQ(facts.draw("grant"), later.draw("grant")) << "a second evaluation, knowing more";
  EXPECT_EQ(facts.draw("grant").size(), 32u);
}

TEST(Facts, DrawsOfOtherLabelsOrOtherEntropyAreOthers) {
  const Facts one(UnixSeconds{1}, counting(0));
  const Facts two(UnixSeconds{1}, counting(1));
  const std::set<std::string> all = {one.draw(""), one.draw("a"), one.draw("ab"), one.draw("b"),
                                     two.draw(""), two.draw("a"), two.draw("ab"), two.draw("b")};
  EXPECT_EQ(all.size(), 8u);
  EXPECT_FALSE(all.contains(one.entropy())) << "the entropy itself is never given away";
}

// HKDF-Expand, RFC 5869 s. 2.3: T(1) = HMAC-SHA-256(PRK, info | 0x01). The value was computed by another program.
TEST(Facts, ADrawIsTheFirstBlockOfHkdfExpand) {
  EXPECT_EQ(hex(Facts(UnixSeconds{1}, counting(0)).draw("grant")),
            "47f13e0e4b02eee6c6cc27b6f0766e2a5400d77bd2e4b48fe65c25cbf69812f0");
}

TEST(Facts, TheOrderInWhichTheyArriveChangesNothing) {
  Facts one(UnixSeconds{1}, counting(0));
  Facts two = one;
  one.learn(Load{"a"}, Loaded{StoredRecord{"x", 1}});
  one.learn(Load{"b"}, Loaded{});
  two.learn(Load{"b"}, Loaded{});
  two.learn(Load{"a"}, Loaded{StoredRecord{"x", 1}});
  for (const Need& need : {Need{Load{"a"}}, Need{Load{"b"}}}) {
    ASSERT_NE(one.find(need), nullptr);
    EXPECT_EQ(*one.find(need), *two.find(need));
  }
  EXPECT_EQ(one.find(Load{"c"}), nullptr);
}

}  // namespace
}  // namespace postern
