// What was granted by way of a third party: how long it lives. Tools that ask there: provider_tools_test.cpp.
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

}  // namespace
}  // namespace postern::oauth
