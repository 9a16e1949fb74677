#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "core/oauth/pkce.hpp"
#include "core/wire/base64.hpp"
#include "tests/unit/client/fixture.hpp"

namespace postern::client {
namespace {

class AuthorizationTest : public ClientTest {};

TEST_F(AuthorizationTest, WhatIsNotTheResponseToOurRequestEndsNothing) {
  const ClientState fresh = client.state;
  EXPECT_EQ(Driver::why(comes_back({{"state", "guessed"}})), "out_of_turn");
  EXPECT_EQ(client.state, fresh);

  challenged();
  const ClientState waiting = client.state;
  const std::string own = client.config.redirect_uri;
  const std::string state =
      "state=" + state_parameter() + "&iss=" + wire::form_encode({}) + "https%3A%2F%2Fas.example.com%2Ftenant";
  struct Row {
    std::string what, url, why;
  };
  const std::vector<Row> rows = {
      {"another state", own + "?code=c&state=other", "state_differs"},
      {"no state", own + "?code=c", "state_differs"},
      {"an empty state", own + "?code=c&state=", "state_differs"},
      {"a state that begins like ours", own + "?code=c&state=" + state_parameter() + "x", "state_differs"},
      {"an error of somebody", own + "?error=access_denied&error_description=hi", "state_differs"},
      {"another place", "http://127.0.0.1:3334/elsewhere?code=c&" + state, "malformed_callback"},
      {"another port", "http://127.0.0.1:1/callback?code=c&" + state, "malformed_callback"},
      {"a longer path", own + "/more?code=c&" + state, "malformed_callback"},
      {"no query", own, "malformed_callback"},
      {"in the fragment", own + "#code=c&" + state, "malformed_callback"},
      {"two codes", own + "?code=c&code=d&" + state, "malformed_callback"},
      {"two states", own + "?code=c&" + state + "&state=x", "malformed_callback"},
      {"two issuers", own + "?code=c&" + state + "&iss=x", "malformed_callback"},
      {"a broken escape", own + "?code=%zz&" + state, "malformed_callback"},
      {"too long", own + "?code=" + std::string(9000, 'c') + "&" + state, "malformed_callback"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(Driver::why(client.happens(CalledBack{row.url})), row.why) << row.what;
    EXPECT_EQ(client.state, waiting) << row.what;
    EXPECT_TRUE(client.fetches.empty()) << row.what;
  }
  EXPECT_TRUE(std::holds_alternative<Authorized>(comes_back()));
}

TEST_F(AuthorizationTest, AResponseThatIsWrongEndsTheFlowAndSendsNothing) {
  struct Row {
    std::string what;
    std::vector<wire::Form::Field> changes;
    std::string why;
  };
  const std::vector<Row> rows = {
      {"another issuer", {{"iss", "https://honest.example.com"}}, "response_issuer_differs"},
      {"a slash more", {{"iss", "https://as.example.com/tenant/"}}, "response_issuer_differs"},
      {"other letters", {{"iss", "https://AS.example.com/tenant"}}, "response_issuer_differs"},
      {"its port", {{"iss", "https://as.example.com:443/tenant"}}, "response_issuer_differs"},
      {"no issuer", {{"iss", ""}}, "response_issuer_missing"},
      {"no code", {{"code", ""}}, "code_missing"},
      {"an error of another issuer",
       {{"iss", "https://evil.example.com"}, {"error", "access_denied"}},
       "response_issuer_differs"},
      {"an error without issuer", {{"iss", ""}, {"error", "server_error"}}, "response_issuer_missing"},
      {"denied", {{"error", "access_denied"}, {"code", ""}}, "denied_by_user"},
      {"denied, with a code", {{"error", "access_denied"}}, "denied_by_user"},
      {"refused", {{"error", "invalid_scope"}}, "authorization_refused"},
      {"refused in words",
       {{"error", "<img src=x>"}, {"error_description", "call 555-0100"}, {"error_uri", "https://evil.example"}},
       "authorization_refused"},
  };
  for (const Row& row : rows) {
    client.state = ClientState();
    challenged();
    const Action action = comes_back(row.changes);
    EXPECT_EQ(Driver::why(action), row.why) << row.what;
    const std::string& detail = std::get<Failed>(action).detail;
    EXPECT_EQ(detail.find("555"), std::string::npos) << "no word of a server is shown";
    EXPECT_EQ(detail.find('<'), std::string::npos);
    EXPECT_EQ(detail.find("evil"), std::string::npos);
    EXPECT_TRUE(client.fetches.empty()) << row.what;
    EXPECT_EQ(client.state.phase, Phase::failed) << row.what;
    EXPECT_EQ(client.state.flow, std::nullopt) << row.what;
    EXPECT_EQ(Driver::why(comes_back({{"state", "x"}})), "out_of_turn") << "the flow is over";
  }
}

TEST_F(AuthorizationTest, AStateIsUsedOnce) {
  challenged();
  const std::string state = state_parameter();
  EXPECT_TRUE(std::holds_alternative<Authorized>(comes_back()));
  EXPECT_EQ(client.state.flow, std::nullopt) << "state and verifier are forgotten";
  EXPECT_EQ(Driver::why(comes_back({{"state", state}})), "out_of_turn");
  EXPECT_TRUE(client.fetches.empty());
}

TEST_F(AuthorizationTest, AStateIsOfItsFlow) {
  challenged();
  const std::string first = state_parameter();
  client.happens(GaveUp{});
  challenged();
  EXPECT_NE(first, state_parameter());
  EXPECT_EQ(Driver::why(comes_back({{"state", first}})), "state_differs");
}

TEST_F(AuthorizationTest, AFlowEndsAfterTenMinutes) {
  challenged();
  client.now = client.now + Seconds{599};
  EXPECT_TRUE(std::holds_alternative<Authorized>(comes_back()));

  client.state = ClientState();
  challenged();
  client.now = client.now + Seconds{600};
  EXPECT_EQ(Driver::why(comes_back()), "flow_expired");
  EXPECT_EQ(client.state.phase, Phase::failed);

  client.state = ClientState();
  challenged();
  const std::string first = state_parameter();
  client.now = client.now + Seconds{600};
  EXPECT_FALSE(Driver::url_of(challenged()).empty()) << "a new browser for a new request";
  EXPECT_NE(first, state_parameter());
}

TEST_F(AuthorizationTest, StateAndVerifierAreOf256BitsAndTheirOwn) {
  std::set<std::string> seen;
  for (int i = 0; i < 20; ++i) {
    client.state = ClientState();
    const std::string url = Driver::url_of(challenged());
    const std::string verifier(client.state.flow->verifier.expose_for(Reason::performing));
    EXPECT_EQ(wire::from_base64url(state_parameter())->size(), 32U);
    EXPECT_EQ(wire::from_base64url(verifier)->size(), 32U);
    EXPECT_TRUE(oauth::pkce::matches(in_query(url, "code_challenge"), verifier));
    EXPECT_EQ(url.find(verifier), std::string::npos);
    EXPECT_TRUE(seen.insert(state_parameter()).second);
    EXPECT_TRUE(seen.insert(verifier).second);
  }
}

TEST_F(AuthorizationTest, TheRequestHasEverythingThatItNeeds) {
  const std::string url = Driver::url_of(challenged(R"(Bearer scope="notes:write user")"));
  EXPECT_TRUE(url.starts_with("https://as.example.com/authorize?")) << url;
  EXPECT_EQ(in_query(url, "response_type"), "code");
  EXPECT_EQ(in_query(url, "client_id"), "id-1");
  EXPECT_EQ(in_query(url, "redirect_uri"), "http://127.0.0.1:3334/callback");
  EXPECT_EQ(in_query(url, "code_challenge_method"), "S256");
  EXPECT_EQ(in_query(url, "resource"), server_url);
  EXPECT_EQ(in_query(url, "state"), state_parameter());
  EXPECT_EQ(in_query(url, "scope"), "notes:write user");
}

TEST_F(AuthorizationTest, WhatTheEndpointHasInItsQueryIsKept) {
  server["authorization_endpoint"] = "https://as.example.com/authorize?tenant=1";
  const std::string url = Driver::url_of(challenged());
  EXPECT_EQ(in_query(url, "tenant"), "1");
  EXPECT_EQ(in_query(url, "client_id"), "id-1");
}

TEST_F(AuthorizationTest, ScopesAreThoseOfTheChallengeElseAllElseNone) {
  EXPECT_EQ(in_query(Driver::url_of(challenged(R"(Bearer scope="a")")), "scope"), "a");
  client.state = ClientState();
  EXPECT_EQ(in_query(Driver::url_of(challenged()), "scope"), "notes:read user");
  client.state = ClientState();
  resource.erase("scopes_supported");
  EXPECT_EQ(Driver::url_of(challenged()).find("scope="), std::string::npos);
  client.state = ClientState();
  server["scopes_supported"] = {"offline_access", "a"};
  EXPECT_EQ(in_query(Driver::url_of(challenged(R"(Bearer scope="a")")), "scope"), "a offline_access");
}

TEST_F(AuthorizationTest, AServerThatDoesNotTellItsIssuerIsStillChecked) {
  server.erase("authorization_response_iss_parameter_supported");
  challenged();
  EXPECT_EQ(Driver::why(comes_back({{"iss", "https://other.example.com"}})), "response_issuer_differs");
  client.state = ClientState();
  challenged();
  EXPECT_TRUE(std::holds_alternative<Authorized>(comes_back({{"iss", ""}})));
}

TEST_F(AuthorizationTest, OneBrowserIsEnough) {
  challenged();
  const ClientState waiting = client.state;
  EXPECT_TRUE(std::holds_alternative<AwaitUser>(challenged()));
  EXPECT_TRUE(client.fetches.empty());
  EXPECT_EQ(client.state, waiting);
  client.happens(GaveUp{});
  EXPECT_EQ(client.state.phase, Phase::unauthorized);
  EXPECT_EQ(Driver::why(client.happens(GaveUp{})), "out_of_turn");
}

}  // namespace
}  // namespace postern::client
