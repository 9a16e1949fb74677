// An authorization server elsewhere: what clients of 2025-03-26 find at our root, and its settings.
#include "tests/unit/oauth/external_fixture.hpp"

namespace postern::oauth {
namespace {

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
