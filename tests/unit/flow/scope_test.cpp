#include "core/flow/scope.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace postern {
namespace {

using Tokens = std::vector<std::string>;

TEST(ScopeSet, ParsesSpaceSeparatedTokensIntoASortedSet) {
  EXPECT_EQ(ScopeSet::parse("")->tokens(), Tokens{});
  EXPECT_EQ(ScopeSet::parse("  b  a b ")->tokens(), (Tokens{"a", "b"}));
  EXPECT_EQ(ScopeSet::parse("notes:write notes:read")->to_string(), "notes:read notes:write");
  EXPECT_EQ(*ScopeSet::parse("a b"), (ScopeSet{"b", "a", "b"}));
}

TEST(ScopeSet, RefusesWhatIsNoScopeToken) {
  // RFC 6749 s. 3.3: %x21 / %x23-5B / %x5D-7E
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const bool allowed = byte == 0x21 || (byte >= 0x23 && byte <= 0x5b) || (byte >= 0x5d && byte <= 0x7e);
    EXPECT_EQ(ScopeSet::parse(std::string("a") + c + "b").has_value(), allowed || c == ' ') << byte;
  }
}

TEST(ScopeSet, HoldsAtMost64Tokens) {
  std::string text;
  for (int i = 0; i < 64; ++i) text += "s" + std::to_string(i) + ' ';
  EXPECT_TRUE(ScopeSet::parse(text));
  EXPECT_TRUE(ScopeSet::parse(text + "s0")) << "a repetition is no new token";
  EXPECT_FALSE(ScopeSet::parse(text + "one-more"));
}

TEST(ScopeSet, UnitesAndSubtracts) {
  const ScopeSet ab{"a", "b"};
  const ScopeSet bc{"b", "c"};
  EXPECT_EQ(ab.united_with(bc), (ScopeSet{"a", "b", "c"}));
  EXPECT_EQ(ab.without(bc), (ScopeSet{"a"}));
  EXPECT_EQ(ab.without(ab), ScopeSet{});
  EXPECT_TRUE(ab.has("a"));
  EXPECT_FALSE(ab.has("A")) << "scopes are case-sensitive";
  EXPECT_FALSE(ab.has(""));
}

TEST(ScopePolicy, ExpandsThroughAnyNumberOfStepsAndThroughRings) {
  const ScopePolicy policy(std::vector<ScopeDefinition>{
      {"a", "", {"b"}}, {"b", "", {"c", "d"}}, {"c", "", {"a"}}, {"d", "", {}}, {"e", "", {"a"}}});
  EXPECT_EQ(policy.expanded({"b"}), (ScopeSet{"a", "b", "c", "d"}));
  EXPECT_EQ(policy.expanded({"d"}), (ScopeSet{"d"}));
  EXPECT_EQ(policy.expanded({}), ScopeSet{});
  EXPECT_EQ(policy.expanded({"unknown"}), (ScopeSet{"unknown"}));
  EXPECT_EQ(policy.all(), (ScopeSet{"a", "b", "c", "d", "e"}));
}

TEST(ScopePolicy, AllowsWhatIsGrantedOrImpliedAndNothingElse) {
  const ScopePolicy policy(
      std::vector<ScopeDefinition>{{"user", "", {}}, {"notes:read", "", {}}, {"notes:write", "", {"notes:read"}}});
  EXPECT_TRUE(policy.allows({"notes:write"}, {"notes:read"}));
  EXPECT_FALSE(policy.allows({"notes:read"}, {"notes:write"})) << "implication has a direction";
  EXPECT_FALSE(policy.allows({"notes:write"}, {"notes:read", "user"})) << "all of them are needed";
  EXPECT_TRUE(policy.allows({}, {}));
  EXPECT_FALSE(policy.allows({}, {"user"}));
  EXPECT_FALSE(policy.allows({"notes"}, {"notes:read"})) << "no prefix rule";
}

TEST(ScopePolicy, FindsByExactToken) {
  const ScopePolicy policy(std::vector<ScopeDefinition>{{"user", "Know who you are", {}}});
  ASSERT_NE(policy.find("user"), nullptr);
  EXPECT_EQ(policy.find("user")->in_words, "Know who you are");
  EXPECT_EQ(policy.find("User"), nullptr);
}

}  // namespace
}  // namespace postern
