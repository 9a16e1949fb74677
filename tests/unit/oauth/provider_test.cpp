// Login by third parties, with the third party made of values: every request that goes out is here, and every answer.
#include <deque>

#include "core/oauth/bearer.hpp"
#include "core/oauth/provider_call.hpp"
#include "core/oauth/provider_login.hpp"
#include "tests/support/signer.hpp"
#include "tests/unit/oauth/fixture.hpp"

namespace postern::oauth {
namespace {

Fetched json_answer(const Json& body, int status = 200) {
  return {status, {{"Content-Type", "application/json"}}, body.dump(), FetchProblem::none};
}

Provider github() {
  Provider provider;
  provider.id = "github";
  provider.kind = Provider::Kind::github;
  provider.client_id = "gh-client";
  provider.client_secret = Secret("gh-secret");
  return provider;
}

Provider corporate() {
  Provider provider;
  provider.id = "corp";
  provider.kind = Provider::Kind::oidc;
  provider.client_id = "corp-client";
  provider.client_secret = Secret("corp-secret");
  provider.issuer = "https://id.example";
  return provider;
}

class ProviderTest : public OAuthTest {
 protected:
  test::Signer signer{"k1"};

  // What the provider does; tests change it.
  Json token_answer{{"access_token", "gho_upstream"}, {"token_type", "bearer"}, {"scope", "read:user"}};
  Json profile{{"login", "octocat"}, {"id", 583231}, {"name", "The Octocat"}};
  Json organisations = Json::array();
  Json discovery{{"issuer", "https://id.example"},
                 {"authorization_endpoint", "https://id.example/authorize"},
                 {"token_endpoint", "https://id.example/token"},
                 {"userinfo_endpoint", "https://id.example/userinfo"},
                 {"jwks_uri", "https://id.example/keys"}};
  Json keys;
  Json id_claims;  ///< Changes to the claims of ID tokens.
  Json id_header = Json::object();
  std::string nonce;  ///< As it came with the authorization request.
  int profile_status = 200;
  wire::Headers profile_headers;
  bool away = false;

  void SetUp() override {
    OAuthTest::SetUp();
    keys = signer.jwks();
    world.elsewhere = [this](const Fetch& fetch) { return answer(fetch); };
  }

  void offer(Provider provider, bool own_users = true) {
    auto complete = oauth::complete(std::move(provider));
    ASSERT_TRUE(complete.ok()) << complete.error();
    authority.providers.push_back(std::move(complete).value());
    authority.own_users = own_users;
  }

  Fetched answer(const Fetch& fetch) {
    if (away) return {0, {}, "", FetchProblem::unreachable};
    if (fetch.url == "https://github.com/login/oauth/access_token") return json_answer(token_answer);
    if (fetch.url == "https://api.github.com/user") {
      Fetched fetched = json_answer(profile, profile_status);
      fetched.headers.insert(fetched.headers.end(), profile_headers.begin(), profile_headers.end());
      return fetched;
    }
    if (fetch.url.starts_with("https://api.github.com/user/orgs")) return json_answer(organisations);
    if (fetch.url == "https://id.example/.well-known/openid-configuration") return json_answer(discovery);
    if (fetch.url == "https://id.example/keys") return json_answer(keys);
    if (fetch.url == "https://id.example/userinfo")
      return json_answer({{"sub", "u-1"}, {"name", "Ada"}}, profile_status);
    if (fetch.url == "https://id.example/token") {
      Json full = token_answer;
      full["id_token"] = id_token();
      return json_answer(full);
    }
    ADD_FAILURE() << "nobody is at " << fetch.url;
    return {404, {}, "", FetchProblem::none};
  }

  std::string id_token() {
    Json claims = {{"iss", "https://id.example"},
                   {"aud", "corp-client"},
                   {"sub", "u-1"},
                   {"nonce", nonce},
                   {"exp", world.now.count + 300},
                   {"iat", world.now.count},
                   {"preferred_username", "ada"},
                   {"email", "ada@corp.example"},
                   {"email_verified", true},
                   {"groups", Json::array({"staff"})}};
    for (const auto& [name, value] : id_claims.items()) {
      if (value.is_null()) {
        claims.erase(name);
      } else {
        claims[name] = value;
      }
    }
    return signer.sign(claims, id_header);
  }

  /// From the client's request to the provider: where the browser is sent. Empty: it was not.
  std::string to_provider(const std::string& id, const Fields& changes = {}) {
    Reply page = open(authorization(changes));
    if (page.body.find("Continue with") != std::string::npos) {
      page = submit({{"flow", flow_in(page)}, {"provider", id}});
    }
    return allow(page);
  }
  std::string allow(const Reply& consent) {
    const Reply sent = submit({{"flow", flow_in(consent)}, {"action", "allow"}});
    const std::string location = header(sent, "Location");
    nonce = parameter(location, "nonce");
    return sent.status == 303 ? location : "";
  }
  Reply come_back(const std::string& id, const Fields& fields) {
    const std::string target = "/" + id + "/callback?" + wire::form_encode(fields);
    return browse_callback({"GET", target, {}, {}});
  }
  Reply browse_callback(const HttpRequest& request) {
    const auto endpoint = [this](const HttpRequest& asked, const Facts& facts) -> Outcome {
      const auto target = wire::parse_target(asked.target);
      const Provider* provider = provider_of_callback(authority, target->path);
      if (provider == nullptr) return Reply{404, {}, "", {}};
      return provider_callback(authority, *provider, asked, facts);
    };
    return keep_cookies(world.run(endpoint, with_cookies(request)).reply);
  }
  Reply keep_cookies(Reply reply) {
    for (const wire::Header& set : reply.headers) {
      if (set.name != "Set-Cookie") continue;
      const std::size_t equals = set.value.find('=');
      jar[set.value.substr(0, equals)] = set.value.substr(equals + 1, set.value.find(';') - equals - 1);
    }
    return reply;
  }
  /// All of it, from the client's request back to the client. Gives the code; empty: an error came instead.
  std::string log_in_at(const std::string& id) {
    const std::string there = to_provider(id);
    const Reply back = come_back(id, {{"code", "upstream-code"}, {"state", parameter(there, "state")}});
    return parameter(header(back, "Location"), "code");
  }
  std::string error_at(const std::string& id) {
    const std::string there = to_provider(id);
    const Reply back = come_back(id, {{"code", "upstream-code"}, {"state", parameter(there, "state")}});
    return parameter(header(back, "Location"), "error");
  }

  Json tokens_from(const std::string& code) { return body_of(redeem(code)); }
  Answer call_with(const std::string& access_token) {
    const auto endpoint = [this](const HttpRequest& request, const Facts& facts) -> Outcome {
      Ask ask(facts);
      Admission admission = admit(authority, request, ask);
      if (Outcome* stopped = admission.outcome()) return std::move(*stopped);
      return Answer{Reply{200, {}, admission.principal()->user_name, {}}, admission.commit, admission.topics,
                    admission.audit};
    };
    return world.run(endpoint, {"POST", "/mcp", {{"Authorization", "Bearer " + access_token}}, ""});
  }
  int call(const std::string& access_token) { return call_with(access_token).reply.status; }
  std::size_t fetches_to(std::string_view url) const {
    return static_cast<std::size_t>(std::count_if(world.fetches.begin(), world.fetches.end(),
                                                  [&](const Fetch& fetch) { return fetch.url.starts_with(url); }));
  }
};

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

TEST_F(ProviderTest, DenyingGoesBackToTheClient) {
  offer(github());
  const Reply page = submit({{"flow", flow_in(open(authorization()))}, {"provider", "github"}});
  const Reply denied = submit({{"flow", flow_in(page)}, {"action", "deny"}});
  EXPECT_EQ(parameter(header(denied, "Location"), "error"), "access_denied");
  EXPECT_TRUE(world.keys("pending/").empty());
  EXPECT_TRUE(world.fetches.empty());
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

TEST_F(ProviderTest, TheProviderIsAskedAgainAfterASetTime) {
  offer(github());
  const std::string access = text(tokens_from(log_in_at("github")), "access_token");
  const std::size_t before = fetches_to("https://api.github.com/user");
  world.pass(authority.lifetimes.provider_check.count - 1);
  EXPECT_EQ(call(access), 200);
  EXPECT_EQ(fetches_to("https://api.github.com/user"), before);
  world.pass(1);
  EXPECT_EQ(call(access), 200);
  EXPECT_EQ(call(access), 200);
  EXPECT_EQ(fetches_to("https://api.github.com/user"), before + 1);
}

TEST_F(ProviderTest, WhatIsGoneThereEndsHere) {
  offer(github());
  const Json tokens = tokens_from(log_in_at("github"));
  profile_status = 401;
  EXPECT_EQ(call(text(tokens, "access_token")), 200) << "not yet asked";
  world.pass(authority.lifetimes.provider_check.count);
  const Answer refused = call_with(text(tokens, "access_token"));
  EXPECT_EQ(refused.reply.status, 401);
  EXPECT_NE(header(refused.reply, "WWW-Authenticate").find("error=\"invalid_token\""), std::string::npos);
  EXPECT_EQ(world.last_outcome(), "upstream_gone");
  ASSERT_FALSE(world.topics.empty());
  EXPECT_EQ(world.topics.back().kind, Topic::Kind::grant_ended);
  EXPECT_TRUE(world.keys("upstream/").empty());
  EXPECT_TRUE(world.keys("grant-of/").empty());
  profile_status = 200;
  EXPECT_EQ(call(text(tokens, "access_token")), 401) << "for good";
  EXPECT_EQ(text(body_of(refresh(text(tokens, "refresh_token"))), "error"), "invalid_grant");
}

TEST_F(ProviderTest, RefreshingHereAsksThereWhenItIsTime) {
  offer(github());
  const Json tokens = tokens_from(log_in_at("github"));
  world.pass(authority.lifetimes.provider_check.count);
  const Json next = body_of(refresh(text(tokens, "refresh_token")));
  EXPECT_NE(text(next, "access_token"), "");
  world.pass(authority.lifetimes.provider_check.count);
  profile_status = 401;
  EXPECT_EQ(text(body_of(refresh(text(next, "refresh_token"))), "error"), "invalid_grant");
  EXPECT_TRUE(world.keys("grant-of/").empty());
}

TEST_F(ProviderTest, TheProvidersTokensLiveAsLongAsTheGrant) {
  offer(github());
  Json tokens = tokens_from(log_in_at("github"));
  for (int i = 0; i < 5; ++i) {
    world.pass(authority.lifetimes.refresh.count / 2);
    tokens = body_of(refresh(text(tokens, "refresh_token")));
    ASSERT_NE(text(tokens, "access_token"), "") << i;
  }
  EXPECT_EQ(call(text(tokens, "access_token")), 200);
  EXPECT_EQ(world.keys("upstream/").size(), 1u);
}

TEST_F(ProviderTest, AnOutageIsBridgedForAWhileAndEndsNothing) {
  authority.lifetimes.provider_check = Seconds{100};
  offer(github());
  const std::string access = text(tokens_from(log_in_at("github")), "access_token");
  const std::int64_t check = authority.lifetimes.provider_check.count;
  for (const int status : {0, 403, 429, 500, 502}) {
    away = status == 0;
    profile_status = status == 0 ? 200 : status;
    world.pass(check);
    EXPECT_EQ(call(access), 200) << status;
    const std::size_t asked = world.fetches.size();
    EXPECT_EQ(call(access), 200) << status;
    EXPECT_EQ(world.fetches.size(), asked) << "not by every request";
    world.pass(30);
    EXPECT_EQ(call(access), 200) << status;
    world.pass(check - 30);
    const Reply refused = call_with(access).reply;
    EXPECT_EQ(refused.status, 503) << status;
    EXPECT_EQ(header(refused, "Retry-After"), "30");
    EXPECT_EQ(call(access), 503) << status;
    away = false;
    profile_status = 200;
    world.pass(30);
    EXPECT_EQ(call(access), 200) << status;
  }
}

TEST_F(ProviderTest, AnotherUserBehindTheTokenEndsIt) {
  offer(github());
  const std::string access = text(tokens_from(log_in_at("github")), "access_token");
  profile["id"] = 1;
  world.pass(authority.lifetimes.provider_check.count);
  EXPECT_EQ(call(access), 401);
}

TEST_F(ProviderTest, AProviderThatIsNotConfiguredAnyMoreLetsNobodyIn) {
  offer(github());
  const std::string code = log_in_at("github");
  const std::string access = text(tokens_from(code), "access_token");
  const std::string unused = log_in_at("github");
  authority.providers.clear();
  EXPECT_EQ(text(body_of(redeem(unused)), "error"), "invalid_grant");
  world.pass(authority.lifetimes.provider_check.count);
  EXPECT_EQ(call(access), 401);
}

TEST_F(ProviderTest, TokensThatExpireAreRefreshedOnce) {
  offer(github());
  token_answer["expires_in"] = 600;
  token_answer["refresh_token"] = "ghr_1";
  const std::string access = text(tokens_from(log_in_at("github")), "access_token");
  token_answer = {{"access_token", "gho_2"}, {"token_type", "bearer"}, {"expires_in", 600}, {"refresh_token", "ghr_2"}};
  world.pass(600 - 60);
  EXPECT_EQ(call(access), 200);
  EXPECT_EQ(call(access), 200);
  EXPECT_EQ(fetches_to("https://github.com/login/oauth/access_token"), 2u);
  EXPECT_NE(world.fetches.back().body.find("refresh_token=ghr_1"), std::string::npos);
  EXPECT_EQ(world.claims.back().substr(0, 9), "upstream/");
  world.pass(600);
  EXPECT_EQ(call(access), 200);
  EXPECT_NE(world.fetches.back().body.find("refresh_token=ghr_2"), std::string::npos) << "the new one was kept";
  token_answer = {{"error", "bad_refresh_token"}};
  world.pass(600);
  EXPECT_EQ(call(access), 401);
}

TEST_F(ProviderTest, AToolAsksWithTheTokenAndOnlyThere) {
  offer(github());
  const std::string access = text(tokens_from(log_in_at("github")), "access_token");
  std::string path;
  const auto endpoint = [&](const HttpRequest& request, const Facts& facts) -> Outcome {
    Ask ask(facts);
    Admission admission = admit(authority, request, ask);
    if (Outcome* stopped = admission.outcome()) return std::move(*stopped);
    ProviderReply reply = call_provider(authority, *admission.principal(), path, ask);
    if (reply.kind == ProviderReply::Kind::waiting) return ask.needs();
    if (reply.ended) return std::move(*reply.ended);
    const std::string shown = std::to_string(static_cast<int>(reply.kind)) + ' ' +
                              std::to_string(reply.retry_after.count) + ' ' + reply.body.dump();
    return Reply{200, {}, shown, {}};
  };
  const auto asked = [&] {
    return world.send(endpoint, {"POST", "/mcp", {{"Authorization", "Bearer " + access}}, ""});
  };
  const auto kind = [](ProviderReply::Kind of) { return std::to_string(static_cast<int>(of)) + ' '; };

  EXPECT_TRUE(asked().body.starts_with(kind(ProviderReply::Kind::ok)));
  EXPECT_NE(asked().body.find("octocat"), std::string::npos);
  EXPECT_EQ(header(Reply{0, world.fetches.back().headers, "", {}}, "Authorization"), "Bearer gho_upstream");
  const std::size_t before = world.fetches.size();
  for (const char* bad :
       {"user", "//evil.example/", "/../x", "/a/%2e%2e/b", "/a b", "/a#b", "@evil.example/", "/a\r\nb"}) {
    path = bad;
    EXPECT_TRUE(asked().body.starts_with(kind(ProviderReply::Kind::none))) << bad;
  }
  EXPECT_EQ(world.fetches.size(), before);
  path = "";
  profile_status = 403;
  profile_headers = {{"X-RateLimit-Remaining", "0"}, {"X-RateLimit-Reset", std::to_string(world.now.count + 90)}};
  EXPECT_TRUE(asked().body.starts_with(kind(ProviderReply::Kind::limited) + "90 "));
  profile_headers = {{"Retry-After", "7"}};
  EXPECT_TRUE(asked().body.starts_with(kind(ProviderReply::Kind::limited) + "7 "));
  profile_headers = {};
  EXPECT_TRUE(asked().body.starts_with(kind(ProviderReply::Kind::refused)));
  profile_status = 502;
  EXPECT_TRUE(asked().body.starts_with(kind(ProviderReply::Kind::unreachable)));
  profile_status = 401;
  EXPECT_EQ(asked().status, 401);
  EXPECT_EQ(call(access), 401) << "the grant has ended";
}

TEST_F(ProviderTest, AToolAsksByTheTokenThatTheGateGotJustNow) {
  offer(github());
  token_answer["expires_in"] = 600;
  token_answer["refresh_token"] = "ghr_1";
  const std::string access = text(tokens_from(log_in_at("github")), "access_token");
  token_answer = {{"access_token", "gho_2"}, {"token_type", "bearer"}, {"expires_in", 600}, {"refresh_token", "ghr_2"}};
  const auto endpoint = [&](const HttpRequest& request, const Facts& facts) -> Outcome {
    Ask ask(facts);
    Admission admission = admit(authority, request, ask);
    if (Outcome* stopped = admission.outcome()) return std::move(*stopped);
    Ask more(facts);
    ProviderReply reply = call_provider(authority, *admission.principal(), "", more);
    if (reply.kind == ProviderReply::Kind::waiting) return more.needs();
    return Answer{Reply{200, {}, reply.body.dump(), {}}, admission.commit, {}, {}};
  };
  world.pass(600 - 60);
  for (int i = 0; i < 2; ++i) {
    world.send(endpoint, {"POST", "/mcp", {{"Authorization", "Bearer " + access}}, ""});
    EXPECT_EQ(world.fetches.back().url, "https://api.github.com/user");
    EXPECT_EQ(header(Reply{0, world.fetches.back().headers, "", {}}, "Authorization"), "Bearer gho_2") << i;
  }
}

TEST_F(ProviderTest, OpenIdFromBeginToEnd) {
  offer(corporate());
  const std::string there = to_provider("corp");
  EXPECT_TRUE(there.starts_with("https://id.example/authorize?")) << there;
  EXPECT_EQ(parameter(there, "nonce").size(), 43u);
  EXPECT_NE(parameter(there, "nonce"), parameter(there, "state"));
  const Reply back = come_back("corp", {{"code", "c"}, {"state", parameter(there, "state")}});
  const Json tokens = tokens_from(parameter(header(back, "Location"), "code"));
  EXPECT_EQ(call_with(text(tokens, "access_token")).reply.body, "ada");
  EXPECT_EQ(fetches_to("https://id.example/.well-known"), 1u) << "it is kept";
  EXPECT_NE(log_in_at("corp"), "");
  EXPECT_EQ(fetches_to("https://id.example/.well-known"), 1u);
  EXPECT_EQ(fetches_to("https://id.example/keys"), 1u);
}

TEST_F(ProviderTest, IdTokensThatAreNotBelieved) {
  offer(corporate());
  const struct {
    const char* name;
    Json claims;
    Json header;
  } rows[] = {
      {"another nonce", {{"nonce", "x"}}, Json::object()},
      {"no nonce", {{"nonce", nullptr}}, Json::object()},
      {"another audience", {{"aud", "other"}}, Json::object()},
      {"another party", {{"aud", Json::array({"corp-client", "other"})}, {"azp", "other"}}, Json::object()},
      {"another issuer", {{"iss", "https://id.example/"}}, Json::object()},
      {"expired", {{"exp", 1'600'000'000}}, Json::object()},
      {"nobody", {{"sub", ""}}, Json::object()},
      {"no algorithm", Json::object(), {{"alg", "none"}}},
      {"a MAC", Json::object(), {{"alg", "HS256"}}},
      {"another key's name", Json::object(), {{"kid", "k9"}}},
  };
  for (const auto& row : rows) {
    id_claims = row.claims;
    id_header = row.header;
    EXPECT_EQ(error_at("corp"), "server_error") << row.name;
    EXPECT_EQ(world.last_outcome(), "wrong_id_token") << row.name;
    world.pass(61);
  }
  EXPECT_TRUE(world.keys("code/").empty());
}

TEST_F(ProviderTest, NewKeysAreLookedForOnceAMinute) {
  offer(corporate());
  EXPECT_NE(log_in_at("corp"), "");
  signer = test::Signer("k2", 2);
  keys = signer.jwks();
  EXPECT_NE(log_in_at("corp"), "") << "rotated";
  EXPECT_EQ(fetches_to("https://id.example/keys"), 2u);
  id_header = {{"kid", "k9"}};
  for (int i = 0; i < 5; ++i) EXPECT_EQ(error_at("corp"), "server_error");
  EXPECT_EQ(fetches_to("https://id.example/keys"), 2u) << "an attacker makes us ask no more often";
  world.pass(60);
  EXPECT_EQ(error_at("corp"), "server_error");
  EXPECT_EQ(fetches_to("https://id.example/keys"), 3u);
}

TEST_F(ProviderTest, AnotherIssuerIsNotBelieved) {
  offer(corporate());
  const struct {
    const char* name;
    Json change;
  } rows[] = {{"its name", {{"issuer", "https://evil.example"}}},
              {"a slash", {{"issuer", "https://id.example/"}}},
              {"no token endpoint", {{"token_endpoint", nullptr}}},
              {"plain http", {{"token_endpoint", "http://id.example/token"}}},
              {"loopback", {{"jwks_uri", "http://127.0.0.1/keys"}}}};
  const Json good = discovery;
  for (const auto& row : rows) {
    discovery = good;
    discovery.update(row.change);
    EXPECT_EQ(parameter(to_provider("corp"), "error"), "temporarily_unavailable") << row.name;
    for (const std::string& key : world.keys("document/")) world.remove(key);
  }
}

TEST_F(ProviderTest, TheIssuerOfAResponseIsCompared) {
  offer(corporate());
  const auto came = [&](Fields more) {
    more.emplace_back("state", parameter(to_provider("corp"), "state"));
    return parameter(header(come_back("corp", more), "Location"), "error");
  };
  EXPECT_EQ(came({{"code", "c"}, {"iss", "https://evil.example"}}), "server_error");
  EXPECT_EQ(world.last_outcome(), "wrong_provider_issuer");
  EXPECT_EQ(came({{"error", "access_denied"}, {"iss", "https://evil.example"}}), "server_error");
  EXPECT_EQ(came({{"code", "c"}, {"iss", "https://id.example"}}), "");
  EXPECT_EQ(came({{"code", "c"}}), "");
  for (const std::string& key : world.keys("document/")) world.remove(key);
  discovery["authorization_response_iss_parameter_supported"] = true;
  EXPECT_EQ(came({{"code", "c"}}), "server_error") << "it always comes";
}

TEST_F(ProviderTest, WhoMayComeInByAddressAndGroup) {
  Provider some = corporate();
  some.allow.email_domains = {"Corp.Example"};
  some.allow.groups = {"admins", "staff"};
  offer(some);
  EXPECT_NE(log_in_at("corp"), "");
  const Json rows[] = {{{"email_verified", false}},
                       {{"email_verified", nullptr}},
                       {{"email", "ada@evil.example"}},
                       {{"email", "corp.example"}},
                       {{"email", "a@corp.example.evil.example"}},
                       {{"email", "@corp.example"}},
                       {{"groups", Json::array({"guests"})}},
                       {{"groups", nullptr}},
                       {{"groups", "staff"}}};
  for (const Json& row : rows) {
    id_claims = row;
    EXPECT_EQ(error_at("corp"), "access_denied") << row.dump();
    EXPECT_EQ(world.last_outcome(), "user_not_allowed");
  }
}

TEST_F(ProviderTest, UserinfoOfAnotherUserIsNotUsed) {
  Provider gitlab = corporate();
  gitlab.allow.groups = {"staff"};
  gitlab.groups_in_userinfo = true;
  offer(gitlab);
  const auto serve = [this](const Json& info) {
    world.elsewhere = [this, info](const Fetch& fetch) {
      return fetch.url.ends_with("/userinfo") ? json_answer(info) : answer(fetch);
    };
  };
  serve({{"sub", "u-1"}, {"groups", Json::array({"staff"})}});
  EXPECT_NE(log_in_at("corp"), "");
  serve({{"sub", "u-2"}, {"groups", Json::array({"staff"})}});
  EXPECT_EQ(error_at("corp"), "server_error");
  serve({{"sub", "u-1"}, {"groups", Json::array({"guests"})}});
  EXPECT_EQ(error_at("corp"), "access_denied");
}

// OpenID Connect Core 1.0 s. 5.4: an ID token that comes with an access token may name the user and no more.
TEST_F(ProviderTest, WhatTheIdTokenLeavesOutIsAtTheUserinfoEndpoint) {
  Provider some = corporate();
  some.allow.email_domains = {"corp.example"};
  some.allow.groups = {"staff"};
  some.allow.logins = {"ada"};
  offer(some);
  id_claims = {{"preferred_username", nullptr}, {"email", nullptr}, {"email_verified", nullptr}, {"groups", nullptr}};
  const Json good = {{"sub", "u-1"},
                     {"preferred_username", "ada"},
                     {"email", "ada@corp.example"},
                     {"email_verified", true},
                     {"groups", Json::array({"staff"})}};
  Json info = good;
  world.elsewhere = [&](const Fetch& fetch) {
    return fetch.url.ends_with("/userinfo") ? json_answer(info) : answer(fetch);
  };
  EXPECT_EQ(call_with(text(tokens_from(log_in_at("corp")), "access_token")).reply.body, "ada");
  EXPECT_EQ(fetches_to("https://id.example/userinfo"), 1u);
  for (const Json& change :
       {Json{{"email_verified", false}}, Json{{"email_verified", nullptr}}, Json{{"email", "ada@evil.example"}},
        Json{{"groups", Json::array({"guests"})}}, Json{{"preferred_username", "eve"}}}) {
    info = good;
    info.update(change);
    EXPECT_EQ(error_at("corp"), "access_denied") << change.dump();
  }
  info = good;
  info["sub"] = "u-2";
  EXPECT_EQ(error_at("corp"), "server_error");
  // What is signed is not overruled, and a verified address is the one that was verified.
  info = good;
  id_claims["groups"] = Json::array({"guests"});
  EXPECT_EQ(error_at("corp"), "access_denied");
  id_claims["groups"] = nullptr;
  id_claims["email"] = "ada@corp.example";
  info["email"] = "ada@elsewhere.example";
  EXPECT_EQ(error_at("corp"), "access_denied");
}

TEST_F(ProviderTest, ACallbackToWhichNothingIsFreshAnyMoreTakesNoMoreRoundsThanThereAre) {
  offer(corporate());
  EXPECT_NE(log_in_at("corp"), "");
  id_claims = {{"preferred_username", nullptr}};
  const std::string state = parameter(to_provider("corp"), "state");
  world.pass(500);  // Discovery and keys are kept for 300 seconds.
  signer = test::Signer("k2", 2);
  keys = signer.jwks();
  const std::size_t before = world.fetches.size();
  EXPECT_NE(parameter(header(come_back("corp", {{"code", "c"}, {"state", state}}), "Location"), "code"), "");
  EXPECT_EQ(world.fetches.size() - before, 4u) << "discovery, token, keys, userinfo";
}

// Its keys, then the provider's discovery, then a token anew, which is claimed first.
TEST_F(ProviderTest, ARefreshByAClientThatSignsTakesNoMoreRoundsThanThereAre) {
  offer(corporate());
  const test::Signer of_client("c1", 7);
  const std::string keys_url = "https://app.example/keys";
  world.elsewhere = [&](const Fetch& fetch) {
    return fetch.url == keys_url ? json_answer(of_client.jwks()) : answer(fetch);
  };
  client_id = text(body_of(register_with({{"redirect_uris", {std::string(callback)}},
                                          {"token_endpoint_auth_method", "private_key_jwt"},
                                          {"jwks_uri", keys_url}})),
                   "client_id");
  int made = 0;
  const auto proof = [&]() -> Fields {
    const Json claims = {{"iss", client_id},
                         {"sub", client_id},
                         {"aud", authority.issuer},
                         {"exp", world.now.count + 60},
                         {"jti", std::to_string(++made)}};
    return {{"client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
            {"client_assertion", of_client.sign(claims)}};
  };
  token_answer["expires_in"] = 600;
  token_answer["refresh_token"] = "upstream-refresh";
  const std::string code = log_in_at("corp");
  const Json tokens = body_of(ask_token(changed(redemption(code), proof())).reply);
  ASSERT_NE(text(tokens, "refresh_token"), "") << tokens.dump();
  world.pass(authority.lifetimes.provider_check.count);
  const std::size_t before = world.fetches.size();
  const Json next = body_of(refresh(text(tokens, "refresh_token"), proof()));
  EXPECT_NE(text(next, "access_token"), "") << next.dump();
  EXPECT_EQ(world.fetches.size() - before, 3u) << "keys, discovery, token";
  EXPECT_LE(world.rounds, 8);
}

TEST_F(ProviderTest, UserinfoOfAnotherUserEndsTheGrant) {
  offer(corporate());
  const std::string access = text(tokens_from(log_in_at("corp")), "access_token");
  std::string who = "u-1";
  world.elsewhere = [&](const Fetch& fetch) {
    return fetch.url.ends_with("/userinfo") ? json_answer({{"sub", who}}) : answer(fetch);
  };
  world.pass(authority.lifetimes.provider_check.count);
  EXPECT_EQ(call(access), 200);
  who = "u-2";
  world.pass(authority.lifetimes.provider_check.count);
  EXPECT_EQ(call(access), 401);
}

TEST(Provider, IsCompletedOrRefused) {
  const auto problem = [](Provider provider, std::string_view preset = {}) {
    const auto complete = oauth::complete(std::move(provider), preset);
    return complete ? std::string() : complete.error();
  };
  EXPECT_EQ(problem(github()), "");
  EXPECT_EQ(problem(corporate()), "");
  const struct {
    const char* name;
    std::function<void(Provider&)> change;
  } rows[] = {
      {"no id", [](Provider& p) { p.id = ""; }},
      {"a path of ours", [](Provider& p) { p.id = "token"; }},
      {"upper case", [](Provider& p) { p.id = "Corp"; }},
      {"a slash", [](Provider& p) { p.id = "a/b"; }},
      {"no client", [](Provider& p) { p.client_id = ""; }},
      {"no issuer", [](Provider& p) { p.issuer = ""; }},
      {"plain http", [](Provider& p) { p.issuer = "http://id.example"; }},
      {"a query", [](Provider& p) { p.issuer = "https://id.example?a"; }},
      {"a user", [](Provider& p) { p.issuer = "https://a@id.example"; }},
      {"endpoints beside an issuer", [](Provider& p) { p.token_url = "https://id.example/token"; }},
      {"organisations", [](Provider& p) { p.allow.organisations = {"acme"}; }},
      {"no openid", [](Provider& p) { p.scope = "profile"; }},
      {"github with an issuer", [](Provider& p) { p.kind = Provider::Kind::github; }},
      {"oauth2 with an issuer", [](Provider& p) { p.kind = Provider::Kind::oauth2; }},
      {"another subject", [](Provider& p) { p.subject_claim = "email"; }},
  };
  for (const auto& row : rows) {
    Provider provider = corporate();
    row.change(provider);
    EXPECT_NE(problem(provider), "") << row.name;
  }
  EXPECT_NE(problem(corporate(), "gogle"), "");
  Provider loopback = corporate();
  loopback.issuer = "http://127.0.0.1:9000";
  EXPECT_EQ(problem(loopback), "");
  Provider mail = github();
  mail.allow.email_domains = {"corp.example"};
  EXPECT_NE(problem(mail), "");
}

TEST(Provider, PresetsFollowFromTheIssuer) {
  const struct {
    const char* issuer;
    const char* label;
    const char* scope;
  } rows[] = {{"https://accounts.google.com", "Google", "openid profile email"},
              {"https://login.microsoftonline.com/t/v2.0", "Microsoft", "openid profile email offline_access"},
              {"https://id.example/realms/main", "Keycloak", "openid profile email offline_access"},
              {"https://acme.eu.auth0.com/", "Auth0", "openid profile email offline_access"},
              {"https://gitlab.com", "GitLab", "openid profile email"},
              {"https://acme.okta.com/oauth2/default", "Okta", "openid profile email offline_access"},
              {"https://notgoogle.example", "corp", "openid profile email"},
              {"https://evil-auth0.com", "corp", "openid profile email"}};
  for (const auto& row : rows) {
    Provider provider = corporate();
    provider.issuer = row.issuer;
    const auto complete = oauth::complete(provider);
    ASSERT_TRUE(complete.ok()) << row.issuer;
    EXPECT_EQ(complete->label, row.label) << row.issuer;
    EXPECT_EQ(complete->scope, row.scope) << row.issuer;
  }
}

}  // namespace
}  // namespace postern::oauth
