// What was granted by way of a third party: how long it lives, and tools that ask there.
#include "tests/unit/oauth/provider_fixture.hpp"

namespace postern::oauth {
namespace {

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

}  // namespace
}  // namespace postern::oauth
