// OpenID providers: whose ID tokens, keys and issuers are believed.
#include "tests/unit/oauth/provider_fixture.hpp"

namespace postern::oauth {
namespace {

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

}  // namespace
}  // namespace postern::oauth
