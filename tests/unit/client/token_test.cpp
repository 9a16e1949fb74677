#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/wire/base64.hpp"
#include "tests/unit/client/fixture.hpp"

namespace postern::client {
namespace {

class ClientTokenTest : public ClientTest {
 protected:
  static constexpr const char* endpoint = "https://as.example.com/token";
};

TEST_F(ClientTokenTest, WhatIsNoTokenIsRefused) {
  struct Row {
    std::string what;
    Fact answer;
    std::string why;
  };
  const std::vector<Row> rows = {
      {"no JSON", Fetched{200, {}, "access_token=a", FetchProblem::none}, "malformed_token_response"},
      {"no token", json_answer({{"token_type", "Bearer"}}), "malformed_token_response"},
      {"an empty one", json_answer({{"access_token", ""}, {"token_type", "Bearer"}}), "malformed_token_response"},
      {"a field of its own", json_answer({{"access_token", "a\r\nHost: evil"}, {"token_type", "Bearer"}}),
       "malformed_token_response"},
      {"two words", json_answer({{"access_token", "a b"}, {"token_type", "Bearer"}}), "malformed_token_response"},
      {"no type", json_answer({{"access_token", "a"}}), "malformed_token_response"},
      {"another type", json_answer({{"access_token", "a"}, {"token_type", "DPoP"}}), "malformed_token_response"},
      {"redirected", Fetched{308, {{"Location", "https://evil.example.com"}}, "", FetchProblem::none}, "redirected"},
      {"trouble", json_answer({{"error", "server_error"}}, 503), "unreachable"},
      {"trouble, as 400", json_answer({{"error", "temporarily_unavailable"}}, 400), "unreachable"},
      {"no error in it", json_answer({}, 400), "unreachable"},
      {"too large", Fetched{0, {}, "", FetchProblem::too_large}, "too_large"},
      {"the code is not good", json_answer({{"error", "invalid_grant"}}, 400), "grant_refused"},
      {"the resource is not", json_answer({{"error", "invalid_target"}}, 400), "token_refused"},
  };
  for (const Row& row : rows) {
    SetUp();
    client.state = ClientState();
    challenged();
    answers(endpoint, row.answer);
    EXPECT_EQ(Driver::why(comes_back()), row.why) << row.what;
    EXPECT_EQ(client.state.phase, Phase::failed) << row.what;
    EXPECT_EQ(client.state.tokens, std::nullopt) << row.what;
    EXPECT_EQ(client.state.flow, std::nullopt) << row.what;
  }
}

TEST_F(ClientTokenTest, WhereTheHostCanNotAskTheCodeIsNotLost) {
  challenged();
  const ClientState waiting = client.state;
  answers(endpoint, Unavailable{});
  EXPECT_EQ(Driver::why(comes_back()), "host_failed");
  EXPECT_EQ(client.state, waiting);
  answers(endpoint, json_answer(tokens));
  EXPECT_TRUE(std::holds_alternative<Authorized>(comes_back()));
}

TEST_F(ClientTokenTest, ACodeGoesWithItsVerifierItsRedirectAndItsResource) {
  challenged();
  const std::string verifier(client.state.flow->verifier.expose_for(Reason::performing));
  comes_back();
  const Fetch& fetch = client.fetches.at(0);
  EXPECT_EQ(fetch.method + " " + fetch.url, "POST https://as.example.com/token");
  EXPECT_EQ(*wire::find_header(fetch.headers, "Content-Type"), "application/x-www-form-urlencoded");
  EXPECT_EQ(in_body(fetch, "grant_type"), "authorization_code");
  EXPECT_EQ(in_body(fetch, "code"), "code-1");
  EXPECT_EQ(in_body(fetch, "code_verifier"), verifier);
  EXPECT_EQ(in_body(fetch, "redirect_uri"), client.config.redirect_uri);
  EXPECT_EQ(in_body(fetch, "resource"), server_url);
  EXPECT_EQ(in_body(fetch, "client_id"), "id-1");
  EXPECT_EQ(wire::find_header(fetch.headers, "Authorization"), nullptr);
  EXPECT_EQ(client.state.tokens->scopes, (ScopeSet{"notes:read", "user"}));
  EXPECT_EQ(client.state.tokens->expires, client.now + Seconds{3600});
  EXPECT_EQ(sent_token(), "Bearer access-1");
}

TEST_F(ClientTokenTest, AClientProvesItselfInItsOneWay) {
  client.config.credentials = {{std::string(issuer), "own:1", Secret("sec ret&"), AuthMethod::client_secret_basic}};
  log_in();
  EXPECT_EQ(*wire::find_header(client.fetches.at(0).headers, "Authorization"),
            "Basic " + wire::base64("own%3A1:sec+ret%26"));
  EXPECT_EQ(in_body(client.fetches.at(0), "client_id"), "");
  EXPECT_EQ(in_body(client.fetches.at(0), "client_secret"), "");

  client.state = ClientState();
  client.config.credentials[0].auth_method = AuthMethod::client_secret_post;
  log_in();
  EXPECT_EQ(wire::find_header(client.fetches.at(0).headers, "Authorization"), nullptr);
  EXPECT_EQ(in_body(client.fetches.at(0), "client_secret"), "sec ret&");
}

TEST_F(ClientTokenTest, ATokenGoesToItsOriginAlone) {
  log_in();
  for (const std::string url :
       {"https://evil.example.com/v1/mcp", "http://mcp.example.com/v1/mcp", "https://mcp.example.com:8443/v1/mcp",
        "https://mcp.example.com.evil.example/", "https://mcp.example.com@evil.example/", "/v1/mcp"}) {
    EXPECT_EQ(client.happens(Send{url}), Action(SendRequest{})) << url;
  }
  EXPECT_EQ(client.happens(Send{"https://mcp.example.com/v1/messages"}),
            Action(SendRequest{{{"Authorization", "Bearer access-1"}}, 1}));
}

TEST_F(ClientTokenTest, ATokenWhoseTimeIsUpIsRenewedBeforeItIsSent) {
  log_in_and_use();
  client.now = client.now + Seconds{3589};
  EXPECT_EQ(sent_token(), "Bearer access-1");
  EXPECT_TRUE(client.fetches.empty());
  client.now = client.now + Seconds{1};
  tokens["access_token"] = "access-2";
  tokens["refresh_token"] = "refresh-2";
  EXPECT_EQ(sent_token(), "Bearer access-2");
  EXPECT_EQ(in_body(client.fetches.at(0), "grant_type"), "refresh_token");
  EXPECT_EQ(in_body(client.fetches.at(0), "refresh_token"), "refresh-1");
  EXPECT_EQ(in_body(client.fetches.at(0), "resource"), server_url);
  EXPECT_EQ(client.state.tokens->refresh, Secret("refresh-2"));
}

TEST_F(ClientTokenTest, AServerThatDoesNotRotateLeavesTheRefreshToken) {
  log_in_and_use();
  tokens.erase("refresh_token");
  challenged();
  EXPECT_EQ(client.state.tokens->refresh, Secret("refresh-1"));
}

TEST_F(ClientTokenTest, ATokenThatIsRefusedIsRenewedThenTheUserIsAskedThenItIsOver) {
  log_in_and_use();
  tokens["access_token"] = "access-2";
  EXPECT_TRUE(std::holds_alternative<Authorized>(challenged()));
  EXPECT_EQ(client.fetched(), (std::vector<std::string>{"POST https://as.example.com/token"}));
  EXPECT_FALSE(Driver::url_of(challenged()).empty());
  EXPECT_EQ(sent_token(), "") << "the refused ones are forgotten";
  EXPECT_TRUE(std::holds_alternative<Authorized>(comes_back()));
  EXPECT_EQ(Driver::why(challenged()), "rejected_again");
  EXPECT_EQ(client.state.phase, Phase::failed);
  EXPECT_FALSE(Driver::url_of(challenged()).empty()) << "at the user's next request, from the beginning";
}

TEST_F(ClientTokenTest, ALateRefusalIsSentAgainWithTheNewTokens) {
  log_in_and_use();
  const std::int64_t old = client.state.tokens->generation;
  tokens["access_token"] = "access-2";
  challenged();
  const ClientState renewed = client.state;
  EXPECT_TRUE(std::holds_alternative<Authorized>(client.happens(Answered{401, {}, old})));
  EXPECT_TRUE(std::holds_alternative<Authorized>(client.happens(Answered{401, {}, 0})));
  EXPECT_TRUE(client.fetches.empty());
  EXPECT_EQ(client.state, renewed);
}

TEST_F(ClientTokenTest, InvalidGrantForgetsTheTokensAndAsksTheUser) {
  log_in_and_use();
  refuses_tokens("invalid_grant");
  const std::string url = Driver::url_of(challenged());
  EXPECT_EQ(in_query(url, "client_id"), "id-1") << "the registration is kept";
  EXPECT_EQ(in_query(url, "scope"), "notes:read user");
  EXPECT_EQ(client.state.tokens, std::nullopt);

  SetUp();
  client.state = ClientState();
  log_in_and_use();
  client.now = client.now + Seconds{4000};
  refuses_tokens("invalid_grant");
  EXPECT_EQ(sent_token(), "") << "the server's challenge leads to a new login";
  EXPECT_EQ(client.state.phase, Phase::unauthorized);
}

TEST_F(ClientTokenTest, InvalidClientForgetsTheRegistrationAndRegistersAnew) {
  log_in_and_use();
  refuses_tokens("invalid_client", 401);
  registration["client_id"] = "id-2";
  EXPECT_EQ(in_query(Driver::url_of(challenged()), "client_id"), "id-2");
  EXPECT_EQ(client.fetched().back(), "POST https://as.example.com/register");

  // At the exchange: the user is asked once more, but not without end.
  registration["client_id"] = "id-3";
  EXPECT_EQ(in_query(Driver::url_of(comes_back()), "client_id"), "id-3");
  EXPECT_EQ(client.state.phase, Phase::waiting);
  int asked = 0;
  while (client.state.phase == Phase::waiting && asked < 10) {
    comes_back();
    ++asked;
  }
  EXPECT_LE(asked, 3);
  EXPECT_EQ(client.state.why, ClientRefusal::client_refused);
}

TEST_F(ClientTokenTest, CredentialsThatAreRefusedAreNotReplaced) {
  client.config.credentials = {{std::string(issuer), "own", Secret("s"), AuthMethod::client_secret_post}};
  refuses_tokens("invalid_client", 401);
  challenged();
  EXPECT_EQ(Driver::why(comes_back()), "client_refused");
  EXPECT_EQ(client.state.phase, Phase::failed);
}

TEST_F(ClientTokenTest, TroubleOfTheServerLosesNoTokens) {
  log_in_and_use();
  const ClientState before = client.state;
  for (const Fact& answer : {Fact(json_answer({}, 503)), Fact(Fetched{200, {}, "<html>", FetchProblem::none}),
                             Fact(Fetched{0, {}, "", FetchProblem::too_slow}), Fact(Unavailable{})}) {
    answers(endpoint, answer);
    EXPECT_NE(Driver::why(challenged()), "no failure");
    EXPECT_EQ(client.state, before);
  }
}

TEST_F(ClientTokenTest, ARefreshTokenGoesToWhoGaveItAlone) {
  log_in_and_use();
  client.state.server->issuer = "https://evil.example.com";
  client.state.server->token_endpoint = "https://evil.example.com/token";
  challenged();
  for (const Fetch& fetch : client.fetches) EXPECT_EQ(fetch.body.find("refresh-1"), std::string::npos) << fetch.url;
}

// Step-up.

TEST_F(ClientTokenTest, AStepUpAsksForAllThatThereWasAndMore) {
  log_in_and_use();
  const std::string url = Driver::url_of(too_little_scope("notes:write"));
  EXPECT_EQ(in_query(url, "scope"), "notes:read notes:write user");
  EXPECT_TRUE(client.fetches.empty());
  EXPECT_EQ(client.state.phase, Phase::stepping_up);
  EXPECT_EQ(sent_token(), "Bearer access-1") << "the tokens at hand stay good";
  EXPECT_TRUE(std::holds_alternative<AwaitUser>(too_little_scope("notes:write")));
  tokens["access_token"] = "access-2";
  tokens["scope"] = "notes:read notes:write user";
  EXPECT_EQ(comes_back(), Action(Authorized{{"notes:read", "notes:write", "user"}}));
  EXPECT_EQ(sent_token(), "Bearer access-2");
}

TEST_F(ClientTokenTest, AStepUpThatComesToNothingLeavesTheTokens) {
  const std::vector<std::pair<std::string, std::function<Action()>>> ends = {
      {"denied_by_user",
       [this] {
         return comes_back({{"error", "access_denied"}});
       }},
      {"response_issuer_differs",
       [this] {
         return comes_back({{"iss", "https://evil.example.com"}});
       }},
      {"grant_refused",
       [this] {
         refuses_tokens("invalid_grant");
         return comes_back();
       }},
      {"malformed_token_response",
       [this] {
         answers(endpoint, json_answer({}));
         return comes_back();
       }},
      {"no failure", [this] { return client.happens(GaveUp{}); }}};
  for (const auto& [why, end] : ends) {
    SetUp();
    client.state = ClientState();
    log_in_and_use();
    too_little_scope("notes:write");
    EXPECT_EQ(Driver::why(end()), why);
    EXPECT_EQ(client.state.phase, Phase::authorized) << why;
    EXPECT_EQ(sent_token(), "Bearer access-1") << why;
    EXPECT_EQ(client.state.asked, (ScopeSet{"notes:read", "user"})) << "what was not given is not asked for by itself";
  }
}

TEST_F(ClientTokenTest, StepUpsThatDoNotHelpEnd) {
  log_in_and_use();
  too_little_scope("notes:write");
  comes_back();
  EXPECT_EQ(Driver::why(too_little_scope("notes:write")), "scope_not_given");
  EXPECT_EQ(client.state.phase, Phase::authorized);
  EXPECT_EQ(Driver::why(too_little_scope("")), "scope_not_given");

  int asked = 0;
  Action last = Proceed{};
  for (int i = 0; i < 10; ++i) {
    last = too_little_scope("scope" + std::to_string(i));
    if (!std::holds_alternative<OpenBrowser>(last)) break;
    ++asked;
    comes_back();
  }
  EXPECT_EQ(asked, 3);
  EXPECT_EQ(Driver::why(last), "too_many_step_ups");
}

TEST_F(ClientTokenTest, ATokenThatIsRefusedDuringAStepUpIsForgottenAndTheFlowGoesOn) {
  log_in_and_use();
  too_little_scope("notes:write");
  EXPECT_TRUE(std::holds_alternative<AwaitUser>(challenged()));
  EXPECT_EQ(client.state.phase, Phase::waiting);
  EXPECT_EQ(sent_token(), "");
  EXPECT_TRUE(std::holds_alternative<Authorized>(comes_back()));
}

TEST_F(ClientTokenTest, AnswersThatAreNoMatterOfAuthorizationPass) {
  log_in();
  const ClientState before = client.state;
  for (const int status : {400, 403, 404, 500, 302}) {
    EXPECT_EQ(client.happens(Answered{status, {}, 1}), Action(Proceed{})) << status;
    EXPECT_EQ(client.state, before);
  }
  EXPECT_EQ(
      Driver::why(client.happens(Answered{403, {{"WWW-Authenticate", "Bearer error=\"insufficient_scope\""}}, 1})),
      "scope_not_given");
}

TEST_F(ClientTokenTest, SigningOutForgetsTheTokens) {
  log_in_and_use();
  client.happens(SignedOut{});
  EXPECT_EQ(client.state.phase, Phase::unauthorized);
  EXPECT_EQ(client.state.tokens, std::nullopt);
  EXPECT_EQ(sent_token(), "");
  EXPECT_TRUE(client.state.registration.has_value());
}

}  // namespace
}  // namespace postern::client
