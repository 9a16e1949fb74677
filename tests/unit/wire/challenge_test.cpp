#include "core/wire/challenge.hpp"

#include <gtest/gtest.h>

#include <string>

namespace postern::wire {
namespace {

TEST(Challenge, Refuses) {
  const struct {
    const char* why;
    const char* field;
  } rows[] = {
      {"nothing", ""},
      {"only separators", " , ,"},
      {"a parameter without a scheme", "realm=\"x\""},
      {"a quoted string without end", "Bearer realm=\"x"},
      {"an escape without its character", "Bearer realm=\"x\\"},
      {"a value that is no token and not quoted", "Bearer resource_metadata=https://h/"},
      {"no value", "Bearer realm=, error=x"},
      {"a control character in quotes", "Bearer realm=\"a\nb\""},
      {"text after a value", "Bearer realm=\"a\" x"},
      {"a parameter twice, in other letters", "Bearer scope=\"a\", SCOPE=\"b\""},
      {"a scheme that is no token", "Bea@rer realm=\"x\""},
      {"a parameter of a scheme that has none", "Bearer, realm=\"x\""},
      {"two token68", "Negotiate YQ== YQ=="},
  };
  for (const auto& row : rows) EXPECT_EQ(parse_challenges(row.field), std::nullopt) << row.why;
  std::string many = "Bearer";
  for (int i = 0; i < 33; ++i) many += (i == 0 ? " a" : ", a") + std::to_string(i) + "=x";
  EXPECT_EQ(parse_challenges(many), std::nullopt) << "33 parameters";
}

TEST(Challenge, ReadsOne) {
  const auto challenges = parse_challenges(
      "Bearer resource_metadata = \"https://h/.well-known/oauth-protected-resource\", "
      "Scope=\"mcp:tools files,\\\"q\\\" \\\\\",error=invalid_token");
  ASSERT_TRUE(challenges.has_value());
  ASSERT_EQ(challenges->size(), 1U);
  const Challenge& challenge = challenges->front();
  EXPECT_EQ(challenge.scheme, "Bearer");
  EXPECT_EQ(*challenge.parameter("resource_metadata"), "https://h/.well-known/oauth-protected-resource");
  EXPECT_EQ(*challenge.parameter("scope"), "mcp:tools files,\"q\" \\");
  EXPECT_EQ(*challenge.parameter("ERROR"), "invalid_token");
  EXPECT_EQ(challenge.parameter("realm"), nullptr);
}

TEST(Challenge, ReadsSeveralAsInRfc9110Section1161) {
  const auto challenges =
      parse_challenges("Basic realm=\"simple\", Newauth realm=\"apps\", type=1,\ttitle=\"Login to \\\"apps\\\"\"");
  ASSERT_TRUE(challenges.has_value());
  ASSERT_EQ(challenges->size(), 2U);
  EXPECT_EQ((*challenges)[0], (Challenge{"Basic", {{"realm", "simple"}}, ""}));
  EXPECT_EQ((*challenges)[1],
            (Challenge{"Newauth", {{"realm", "apps"}, {"type", "1"}, {"title", "Login to \"apps\""}}, ""}));
}

TEST(Challenge, ReadsSchemesWithoutParametersAndToken68) {
  const auto challenges = parse_challenges(",, Negotiate, NTLM abc/+==,Bearer, , DPoP algs=\"ES256\",, Basic realm=x,");
  ASSERT_TRUE(challenges.has_value());
  ASSERT_EQ(challenges->size(), 5U);
  EXPECT_EQ((*challenges)[0], (Challenge{"Negotiate", {}, ""}));
  EXPECT_EQ((*challenges)[1], (Challenge{"NTLM", {}, "abc/+=="}));
  EXPECT_EQ((*challenges)[2], (Challenge{"Bearer", {}, ""}));
  EXPECT_EQ((*challenges)[3], (Challenge{"DPoP", {{"algs", "ES256"}}, ""}));
  EXPECT_EQ((*challenges)[4], (Challenge{"Basic", {{"realm", "x"}}, ""}));
}

TEST(Challenge, PrintsQuotedAndOnOneLine) {
  EXPECT_EQ(print({"Bearer", {{"resource_metadata", "https://h/x"}, {"scope", "a b"}}, ""}),
            "Bearer resource_metadata=\"https://h/x\", scope=\"a b\"");
  EXPECT_EQ(print({"Bearer", {{"error_description", "a\"b\\c\r\nSet-Cookie: d"}}, ""}),
            "Bearer error_description=\"a\\\"b\\\\cSet-Cookie: d\"");
  EXPECT_EQ(print({"Bearer", {}, ""}), "Bearer");
  EXPECT_EQ(print({"Negotiate", {}, "YQ=="}), "Negotiate YQ==");
}

}  // namespace
}  // namespace postern::wire
