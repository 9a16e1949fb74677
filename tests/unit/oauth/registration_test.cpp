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
      {"one bad among good ones", {{"redirect_uris", Json::array({good, "data:text/html,x"})}}, "invalid_redirect_uri"},
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
