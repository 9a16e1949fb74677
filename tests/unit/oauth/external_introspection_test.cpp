// An authorization server elsewhere: its tokens judged by asking it, and streams that live by them.
#include "core/flow/codec.hpp"
#include "tests/unit/oauth/external_fixture.hpp"

namespace postern::oauth {
namespace {

TEST_F(IntrospectionElsewhereTest, WhatItSaysIsHeldToTheSameRules) {
  const struct {
    const char* why;
    Json change;
    const char* outcome;
  } rows[] = {{"not active", {{"active", false}}, "inactive_token"},
              {"for another resource", {{"aud", "https://other.example"}}, "wrong_audience"},
              {"for nobody", {{"aud", nullptr}}, "wrong_audience"},
              {"another issuer", {{"iss", "https://evil.example"}}, "wrong_external_token"},
              {"an issuer that is no text", {{"iss", 1}}, "wrong_external_token"},
              {"expired", {{"exp", 1'600'000'000}}, "expired_token"},
              {"an end that is no number", {{"exp", "soon"}}, "expired_token"},
              {"of nobody", {{"sub", nullptr}}, "wrong_external_token"},
              {"through no client", {{"client_id", nullptr}}, "wrong_external_token"},
              {"bound to a key", {{"token_type", "DPoP"}}, "wrong_external_token"},
              {"bound to a certificate", {{"cnf", {{"x5t#S256", "x"}}}}, "wrong_external_token"}};
  const Json good = said;
  int number = 0;
  for (const auto& row : rows) {
    said = good;
    said.merge_patch(row.change);
    const Visit seen = visit("token-" + std::to_string(++number));
    EXPECT_FALSE(seen.principal) << row.why;
    EXPECT_EQ(seen.answer.reply.status, 401) << row.why;
    EXPECT_EQ(seen.outcome(), row.outcome) << row.why;
  }
}

TEST_F(IntrospectionElsewhereTest, ItIsAskedByOurCredentialsAndBelievedFor15Seconds) {
  const Visit seen = visit("the-opaque-token");
  ASSERT_TRUE(seen.principal) << seen.outcome();
  EXPECT_EQ(seen.principal->scopes, (ScopeSet{"notes:read", "user"}));
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0].body, "token=the-opaque-token&token_type_hint=access_token");
  EXPECT_EQ(*wire::find_header(asked[0].headers, "Authorization"), "Basic " + wire::base64("postern:its-secret-there"));
  EXPECT_EQ(asked[0].reach, Reach::configured);
  world.pass(14);
  ASSERT_TRUE(visit("the-opaque-token").principal);
  EXPECT_EQ(asked.size(), 1u);
  said = {{"active", false}};
  world.pass(1);
  EXPECT_EQ(visit("the-opaque-token").outcome(), "inactive_token");
  EXPECT_EQ(world.dump().find("the-opaque-token"), std::string::npos) << "no token is stored";
}

TEST_F(IntrospectionElsewhereTest, WhatIsNoAnswerTurnsNobodyAway) {
  for (const int trouble : {0, 302, 401, 403, 404, 429, 500}) {
    status = trouble;
    const Visit seen = visit("token");
    EXPECT_EQ(seen.answer.reply.status, 503) << trouble;
    EXPECT_EQ(seen.answer.reply.body.find("introspection"), std::string::npos)
        << "what is wrong there is for the operator";
    EXPECT_EQ(seen.outcome(), "external_unreachable");
  }
  status = 200;
  for (const Json& nonsense : {Json(true), Json::object(), Json{{"active", "yes"}}}) {
    said = nonsense;
    EXPECT_EQ(visit("token").answer.reply.status, 503) << nonsense;
  }
}

// Streams.

class ExternalStreamTest : public IntrospectionElsewhereTest {
 protected:
  Stream open() {
    const Json listen = {{"jsonrpc", "2.0"},
                         {"id", 1},
                         {"method", "subscriptions/listen"},
                         {"params",
                          {{"notifications", {{"toolsListChanged", true}}},
                           {"_meta",
                            {{"io.modelcontextprotocol/protocolVersion", "2026-07-28"},
                             {"io.modelcontextprotocol/clientCapabilities", Json::object()}}}}}};
    const Reply reply = run({"POST",
                             "/mcp",
                             {{"Authorization", "Bearer the-opaque-token"},
                              {"Content-Type", "application/json"},
                              {"Accept", "application/json, text/event-stream"},
                              {"MCP-Protocol-Version", "2026-07-28"},
                              {"Mcp-Method", "subscriptions/listen"}},
                             listen.dump()})
                            .reply;
    EXPECT_TRUE(reply.stream) << reply.status << reply.body;
    return reply.stream.value_or(Stream{});
  }
  bool lives(const Stream& stream) {
    Facts facts = world.facts();
    for (int round = 0; round < 8; ++round) {
      const StreamCheck checked = check(*deployment, stream, facts);
      const auto* needs = std::get_if<Needs>(&checked.step);
      if (needs == nullptr) return std::holds_alternative<Stream>(checked.step);
      for (const Need& need : needs->list) {
        const auto* fetch = std::get_if<Fetch>(&need);
        facts.learn(need, fetch == nullptr ? world.perform(need) : Fact(world.elsewhere(*fetch)));
      }
    }
    return false;
  }
};

TEST_F(ExternalStreamTest, AStreamIsAskedAboutWhileItIsOpenAndEndsWithItsToken) {
  said["exp"] = world.now.count + 600;
  const Stream stream = open();
  EXPECT_EQ(stream.expires, world.now + Seconds{600});
  EXPECT_EQ(codec::print(stream).dump().find("the-opaque-token"), std::string::npos) << "sealed";
  EXPECT_TRUE(lives(stream));
  world.pass(20);
  status = 500;
  EXPECT_TRUE(lives(stream)) << "an outage ends nothing";
  status = 200;
  said["sub"] = "u-2";
  EXPECT_FALSE(lives(stream)) << "somebody else's by now";
  said = {{"active", false}};
  EXPECT_FALSE(lives(stream)) << "revoked there";
  said["active"] = true;
  world.pass(580);
  EXPECT_FALSE(lives(stream)) << "expired";
}

TEST_F(ExternalStreamTest, WhatWasSaidToARequestALittleAgoIsNotBelievedForAStream) {
  said["exp"] = world.now.count + 600;
  const Stream stream = open();
  EXPECT_EQ(world.keys("introspection/").size(), 1u) << "requests go by this for a while";
  said = {{"active", false}};
  world.pass(stream_check_every);
  EXPECT_EQ(world.keys("introspection/").size(), 1u);
  EXPECT_FALSE(lives(stream)) << "it would outlive its token by the sum of both times";
  static_assert(stream_check_every < stream_outlives);
}

TEST_F(ExternalStreamTest, AJwtsStreamEndsWithItsTime) {
  deployment = deploy({.issuer = issuer});
  Stream stream;
  bind_stream(authority(), token(), {"s", "n", "c", "", {}, world.now + Seconds{60}}, world.facts(), stream);
  EXPECT_TRUE(stream.token.empty()) << "nothing to ask";
  EXPECT_TRUE(lives(stream));
  world.pass(60);
  EXPECT_FALSE(lives(stream));
}

// At our root.

}  // namespace
}  // namespace postern::oauth
