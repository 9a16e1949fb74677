// Login by third parties: from the client and back to it.
#include "tests/unit/oauth/provider_fixture.hpp"

namespace postern::oauth {
namespace {

TEST_F(ProviderTest, GithubFromBeginToEnd) {
  offer(github());
  const Reply login = open(authorization());
  EXPECT_NE(login.body.find("Continue with GitHub"), std::string::npos);
  EXPECT_NE(login.body.find("type=\"password\""), std::string::npos);
  const Reply consent = submit({{"flow", flow_in(login)}, {"provider", "github"}});
  EXPECT_NE(consent.body.find("You choose it next, at GitHub (github.com)"), std::string::npos) << consent.body;
  EXPECT_TRUE(world.keys("pending/").empty()) << "nothing is stored before the user has decided";

  const std::string there = allow(consent);
  EXPECT_TRUE(there.starts_with("https://github.com/login/oauth/authorize?")) << there;
  EXPECT_EQ(parameter(there, "client_id"), "gh-client");
  EXPECT_EQ(parameter(there, "redirect_uri"), authority.issuer + "/github/callback");
  EXPECT_EQ(parameter(there, "scope"), "read:user");
  EXPECT_EQ(parameter(there, "code_challenge_method"), "S256");
  EXPECT_EQ(parameter(there, "state").size(), 43u);
  EXPECT_EQ(parameter(there, "resource"), "");

  const Reply back = come_back("github", {{"code", "upstream-code"}, {"state", parameter(there, "state")}});
  const std::string location = header(back, "Location");
  EXPECT_TRUE(location.starts_with(callback)) << location;
  EXPECT_EQ(parameter(location, "state"), "xyz 1");
  EXPECT_EQ(parameter(location, "iss"), authority.issuer);
  const Fetch exchange = world.fetches.at(0);
  const auto form = wire::Form::parse(exchange.body);
  EXPECT_EQ(form->get("code"), "upstream-code");
  EXPECT_EQ(form->get("client_secret"), "gh-secret");
  EXPECT_EQ(wire::base64url(crypto::sha256(form->get("code_verifier"))), parameter(there, "code_challenge"));
  EXPECT_EQ(form->find("resource"), nullptr);
  EXPECT_EQ(header(Reply{0, exchange.headers, "", {}}, "Accept"), "application/json");

  const Json tokens = tokens_from(parameter(location, "code"));
  EXPECT_EQ(call_with(text(tokens, "access_token")).reply.body, "octocat");
  const auto grants = world.keys("grant/");
  ASSERT_EQ(grants.size(), 1u);
  EXPECT_EQ(world.get<store::Grant>(grants[0])->provider, "github");
  EXPECT_TRUE(world.get<store::Grant>(grants[0])->subject.starts_with("github:"));
  const std::string everything = world.dump();
  for (const std::string& secret : {std::string("gho_upstream"), std::string("upstream-code"), std::string("gh-secret"),
                                    parameter(there, "state"), std::string(form->get("code_verifier"))}) {
    EXPECT_EQ(everything.find(secret), std::string::npos) << secret;
  }
}

TEST_F(ProviderTest, OneProviderAndNoPasswordsIsConsentAtOnce) {
  offer(github(), false);
  const Reply page = open(authorization());
  EXPECT_NE(page.body.find("You choose it next"), std::string::npos);
  EXPECT_EQ(submit_login(page, "ada", "correct horse").status, 400);
  EXPECT_NE(allow(page), "");
}

TEST_F(ProviderTest, OurConsentComesAlwaysWhoeverIsLoggedIn) {
  offer(github());
  EXPECT_NE(log_in_at("github"), "");
  ASSERT_EQ(jar.count("postern_login"), 1u);
  // An attacker's client, in the browser of somebody who is logged in here and there.
  client_id = register_public("https://attacker.example/cb");
  const Reply page = open(authorization({{"redirect_uri", "https://attacker.example/cb"}}));
  EXPECT_EQ(page.status, 200);
  const Reply consent = submit({{"flow", flow_in(page)}, {"provider", "github"}});
  EXPECT_EQ(consent.status, 200);
  EXPECT_NE(consent.body.find("attacker.example"), std::string::npos);
  EXPECT_EQ(world.keys("pending/").size(), 1u) << "only the first login's";
}

TEST_F(ProviderTest, WhatIsChosenBesideWhatWasAskedForComesThroughTheLogin) {
  offer(github());
  const auto consent = [this] { return submit({{"flow", flow_in(open(authorization()))}, {"provider", "github"}}); };
  const Reply page = consent();
  EXPECT_NE(page.body.find("name=\"scope:notes:write\""), std::string::npos);
  EXPECT_EQ(submit({{"flow", flow_in(page)}, {"action", "allow"}, {"scope:admin", "yes"}}).status, 400);
  EXPECT_EQ(world.last_outcome(), "scope_not_offered");
  EXPECT_TRUE(world.keys("pending/").empty());
  EXPECT_TRUE(world.fetches.empty());

  const Reply sent = submit({{"flow", flow_in(page)}, {"action", "allow"}, {"scope:notes:write", "yes"}});
  EXPECT_EQ(world.audit.back().detail, "github: notes:read notes:write user");
  EXPECT_EQ(header(submit({{"flow", flow_in(page)}, {"action", "allow"}}), "Location"), header(sent, "Location"));
  EXPECT_EQ(world.audit.back().detail, "github: notes:read notes:write user") << "the first choice counts";
  const std::string state = parameter(header(sent, "Location"), "state");
  const Reply back = come_back("github", {{"code", "upstream-code"}, {"state", state}});
  const Json tokens = tokens_from(parameter(header(back, "Location"), "code"));
  EXPECT_EQ(text(tokens, "scope"), "notes:read notes:write user");
  EXPECT_EQ(world.get<store::Grant>(world.keys("grant/")[0])->scopes.to_string(), "notes:read notes:write user");
}

TEST_F(ProviderTest, DenyingGoesBackToTheClient) {
  offer(github());
  const Reply page = submit({{"flow", flow_in(open(authorization()))}, {"provider", "github"}});
  const Reply denied = submit({{"flow", flow_in(page)}, {"action", "deny"}});
  EXPECT_EQ(parameter(header(denied, "Location"), "error"), "access_denied");
  EXPECT_TRUE(world.keys("pending/").empty());
  EXPECT_TRUE(world.fetches.empty());
}

TEST_F(ProviderTest, APageThatWasDeniedLeadsToNoProvider) {
  offer(github());
  const Reply page = submit({{"flow", flow_in(open(authorization()))}, {"provider", "github"}});
  submit({{"flow", flow_in(page)}, {"action", "deny"}});
  const Reply allowed = submit({{"flow", flow_in(page)}, {"action", "allow"}});
  EXPECT_EQ(allowed.status, 400);
  EXPECT_EQ(header(allowed, "Location"), "");
  EXPECT_EQ(world.last_outcome(), "already_denied");
  EXPECT_TRUE(world.keys("pending/").empty());
  const Reply again = submit({{"flow", flow_in(page)}, {"action", "deny"}});
  EXPECT_EQ(parameter(header(again, "Location"), "error"), "access_denied");
}

TEST_F(ProviderTest, ADenialCountsUntilTheProviderHasSentTheUserBack) {
  offer(github());
  const Reply page = submit({{"flow", flow_in(open(authorization()))}, {"provider", "github"}});
  const std::string there = header(submit({{"flow", flow_in(page)}, {"action", "allow"}}), "Location");
  const Fields good = {{"code", "c"}, {"state", parameter(there, "state")}};
  const Reply denied = submit({{"flow", flow_in(page)}, {"action", "deny"}});  // back from the provider's page
  EXPECT_EQ(parameter(header(denied, "Location"), "error"), "access_denied");
  EXPECT_EQ(come_back("github", good).status, 400);
  EXPECT_TRUE(world.keys("code/").empty());
  EXPECT_EQ(fetches_to("https://github.com/login/oauth/access_token"), 0u);
  EXPECT_EQ(submit({{"flow", flow_in(page)}, {"action", "allow"}}).status, 400);
  EXPECT_EQ(world.last_outcome(), "already_denied");

  const Fields next = authorization({{"state", "of the next try"}});
  const Reply other = submit({{"flow", flow_in(open(next))}, {"provider", "github"}});
  const std::string way = header(submit({{"flow", flow_in(other)}, {"action", "allow"}}), "Location");
  EXPECT_EQ(come_back("github", {{"code", "c"}, {"state", parameter(way, "state")}}).status, 303);
  EXPECT_EQ(submit({{"flow", flow_in(other)}, {"action", "deny"}}).status, 400);
  EXPECT_EQ(world.last_outcome(), "already_allowed");
}

TEST_F(ProviderTest, OfADenialAndACallbackAtOnceOneCounts) {
  offer(github());
  const Reply page = submit({{"flow", flow_in(open(authorization()))}, {"provider", "github"}});
  const std::string there = header(submit({{"flow", flow_in(page)}, {"action", "allow"}}), "Location");
  world.before_commit = [&] { submit({{"flow", flow_in(page)}, {"action", "deny"}}); };
  EXPECT_EQ(come_back("github", {{"code", "c"}, {"state", parameter(there, "state")}}).status, 400);
  EXPECT_TRUE(world.keys("code/").empty());
}

TEST_F(ProviderTest, TheStateIsGoodOnceInItsBrowserAndInTime) {
  offer(github());
  offer([] {
    Provider other = github();
    other.id = "github2";
    return other;
  }());
  const std::string state = parameter(to_provider("github"), "state");
  const Fields good = {{"code", "c"}, {"state", state}};

  EXPECT_EQ(come_back("github", {{"code", "c"}}).status, 400);
  EXPECT_EQ(world.last_outcome(), "unknown_state");
  EXPECT_EQ(come_back("github", {{"code", "c"}, {"state", "x" + state.substr(1)}}).status, 400);
  EXPECT_EQ(world.last_outcome(), "unknown_state");
  EXPECT_EQ(come_back("github2", good).status, 400);
  EXPECT_EQ(world.last_outcome(), "unknown_state");
  EXPECT_EQ(come_back("github", {{"code", "c"}, {"state", state}, {"state", state}}).status, 400);

  auto mine = std::exchange(jar, {});
  EXPECT_EQ(come_back("github", good).status, 403) << "another browser";
  EXPECT_EQ(world.last_outcome(), "other_browser");
  open(authorization());  // A browser with a cookie of its own.
  EXPECT_EQ(come_back("github", good).status, 403);
  jar = mine;
  EXPECT_TRUE(world.fetches.empty()) << "nothing of this has reached the provider";

  EXPECT_EQ(come_back("github", good).status, 303);
  EXPECT_EQ(come_back("github", good).status, 400);
  EXPECT_EQ(world.last_outcome(), "already_redeemed");
  EXPECT_EQ(fetches_to("https://github.com/login/oauth/access_token"), 1u);

  const std::string late = parameter(to_provider("github"), "state");
  world.pass(authority.lifetimes.flow.count);
  EXPECT_EQ(come_back("github", {{"code", "c"}, {"state", late}}).status, 400);
  EXPECT_EQ(world.last_outcome(), "expired_flow");
}

TEST_F(ProviderTest, TwoCallbacksAtOnceAreOneLogin) {
  offer(github());
  const std::string state = parameter(to_provider("github"), "state");
  Reply other;
  world.before_commit = [&] { other = come_back("github", {{"code", "c"}, {"state", state}}); };
  const Reply mine = come_back("github", {{"code", "c"}, {"state", state}});
  EXPECT_EQ(other.status, 303);
  EXPECT_EQ(mine.status, 400);
  EXPECT_EQ(world.keys("code/").size(), 1u);
  EXPECT_FALSE(world.claims.empty()) << "a host lets one at a time redeem the provider's code";
}

TEST_F(ProviderTest, AFormSentTwiceIsOneLogin) {
  offer(github());
  const Reply page = submit({{"flow", flow_in(open(authorization()))}, {"provider", "github"}});
  const std::string once = allow(page), again = allow(page);
  EXPECT_EQ(once, again);
  EXPECT_EQ(world.keys("pending/").size(), 1u);
  come_back("github", {{"code", "c"}, {"state", parameter(once, "state")}});
  EXPECT_EQ(allow(page), "") << "it is done";
}

TEST_F(ProviderTest, WhatTheProviderSaysWrong) {
  offer(github());
  const struct {
    const char* name;
    Json token_answer;
    const char* error;
  } rows[] = {
      {"200 with an error", {{"error", "bad_verification_code"}, {"error_description", "<script>"}}, "server_error"},
      {"wrong credentials", {{"error", "incorrect_client_credentials"}}, "server_error"},
      {"no token", Json::object(), "temporarily_unavailable"},
      {"a token of another type", {{"access_token", "x"}, {"token_type", "mac"}}, "temporarily_unavailable"},
      {"a token that breaks a header", {{"access_token", "x\r\ny: z"}}, "temporarily_unavailable"},
  };
  for (const auto& row : rows) {
    token_answer = row.token_answer;
    EXPECT_EQ(error_at("github"), row.error) << row.name;
    for (const AuditEvent& event : world.audit) EXPECT_EQ(event.detail.find("<script>"), std::string::npos);
  }
  away = true;
  EXPECT_EQ(error_at("github"), "temporarily_unavailable");
  EXPECT_TRUE(world.keys("code/").empty());
}

TEST_F(ProviderTest, GithubsFormEncodedAnswerIsReadToo) {
  offer(github());
  world.elsewhere = [this](const Fetch& fetch) -> Fetched {
    if (!fetch.url.ends_with("access_token")) return answer(fetch);
    return {200,
            {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}},
            "access_token=gho_upstream&scope=read%3Auser&token_type=bearer",
            FetchProblem::none};
  };
  EXPECT_NE(log_in_at("github"), "");
}

TEST_F(ProviderTest, ErrorsOfTheProviderComeBackAsFixedText) {
  offer(github());
  const struct {
    const char* sent;
    const char* error;
  } rows[] = {{"access_denied", "access_denied"}, {"<b>", "server_error"}, {"redirect_uri_mismatch", "server_error"}};
  for (const auto& row : rows) {
    const std::string state = parameter(to_provider("github"), "state");
    const Reply back = come_back("github", {{"error", row.sent}, {"error_description", "evil text"}, {"state", state}});
    const std::string location = header(back, "Location");
    EXPECT_EQ(parameter(location, "error"), row.error);
    EXPECT_EQ(location.find("evil"), std::string::npos);
    EXPECT_EQ(come_back("github", {{"code", "c"}, {"state", state}}).status, 400) << "it is used up";
  }
  EXPECT_TRUE(world.fetches.empty());
}

TEST_F(ProviderTest, TheConsentIsCheckedAgainWhenTheUserComesBack) {
  offer(github());
  const std::string state = parameter(to_provider("github"), "state");
  store::Client client = *world.get<store::Client>(store::Client::key(client_id));
  client.redirect_uris = {"https://elsewhere.example/cb"};
  world.put(store::Client::key(client_id), client);
  EXPECT_EQ(come_back("github", {{"code", "c"}, {"state", state}}).status, 400);
  EXPECT_TRUE(world.fetches.empty());
  EXPECT_TRUE(world.keys("code/").empty());
}

TEST_F(ProviderTest, WhoMayComeIn) {
  Provider some = github();
  some.allow.logins = {"OctoCat"};
  some.allow.organisations = {"Acme"};
  offer(some);
  EXPECT_EQ(authority.providers[0].scope, "read:user read:org");
  EXPECT_EQ(error_at("github"), "access_denied") << "in no organisation";
  organisations = Json::array({{{"login", "other"}}});
  EXPECT_EQ(error_at("github"), "access_denied");
  EXPECT_EQ(world.last_outcome(), "user_not_allowed");
  organisations = Json::array({{{"login", "acme"}}});
  EXPECT_NE(log_in_at("github"), "");
  profile["login"] = "octocat2";
  EXPECT_EQ(error_at("github"), "access_denied");
}

TEST_F(ProviderTest, AProfileWithoutAnIdentityIsNobody) {
  offer(github());
  for (const Json& bad : {Json::object(), Json{{"login", "octocat"}}, Json{{"id", nullptr}}, Json{{"id", ""}},
                          Json{{"id", 1.5}}, Json::array()}) {
    profile = bad;
    EXPECT_EQ(error_at("github"), "server_error") << bad.dump();
    EXPECT_EQ(world.last_outcome(), "wrong_profile");
  }
}

}  // namespace
}  // namespace postern::oauth
