// Discovery and registration: what is advertised, what is refused, what a row costs.
#include "tests/unit/oauth/fixture.hpp"

namespace postern::oauth {
namespace {

using MetadataTest = OAuthTest;
using RegistrationTest = OAuthTest;

TEST_F(MetadataTest, IdentifiersAreTheConfiguredOnesWhateverTheHostFieldSays) {
  const HttpRequest request{"GET",
                            "/.well-known/oauth-authorization-server",
                            {{"Host", "evil.example"}, {"X-Forwarded-Host", "evil.example"}},
                            {}};
  const Reply reply = run(authorization_server_metadata, request).reply;
  const Json document = body_of(reply);
  EXPECT_EQ(reply.body.find("evil"), std::string::npos);
  EXPECT_EQ(text(document, "issuer"), "http://localhost:8000");
  EXPECT_EQ(text(document, "authorization_endpoint"), "http://localhost:8000/authorize");
  EXPECT_EQ(*wire::member(document, "code_challenge_methods_supported"), Json::array({"S256"}));
  EXPECT_EQ(wire::bool_member(document, "authorization_response_iss_parameter_supported"), true);
  const Json resource = body_of(run(protected_resource_metadata, request).reply);
  EXPECT_EQ(text(resource, "resource"), "http://localhost:8000/mcp");
  EXPECT_EQ(*wire::member(resource, "authorization_servers"), Json::array({"http://localhost:8000"}));
  EXPECT_EQ(*wire::member(resource, "scopes_supported"), Json::array({"notes:read", "notes:write", "user"}));
  EXPECT_EQ(*wire::member(document, "scopes_supported"),
            Json::array({"notes:read", "notes:write", "offline_access", "user"}));
  EXPECT_EQ(run(protected_resource_metadata, {"POST", "/x", {}, {}}).reply.status, 405);
  EXPECT_EQ(header(run(protected_resource_metadata, {"DELETE", "/x", {}, {}}).reply, "Allow"), "GET, HEAD");
}

TEST_F(RegistrationTest, WhatIsRefusedNamesWhatWasExpected) {
  struct Row {
    std::string sentence;
    Json body;
    std::string error;
  };
  const std::string good(callback);
  Json many = Json::array();
  for (int i = 0; i < 21; ++i) many.push_back(good + std::to_string(i));
  const std::vector<Row> rows = {
      {"no object", Json::array(), "invalid_client_metadata"},
      {"no redirect URIs", Json::object(), "invalid_redirect_uri"},
      {"an empty list", {{"redirect_uris", Json::array()}}, "invalid_redirect_uri"},
      {"no list", {{"redirect_uris", good}}, "invalid_redirect_uri"},
      {"a number among them", {{"redirect_uris", Json::array({good, 7})}}, "invalid_redirect_uri"},
      {"too many", {{"redirect_uris", many}}, "invalid_redirect_uri"},
      {"http off loopback", {{"redirect_uris", Json::array({"http://app.example/cb"})}}, "invalid_redirect_uri"},
      {"a script", {{"redirect_uris", Json::array({"javascript:alert(1)"})}}, "invalid_redirect_uri"},
      {"a fragment", {{"redirect_uris", Json::array({"https://app.example/cb#x"})}}, "invalid_redirect_uri"},
      {"all of them bad",
       {{"redirect_uris", Json::array({"https://app.example/cb#x", "data:text/html,x"})}},
       "invalid_redirect_uri"},
      {"a pattern for a host",
       {{"redirect_uris", Json::array({"https://*.client.example/cb"})}},
       "invalid_redirect_uri"},
      {"more than a list can be", {{"redirect_uris", Json::array_t(501, good)}}, "invalid_redirect_uri"},
      {"a scope that is no text",
       {{"redirect_uris", Json::array({good})}, {"scope", Json::array({"user"})}},
       "invalid_client_metadata"},
      {"a scope with a character that no scope has",
       {{"redirect_uris", Json::array({good})}, {"scope", "user\""}},
       "invalid_client_metadata"},
      {"too long",
       {{"redirect_uris", Json::array({"https://a.example/" + std::string(2048, 'a')})}},
       "invalid_redirect_uri"},
      {"a method that is not here",
       {{"redirect_uris", Json::array({good})}, {"token_endpoint_auth_method", "client_secret_jwt"}},
       "invalid_client_metadata"},
      {"no code",
       {{"redirect_uris", Json::array({good})}, {"grant_types", Json::array({"implicit"})}},
       "invalid_client_metadata"},
      {"no code response",
       {{"redirect_uris", Json::array({good})}, {"response_types", Json::array({"token"})}},
       "invalid_client_metadata"},
      {"a name that is no text",
       {{"redirect_uris", Json::array({good})}, {"client_name", 7}},
       "invalid_client_metadata"},
      {"a client_uri to run",
       {{"redirect_uris", Json::array({good})}, {"client_uri", "javascript:alert(1)"}},
       "invalid_client_metadata"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.sentence);
    const Reply reply = register_with(row.body);
    EXPECT_EQ(reply.status, 400);
    EXPECT_EQ(text(body_of(reply), "error"), row.error);
    EXPECT_FALSE(text(body_of(reply), "error_description").empty());
  }
  EXPECT_EQ(world.keys("client/").size(), 1u);
  EXPECT_EQ(run(register_client, {"POST", "/register", {{"Content-Type", "application/json"}}, "{"}).reply.status, 400);
  EXPECT_EQ(run(register_client, {"POST", "/register", {}, "{}"}).reply.status, 400);
  EXPECT_EQ(run(register_client, {"GET", "/register", {}, {}}).reply.status, 405);
}

TEST_F(RegistrationTest, TheSamePublicClientComesToTheSameRowWhateverItsPort) {
  for (int port = 20000; port < 20100; ++port) {
    const std::string redirect = "http://127.0.0.1:" + std::to_string(port) + "/callback";
    const Json body = body_of(register_with({{"client_name", "Test client"},
                                             {"redirect_uris", Json::array({redirect})},
                                             {"token_endpoint_auth_method", "none"}}));
    EXPECT_EQ(text(body, "client_id"), client_id);
    EXPECT_EQ(*wire::member(body, "redirect_uris"), Json::array({redirect}));
    EXPECT_EQ(wire::member(body, "client_secret"), nullptr);
  }
  EXPECT_EQ(world.keys("client/").size(), 1u);
}

TEST_F(RegistrationTest, ADifferentClientIsAnotherRow) {
  EXPECT_NE(register_public("http://127.0.0.1:7777/other"), client_id);
  EXPECT_NE(register_public("http://localhost:7777/callback"), client_id);
}

TEST_F(RegistrationTest, AMixedSetRegistersAsAWhole) {
  const Json uris = {"cursor://anysphere.cursor-mcp/oauth/callback", "https://www.cursor.com/agents/mcp/oauth/callback",
                     "http://localhost:8787/callback"};
  const Json body = body_of(register_with({{"redirect_uris", uris}, {"token_endpoint_auth_method", "none"}}));
  EXPECT_EQ(*wire::member(body, "redirect_uris"), uris);
}

TEST_F(RegistrationTest, WhatIsNotAcceptableIsLeftOutOfASetAndTold) {
  const std::string good = "cursor://anysphere.cursor-mcp/oauth/callback";
  const std::string another = "https://www.cursor.com/agents/mcp/oauth/callback";
  for (const std::string method : {"none", "client_secret_basic"}) {
    const Json uris = {"newclient://callback",        good,
                       "https://*.client.example/cb", another,
                       "javascript:alert(1)",         "https://app.example/" + std::string(3000, 'a')};
    const Answer answer =
        run(register_client,
            json_post("/register",
                      {{"client_name", "Mixed"}, {"redirect_uris", uris}, {"token_endpoint_auth_method", method}}));
    const Json body = body_of(answer.reply);
    EXPECT_EQ(answer.reply.status, 201);
    EXPECT_EQ(*wire::member(body, "redirect_uris"), Json::array({good, another}));
    ASSERT_EQ(answer.audit.size(), 1u);
    EXPECT_NE(answer.audit[0].detail.find("left out 4 redirect URIs"), std::string::npos) << answer.audit[0].detail;
    EXPECT_NE(answer.audit[0].detail.find("newclient://callback"), std::string::npos);
    EXPECT_LT(answer.audit[0].detail.size(), 2000u);
    const auto kept = world.get<store::Client>(store::Client::key(text(body, "client_id")));
    EXPECT_EQ(kept->redirect_uris, (std::vector<std::string>{good, another}));
    const Reply refused =
        open(authorization({{"client_id", text(body, "client_id")}, {"redirect_uri", "newclient://callback"}}));
    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(world.last_outcome(), "unmatched_redirect");
  }
  const Json first = body_of(register_with({{"client_name", "Mixed"},
                                            {"redirect_uris", Json::array({another, good})},
                                            {"token_endpoint_auth_method", "none"}}));
  EXPECT_EQ(world.keys("client/").size(), 3u);  // What was left out makes no other client.
  EXPECT_FALSE(text(first, "client_id").empty());
}

TEST_F(RegistrationTest, LoopbackUrisThatDifferInThePortCountOnce) {
  Json uris = Json::array();
  for (int i = 0; i < 20; ++i) {
    for (const std::string host : {"localhost", "127.0.0.1", "[::1]"}) {
      uris.push_back("http://" + host + ":" + std::to_string(33000 + i) + "/cb");
    }
  }
  for (int i = 0; i < 17; ++i) uris.push_back("https://app.example/" + std::to_string(i));
  const Json metadata{{"redirect_uris", uris}, {"token_endpoint_auth_method", "none"}};
  const Reply reply = register_with(metadata);
  EXPECT_EQ(reply.status, 201);
  EXPECT_EQ(*wire::member(body_of(reply), "redirect_uris"), uris);
  client_id = text(body_of(reply), "client_id");
  EXPECT_EQ(world.get<store::Client>(store::Client::key(client_id))->redirect_uris.size(), 20u);
  for (const std::string uri : {"http://[::1]:50000/cb", "http://localhost:33019/cb", "https://app.example/16"}) {
    EXPECT_EQ(open(authorization({{"redirect_uri", uri}})).status, 200) << uri;
  }
  Json more = metadata;
  more["redirect_uris"].push_back("https://app.example/17");
  EXPECT_EQ(text(body_of(register_with(more)), "error"), "invalid_redirect_uri");
}

TEST_F(RegistrationTest, WhoSentSeveralPortsHasToSayWhichOne) {
  Json uris = Json::array();
  for (int i = 0; i < 30; ++i) uris.push_back("http://localhost:" + std::to_string(33000 + i) + "/cb");
  client_id =
      text(body_of(register_with({{"redirect_uris", uris}, {"token_endpoint_auth_method", "none"}})), "client_id");
  EXPECT_EQ(world.get<store::Client>(store::Client::key(client_id))->redirect_uris.size(), 20u);
  EXPECT_EQ(open(authorization({{"redirect_uri", ""}})).status, 400);
  EXPECT_EQ(world.last_outcome(), "missing_redirect");
}

TEST_F(RegistrationTest, TheScopeThatIsKeptIsAnsweredAndBindsNobody) {
  const auto registered = [this](const Json& scope) {
    Json metadata{{"client_name", "Scoped"},
                  {"redirect_uris", Json::array({std::string(callback)})},
                  {"token_endpoint_auth_method", "none"}};
    if (!scope.is_null()) metadata["scope"] = scope;
    return body_of(register_with(metadata));
  };
  const std::pair<Json, std::string> rows[] = {{"openid offline_access notes:read", "notes:read"},
                                               {"user notes:write", "notes:write user"},
                                               {"openid email profile", "notes:read user"},
                                               {"mcp", "notes:read user"},
                                               {"", ""},
                                               {" ", ""},
                                               {Json(), ""}};
  for (const auto& [asked, kept] : rows) {
    SCOPED_TRACE(asked.dump());
    const Json body = registered(asked);
    EXPECT_EQ(text(body, "scope"), kept);
    EXPECT_EQ(wire::member(body, "scope") != nullptr, !kept.empty());
    client_id = text(body, "client_id");
  }
  EXPECT_EQ(world.keys("client/").size(), 2u);
  registered("notes:read");
  EXPECT_EQ(text(tokens({{"scope", "notes:write"}}), "scope"), "notes:write");  // A step-up of the same client.
}

TEST_F(RegistrationTest, AConfidentialClientGetsASecretThatTheStoreDoesNotKnow) {
  const Reply reply = register_with({{"redirect_uris", Json::array({std::string(callback)})}});
  const Json body = body_of(reply);
  EXPECT_EQ(reply.status, 201);
  EXPECT_EQ(header(reply, "Cache-Control"), "no-store");
  EXPECT_EQ(text(body, "client_secret").size(), 43u);
  EXPECT_EQ(wire::int_member(body, "client_secret_expires_at"), 0);
  EXPECT_EQ(world.dump().find(text(body, "client_secret")), std::string::npos);
}

TEST_F(RegistrationTest, UnusedOnesGoAndComingAgainKeepsThem) {
  world.pass(authority.lifetimes.unused_client.count * 3 / 4);
  EXPECT_EQ(register_public(), client_id);
  world.pass(authority.lifetimes.unused_client.count - 1);
  EXPECT_EQ(world.keys("client/").size(), 1u);
  world.pass(1);
  EXPECT_TRUE(world.keys("client/").empty());
}

TEST_F(RegistrationTest, TwoAtOnceGiveOneRow) {
  world.before_commit = [&] { register_public("https://once.example/cb"); };
  const std::string id = register_public("https://once.example/cb");
  EXPECT_EQ(world.lost_commits, 1);
  EXPECT_TRUE(world.get<store::Client>(store::Client::key(id)).has_value());
}

}  // namespace
}  // namespace postern::oauth
