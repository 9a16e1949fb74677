// The form of login: what a guess costs, and what ends a login.
#include "core/oauth/login.hpp"

#include "tests/unit/oauth/fixture.hpp"

namespace postern::oauth {
namespace {

using LoginTest = OAuthTest;

TEST_F(LoginTest, AWrongPasswordSaysTheSameAsAnUnknownNameAndTakesAsLong) {
  const Reply page = open(authorization());
  const Reply wrong = submit_login(page, "ada", "wrong password");
  EXPECT_EQ(world.passwords_verified, 1);
  const Reply unknown = submit_login(page, "eve", "wrong password");
  EXPECT_EQ(world.passwords_verified, 2);
  const std::string alert = "<p role=\"alert\" class=\"alert\">User name or password is wrong.</p>";
  EXPECT_EQ(wrong.status, 401);
  EXPECT_EQ(unknown.status, 401);
  EXPECT_NE(wrong.body.find(alert), std::string::npos);
  EXPECT_NE(unknown.body.find(alert), std::string::npos);
  EXPECT_NE(wrong.body.find("value=\"ada\""), std::string::npos);
  EXPECT_EQ(wrong.body.find("wrong password\""), std::string::npos);
  EXPECT_EQ(jar.count("postern_login"), 0u);
}

TEST_F(LoginTest, AnEmptyIdentityNeverPasses) {
  store::User nobody;
  nobody.password = test::phc_of("");
  world.put(store::User::key(""), nobody);
  store::User hollow;  // A record that is broken: no subject.
  hollow.name = "hollow";
  hollow.password = test::phc_of("some password");
  world.put(store::User::key("hollow"), hollow);
  const Reply page = open(authorization());
  EXPECT_EQ(submit_login(page, "", "").status, 401);
  EXPECT_EQ(submit_login(page, "ada", "").status, 401);
  EXPECT_EQ(submit_login(page, "hollow", "some password").status, 401);
  EXPECT_EQ(jar.count("postern_login"), 0u);
}

TEST_F(LoginTest, FailuresInARowCloseTheNameForAWhileAndSuccessResets) {
  const Reply page = open(authorization());
  for (int i = 0; i < 5; ++i) EXPECT_EQ(submit_login(page, "ada", "wrong password").status, 401);
  const Reply closed = submit_login(page, "ada", "correct horse");
  EXPECT_EQ(closed.status, 429);
  EXPECT_EQ(header(closed, "Retry-After"), "2");
  EXPECT_NE(closed.body.find("Wait 2 seconds"), std::string::npos);
  EXPECT_EQ(world.passwords_verified, 5);
  world.pass(2);
  EXPECT_EQ(submit_login(page, "ada", "correct horse").status, 303);
  EXPECT_TRUE(world.keys("throttle/").empty());
}

TEST_F(LoginTest, UnknownNamesAreThrottledLikeKnownOnes) {
  const Reply page = open(authorization());
  for (int i = 0; i < 5; ++i) submit_login(page, "eve", "wrong password");
  EXPECT_EQ(submit_login(page, "eve", "wrong password").status, 429);
}

TEST_F(LoginTest, OfTwoGuessesInParallelBothAreCounted) {
  const Reply page = open(authorization());
  const HttpRequest guess = with_cookies(form_post(
      "/authorize", {{"flow", flow_in(page)}, {"username", "ada"}, {"password", "a wrong one"}, {"action", "login"}}));
  world.before_commit = [&] { run(authorize, guess); };
  run(authorize, guess);
  EXPECT_EQ(world.lost_commits, 1);
  const auto throttles = world.keys("throttle/");
  ASSERT_EQ(throttles.size(), 1u);
  EXPECT_EQ(world.get<store::Throttle>(throttles[0])->failures, 2);
}

TEST_F(LoginTest, TheDelayDoublesUpToAMinute) {
  const std::vector<std::int64_t> delays = {0, 0, 0, 0, 0, 2, 4, 8, 16, 32, 60, 60};
  for (std::size_t i = 0; i < delays.size(); ++i) {
    EXPECT_EQ(delay_after(static_cast<std::int64_t>(i)).count, delays[i]) << i;
  }
  EXPECT_EQ(delay_after(1'000'000).count, 60);
}

TEST_F(LoginTest, ANewPasswordLogsEveryBrowserOut) {
  consent_page_for(authorization());
  world.run([](const HttpRequest&, const Facts& facts) { return set_password("ada", Secret("another horse"), facts); },
            {});
  EXPECT_NE(open(authorization()).body.find("name=\"password\""), std::string::npos);
}

TEST_F(LoginTest, ALoginEndsWithItsTimeAndWorksInNoOtherBrowser) {
  consent_page_for(authorization());
  const auto stolen = jar["postern_login"];
  world.pass(authority.lifetimes.login.count);
  EXPECT_NE(open(authorization()).body.find("name=\"password\""), std::string::npos);

  jar.clear();
  consent_page_for(authorization());
  const std::string login = jar["postern_login"];
  jar.clear();
  open(authorization());
  jar["postern_login"] = login;
  EXPECT_NE(open(authorization()).body.find("name=\"password\""), std::string::npos);
}

}  // namespace
}  // namespace postern::oauth
