// An authorization server elsewhere: its tokens judged by its keys or by asking it, and what clients of 2025-03-26 find at
// our root.
#include "core/oauth/external.hpp"

#include <functional>

#include "core/flow/codec.hpp"
#include "core/oauth/discovery.hpp"
#include "core/oauth/external_token.hpp"
#include "core/oauth/identity.hpp"
#include "core/oauth/tokens.hpp"
#include "core/server/evaluate.hpp"
#include "tests/support/signer.hpp"
#include "tests/unit/oauth/fixture.hpp"
#include "tests/unit/server/settings.hpp"

namespace postern::oauth {
namespace {

constexpr const char* issuer = "https://id.example/realm";
constexpr const char* inserted = "https://id.example/.well-known/oauth-authorization-server/realm";

class ExternalTest : public ::testing::Test {
 protected:
  test::Signer signer{"key-1"};
  test::World world;
  std::shared_ptr<const Deployment> deployment = deploy({.issuer = issuer});
  std::map<std::string, Fetched> there;  ///< What lies elsewhere, by URL.
  std::function<Fetched(const Fetch&)> on_post = [](const Fetch&) { return Fetched{500}; };

  void SetUp() override {
    there[inserted] = json({{"issuer", issuer},
                            {"authorization_endpoint", "https://id.example/realm/auth?tenant=1"},
                            {"token_endpoint", "https://id.example/realm/token"},
                            {"registration_endpoint", "https://id.example/realm/register"},
                            {"jwks_uri", "https://id.example/realm/keys"},
                            {"code_challenge_methods_supported", {"S256"}}});
    there["https://id.example/realm/keys"] = json(signer.jwks());
    world.elsewhere = [this](const Fetch& fetch) {
      if (fetch.method == "POST") return on_post(fetch);
      const auto at = there.find(fetch.url);
      return at == there.end() ? Fetched{404} : at->second;
    };
  }
  static Fetched json(const Json& body, int status = 200) {
    return Fetched{status, {{"Content-Type", "application/json"}}, body.dump(), FetchProblem::none};
  }
  static std::shared_ptr<const Deployment> deploy(External external) {
    Settings settings = postern::testing::good_settings();
    settings.external = std::move(external);
    return postern::testing::deployment_of(std::move(settings));
  }
  const Authority& authority() const { return deployment->authority; }

  Answer run(HttpRequest request) {
    request.headers.push_back({"Host", "mcp.example.com"});
    return world.run([&](const HttpRequest& seen, const Facts& facts) { return evaluate(*deployment, seen, facts); },
                     request);
  }
  Reply get(const std::string& target) { return run({"GET", target, {}, {}}).reply; }

  Json claims(const Json& changes = Json::object()) const {
    Json all{{"iss", issuer},          {"aud", "https://mcp.example.com/mcp"},
             {"sub", "u-1"},           {"client_id", "the-client"},
             {"scope", "notes:read"},  {"exp", world.now.count + 600},
             {"iat", world.now.count}, {"jti", "1"}};
    all.merge_patch(changes);
    return all;
  }
  std::string token(const Json& changes = Json::object(), const Json& header = {{"typ", "at+jwt"}}) const {
    return signer.sign(claims(changes), header);
  }

  /// How the gate sees this token: the principal, or the refusal.
  struct Visit {
    std::optional<Principal> principal;
    Answer answer;
    std::string outcome() const { return answer.audit.empty() ? "" : answer.audit.back().outcome; }
  };
  Visit visit(const std::string& bearer) {
    Visit visit;
    visit.answer = world.run(
        [&](const HttpRequest& seen, const Facts& facts) -> Outcome {
          Ask ask{facts};
          Admission admission = admit(authority(), seen, ask);
          if (Outcome* outcome = admission.outcome()) return *outcome;
          visit.principal = *admission.principal();
          return Answer{Reply{}, std::move(admission.commit), {}, {}};
        },
        {"POST", "/mcp", {{"Authorization", "Bearer " + bearer}}, {}});
    return visit;
  }
};

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

// Introspection.

class IntrospectionElsewhereTest : public ExternalTest {
 protected:
  Json said = {{"active", true},
               {"sub", "u-1"},
               {"client_id", "the-client"},
               {"aud", "https://mcp.example.com/mcp"},
               {"scope", "notes:read user"},
               {"token_type", "Bearer"}};
  int status = 200;
  std::vector<Fetch> asked;

  void SetUp() override {
    ExternalTest::SetUp();
    deployment = deploy({.issuer = issuer,
                         .introspection_url = "https://id.example/introspect",
                         .client_id = "postern",
                         .client_secret = Secret("its-secret-there")});
    on_post = [this](const Fetch& fetch) {
      asked.push_back(fetch);
      return json(said, status);
    };
  }
};

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

TEST_F(ExternalTest, TheResourceNamesItAndNothingIsIssuedHere) {
  EXPECT_EQ(body_of(get("/.well-known/oauth-protected-resource/mcp"))["authorization_servers"], Json::array({issuer}));
  for (const char* path : {"/account", "/revoke", "/introspect"}) EXPECT_EQ(get(path).status, 404) << path;
  EXPECT_EQ(get("/").body.find("/account"), std::string::npos);
}

TEST_F(ExternalTest, ItsMetadataAreAtOurRootWithOurEndpoints) {
  for (const char* path : {"/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"}) {
    const Reply reply = get(path);
    ASSERT_EQ(reply.status, 200) << reply.body;
    EXPECT_EQ(header(reply, "Access-Control-Allow-Origin"), "*");
    const Json document = body_of(reply);
    EXPECT_EQ(text(document, "issuer"), issuer);
    EXPECT_EQ(text(document, "authorization_endpoint"), "https://mcp.example.com/authorize");
    EXPECT_EQ(text(document, "token_endpoint"), "https://mcp.example.com/token");
    EXPECT_EQ(text(document, "registration_endpoint"), "https://mcp.example.com/register");
    EXPECT_EQ(text(document, "jwks_uri"), "https://id.example/realm/keys");
  }
  world.elsewhere = {};
  world.pass(80'000);
  EXPECT_EQ(get("/.well-known/oauth-authorization-server").status, 200) << "a copy serves for a day";
  world.pass(80'000);
  EXPECT_EQ(get("/.well-known/oauth-authorization-server").status, 503);
}

TEST_F(ExternalTest, AuthorizeLeadsOnWithTheResourceThatOldClientsDoNotName) {
  EXPECT_EQ(get("/authorize?client_id=c&resource=https%3A%2F%2Fevil.example").status, 400);
  EXPECT_EQ(get("/authorize?client_id=%FF").status, 400);
  EXPECT_EQ(run({"POST", "/authorize", {}, {}}).reply.status, 405);
  const Reply old = get("/authorize?client_id=c&state=a%20b%26c");
  EXPECT_EQ(old.status, 303);
  EXPECT_EQ(header(old, "Location"),
            "https://id.example/realm/auth?tenant=1&client_id=c&state=a+b%26c&resource="
            "https%3A%2F%2Fmcp.example.com%2Fmcp");
  const Reply named = get("/authorize?client_id=c&resource=https%3A%2F%2Fmcp.example.com%2Fmcp");
  EXPECT_EQ(header(named, "Location"),
            "https://id.example/realm/auth?tenant=1&client_id=c&resource=https%3A%2F%2Fmcp.example.com%2Fmcp");
  world.elsewhere = {};
  world.pass(200'000);
  EXPECT_EQ(get("/authorize?client_id=c").status, 503);
}

TEST_F(ExternalTest, TokenHandsOnTheRequestAndNothingElse) {
  std::vector<Fetch> seen;
  Json answer = {{"access_token", "theirs"}, {"token_type", "Bearer"}};
  int status = 200;
  on_post = [&](const Fetch& fetch) {
    seen.push_back(fetch);
    return json(answer, status);
  };
  const auto post = [&](const std::string& body, wire::Headers more = {}) {
    more.push_back({"Content-Type", "application/x-www-form-urlencoded"});
    return run({"POST", "/token", std::move(more), body}).reply;
  };
  EXPECT_EQ(post("grant_type=refresh_token&grant_type=x").status, 400);
  EXPECT_EQ(post("resource=https%3A%2F%2Fevil.example").status, 400);
  EXPECT_EQ(post("a=b", {{"Authorization", "Bearer an-access-token"}}).status, 401) << "never told to another server";
  EXPECT_EQ(post("a=b", {{"Authorization", "Basic YTpi"}, {"Authorization", "Basic YTpi"}}).status, 400);
  EXPECT_TRUE(seen.empty());

  Reply reply = post("grant_type=authorization_code&code=x",
                     {{"Authorization", "Basic YTpi"}, {"Cookie", "c=1"}, {"X-Forwarded-For", "1.2.3.4"}});
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(text(body_of(reply), "access_token"), "theirs");
  EXPECT_EQ(header(reply, "Cache-Control"), "no-store");
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].url, "https://id.example/realm/token");
  EXPECT_EQ(seen[0].body, "grant_type=authorization_code&code=x&resource=https%3A%2F%2Fmcp.example.com%2Fmcp");
  EXPECT_EQ(*wire::find_header(seen[0].headers, "Authorization"), "Basic YTpi");
  EXPECT_EQ(wire::find_header(seen[0].headers, "Cookie"), nullptr);
  EXPECT_EQ(wire::find_header(seen[0].headers, "X-Forwarded-For"), nullptr);
  EXPECT_EQ(world.dump().find("theirs"), std::string::npos);

  status = 400;
  answer = {{"error", "invalid_grant"}};
  reply = post("grant_type=refresh_token&refresh_token=y");
  EXPECT_EQ(reply.status, 400) << "its refusals are the client's";
  EXPECT_EQ(text(body_of(reply), "error"), "invalid_grant");
  for (const int trouble : {0, 301, 500}) {
    status = trouble;
    EXPECT_EQ(post("grant_type=refresh_token&refresh_token=z").status, 503) << trouble;
  }
  status = 200;
  answer = "no object";
  EXPECT_EQ(post("grant_type=refresh_token&refresh_token=z").status, 503);
}

TEST_F(ExternalTest, RegisterHandsOnTheMetadata) {
  on_post = [&](const Fetch& fetch) {
    EXPECT_EQ(fetch.url, "https://id.example/realm/register");
    EXPECT_EQ(wire::find_header(fetch.headers, "Authorization"), nullptr);
    return json({{"client_id", "made-there"}, {"was", Json::parse(fetch.body)}}, 201);
  };
  const auto post = [&](const std::string& body, const std::string& type = "application/json") {
    return run({"POST", "/register", {{"Content-Type", type}, {"Authorization", "Bearer x"}}, body}).reply;
  };
  EXPECT_EQ(post("{}", "text/plain").status, 400);
  EXPECT_EQ(post("[]").status, 400);
  EXPECT_EQ(post(R"({"a":1,"a":2})").status, 400);
  const Reply reply = post(R"({"redirect_uris":["http://127.0.0.1/cb"]})");
  EXPECT_EQ(reply.status, 201);
  EXPECT_EQ(text(body_of(reply), "client_id"), "made-there");
  Json document = Json::parse(there[inserted].body);
  document.erase("registration_endpoint");
  there[inserted] = json(document);
  world.pass(100'000);
  EXPECT_EQ(post("{}").status, 404);
  EXPECT_FALSE(body_of(get("/.well-known/oauth-authorization-server")).contains("registration_endpoint"));
}

TEST_F(ExternalTest, EndpointsOnOtherHostsReachNoFurtherThanStrangers) {
  Json document = Json::parse(there[inserted].body);
  document["token_endpoint"] = "https://tokens.example/token";
  document["jwks_uri"] = "http://id.example/keys";
  there[inserted] = json(document);
  on_post = [](const Fetch& fetch) {
    EXPECT_EQ(fetch.reach, Reach::stranger);
    return json({{"ok", true}});
  };
  EXPECT_EQ(run({"POST", "/token", {{"Content-Type", "application/x-www-form-urlencoded"}}, "a=b"}).reply.status, 200);
  EXPECT_EQ(visit(token()).answer.reply.status, 503) << "keys over http are none";
}

// Configuration.

TEST(ExternalSettings, WhatCanNotBeUsedIsSaidAtTheStart) {
  const struct {
    External external;
    const char* says;
  } rows[] = {{{}, "expected issuer"},
              {{.issuer = "http://id.example"}, "expected issuer"},
              {{.issuer = "https://id.example?x"}, "expected issuer"},
              {{.issuer = "https://u@id.example"}, "expected issuer"},
              {{.issuer = "https://mcp.example.com"}, "its issuer is this server"},
              {{.issuer = issuer, .introspection_url = "http://id.example/i"}, "expected introspection_url"},
              {{.issuer = issuer, .introspection_url = "https://id.example/i"}, "expected client_id and client_secret"},
              {{.issuer = issuer, .algorithms = {"none"}}, "expected algorithms"},
              {{.issuer = issuer, .algorithms = {"HS256"}}, "expected algorithms"}};
  for (const auto& row : rows) {
    Settings settings = postern::testing::good_settings();
    settings.external = row.external;
    const auto built = Deployment::build(std::move(settings));
    ASSERT_FALSE(built) << row.says;
    EXPECT_NE(built.error().find(row.says), std::string::npos) << built.error();
  }
}

}  // namespace
}  // namespace postern::oauth
