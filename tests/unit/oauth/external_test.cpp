// An authorization server elsewhere: its tokens judged by its keys.
#include "core/oauth/discovery.hpp"
#include "core/oauth/identity.hpp"
#include "tests/unit/oauth/external_fixture.hpp"

namespace postern::oauth {
namespace {

TEST_F(ExternalTest, TokensThatSayTheWrongThingAreRefused) {
  const struct {
    const char* why;
    std::string token;
    const char* outcome;
  } rows[] = {
      {"no JWT", "opaque-token", "unknown_token"},
      {"another issuer", token({{"iss", "https://id.example/realm/"}}), "wrong_external_token"},
      {"no issuer", token({{"iss", nullptr}}), "wrong_external_token"},
      {"for another resource", token({{"aud", "https://other.example/mcp"}}), "wrong_audience"},
      {"for a longer name", token({{"aud", "https://mcp.example.com/mcp/"}}), "wrong_audience"},
      {"for nobody", token({{"aud", nullptr}}), "wrong_audience"},
      {"expired", token({{"exp", world.now.count - 61}}), "expired_token"},
      {"without an end", token({{"exp", nullptr}}), "expired_token"},
      {"not good yet", token({{"nbf", world.now.count + 120}}), "wrong_external_token"},
      {"an ID token", token(Json::object(), {{"typ", "JWT"}}), "wrong_external_token"},
      {"of no type", token(Json::object(), Json::object()), "wrong_external_token"},
      {"of nobody", token({{"sub", nullptr}}), "wrong_external_token"},
      {"of an empty name", token({{"sub", ""}}), "wrong_external_token"},
      {"through no client", token({{"client_id", nullptr}}), "wrong_external_token"},
      {"through a client without a name", token({{"client_id", ""}}), "wrong_external_token"},
      {"bound to a key", token({{"cnf", {{"jkt", "x"}}}}), "wrong_external_token"},
      {"with scopes of no form", token({{"scope", "a\"b"}}), "wrong_external_token"},
      {"with a scope that is a number", token({{"scope", 7}}), "wrong_external_token"},
      {"signed by another", test::Signer("key-1", 2).sign(claims(), {{"typ", "at+jwt"}}), "wrong_external_token"},
      {"signed by a key that is not published", test::Signer("key-9", 2).sign(claims(), {{"typ", "at+jwt"}}),
       "wrong_external_token"},
      {"not signed", token(Json::object(), {{"typ", "at+jwt"}, {"alg", "none"}}), "wrong_external_token"},
      {"with a MAC", token(Json::object(), {{"typ", "at+jwt"}, {"alg", "HS256"}}), "wrong_external_token"}};
  for (const auto& row : rows) {
    const Visit seen = visit(row.token);
    EXPECT_FALSE(seen.principal) << row.why;
    EXPECT_EQ(seen.answer.reply.status, 401) << row.why;
    EXPECT_EQ(seen.outcome(), row.outcome) << row.why;
    EXPECT_NE(header(seen.answer.reply, "WWW-Authenticate").find("error=\"invalid_token\""), std::string::npos)
        << row.why;
  }
}

TEST_F(ExternalTest, ATokenOfOursIsNoneThere) {
  Settings own = postern::testing::good_settings();
  const auto ours = postern::testing::deployment_of(std::move(own));
  const AccessToken access{
      "g", "c", "s", "n", {"user"}, "https://mcp.example.com/mcp", world.now, world.now + Seconds{60}};
  EXPECT_EQ(visit(print(ours->authority, access, world.facts())).outcome(), "unknown_token");
  EXPECT_TRUE(world.fetches.empty()) << "what is no JWT of that issuer costs no request";
}

TEST_F(ExternalTest, AGoodTokenNamesItsUserClientAndScopes) {
  const Visit seen =
      visit(token({{"preferred_username", "ada"}, {"aud", {"https://else.example", "https://mcp.example.com/mcp"}}}));
  ASSERT_TRUE(seen.principal) << seen.outcome();
  EXPECT_EQ(seen.principal->subject, subject_at("external", issuer, "u-1"));
  EXPECT_EQ(seen.principal->client, "the-client");
  EXPECT_EQ(seen.principal->user_name, "ada");
  EXPECT_EQ(seen.principal->scopes, ScopeSet{"notes:read"});
  EXPECT_EQ(seen.principal->expires, world.now + Seconds{600});
  EXPECT_TRUE(seen.principal->grant.empty());
}

TEST_F(ExternalTest, WhatBrandsWriteOtherwiseIsRead) {
  const Visit okta = visit(
      token({{"scope", nullptr}, {"scp", {"notes:read", "user"}}, {"client_id", nullptr}, {"azp", "okta-client"}}));
  ASSERT_TRUE(okta.principal) << okta.outcome();
  EXPECT_EQ(okta.principal->scopes, (ScopeSet{"notes:read", "user"}));
  EXPECT_EQ(okta.principal->client, "okta-client");
  const Visit none = visit(token({{"scope", nullptr}}));
  ASSERT_TRUE(none.principal);
  EXPECT_TRUE(none.principal->scopes.empty());
  deployment = deploy({.issuer = issuer,
                       .audience = "api://notes",
                       .token_types = {"JWT"},
                       .subject_claim = "oid",
                       .name_claim = "nick"});
  const Visit entra = visit(token({{"aud", "api://notes"}, {"oid", "o-1"}, {"nick", "Ada"}}, {{"typ", "JWT"}}));
  ASSERT_TRUE(entra.principal) << entra.outcome();
  EXPECT_EQ(entra.principal->subject, subject_at("external", issuer, "o-1"));
  EXPECT_EQ(entra.principal->user_name, "Ada");
  EXPECT_EQ(visit(token()).outcome(), "wrong_external_token") << "a type that is not asked for any more";
}

TEST_F(ExternalTest, KeysAreReadOnceAndAgainForAKeyThatIsNew) {
  ASSERT_TRUE(visit(token()).principal);
  const auto asked = [&](const std::string& url) {
    return std::count_if(world.fetches.begin(), world.fetches.end(), [&](const Fetch& one) { return one.url == url; });
  };
  ASSERT_TRUE(visit(token()).principal);
  EXPECT_EQ(asked("https://id.example/realm/keys"), 1);
  EXPECT_EQ(asked(inserted), 1);
  signer = test::Signer("key-2", 2);
  there["https://id.example/realm/keys"] = json(signer.jwks());
  ASSERT_TRUE(visit(token()).principal) << "the key was changed there";
  EXPECT_EQ(asked("https://id.example/realm/keys"), 2);
  for (int i = 0; i < 5; ++i) visit(test::Signer("key-3", 3).sign(claims(), {{"typ", "at+jwt"}}));
  EXPECT_EQ(asked("https://id.example/realm/keys"), 2) << "once a minute, whoever asks";
}

TEST_F(ExternalTest, ItsMetadataAreLookedForInTheOrderOfTheSpecificationAndHaveToBeItsOwn) {
  EXPECT_EQ(metadata_urls(issuer),
            (std::vector<std::string>{inserted, "https://id.example/.well-known/openid-configuration/realm",
                                      "https://id.example/realm/.well-known/openid-configuration"}));
  there["https://id.example/realm/.well-known/openid-configuration"] = there[inserted];
  there.erase(inserted);
  EXPECT_TRUE(visit(token()).principal);
  world = {};
  SetUp();
  Json document = Json::parse(there[inserted].body);
  document["issuer"] = "https://id.example";
  there[inserted] = json(document);
  const Visit seen = visit(token());
  EXPECT_EQ(seen.answer.reply.status, 503);
  EXPECT_EQ(seen.outcome(), "external_unreachable");
}

TEST_F(ExternalTest, WhereItCanNotBeReachedNobodyIsTurnedAway) {
  world.elsewhere = {};
  const Visit seen = visit(token());
  EXPECT_EQ(seen.answer.reply.status, 503);
  EXPECT_NE(header(seen.answer.reply, "Retry-After"), "");
  EXPECT_EQ(header(seen.answer.reply, "WWW-Authenticate"), "");
}

}  // namespace
}  // namespace postern::oauth
