// A password that was given out opens nothing but the page that changes it.
#include "core/oauth/new_password.hpp"

#include "core/oauth/account.hpp"

#include "tests/unit/oauth/fixture.hpp"

namespace postern::oauth {
namespace {

class NewPasswordTest : public OAuthTest {
 protected:
  void SetUp() override {
    OAuthTest::SetUp();
    const Reply reply = world.send(
        [](const HttpRequest&, const Facts& facts) {
          return add_user("bob", Secret("given out"), facts, PasswordKind::one_time);
        },
        {});
    ASSERT_EQ(reply.status, 200);
  }
  Reply page() { return submit_login(open(authorization()), "bob", "given out"); }
  Reply choose_password(const Reply& shown, const std::string& first, const std::string& second) {
    return submit({{"flow", flow_in(shown)}, {"new_password", first}, {"new_password_again", second}});
  }
};

TEST_F(NewPasswordTest, TheFirstLoginAsksForAnotherPasswordAndLogsNobodyIn) {
  const Reply shown = page();
  EXPECT_EQ(shown.status, 200);
  EXPECT_NE(shown.body.find("<h1>Choose a password</h1>"), std::string::npos);
  EXPECT_EQ(shown.body.find("given out"), std::string::npos);
  EXPECT_EQ(jar.count("postern_login"), 0u);
  EXPECT_EQ(world.last_outcome(), "ok_one_time");
}

TEST_F(NewPasswordTest, WhoChoosesOneIsLoggedInAndGoesOn) {
  const Reply back = choose_password(page(), "a new password", "a new password");
  ASSERT_EQ(back.status, 303) << back.body;
  EXPECT_EQ(jar.count("postern_login"), 1u);
  const Reply consent = browse({"GET", header(back, "Location"), {}, {}});
  EXPECT_NE(consent.body.find("value=\"allow\""), std::string::npos);
  EXPECT_EQ(world.audit.back().what, "login.new_password");
  EXPECT_EQ(choose(consent, "allow").status, 303);
  jar.clear();
  EXPECT_EQ(submit_login(open(authorization()), "bob", "given out").status, 401);
  EXPECT_EQ(submit_login(open(authorization()), "bob", "a new password").status, 303) << "it is not asked for again";
}

TEST_F(NewPasswordTest, ALoginToTheAccountPageGoesBackThere) {
  const Reply login = [&] {
    Reply reply = run(account, with_cookies({"GET", "/account", {}, {}})).reply;
    const std::string cookie = header(reply, "Set-Cookie");
    jar[cookie.substr(0, cookie.find('='))] =
        cookie.substr(cookie.find('=') + 1, cookie.find(';') - cookie.find('=') - 1);
    return reply;
  }();
  const Reply back = choose_password(submit_login(login, "bob", "given out"), "a new password", "a new password");
  EXPECT_EQ(back.status, 303) << back.body;
  EXPECT_EQ(header(back, "Location"), "/account");
}

TEST_F(NewPasswordTest, WhatCanNotBeTheNewOneIsSaidAndAskedForAgain) {
  const struct {
    const char* first;
    const char* second;
    const char* alert;
  } rows[] = {{"a new password", "another password", "not the same"},
              {"", "", "at least 8 characters"},
              {"short", "short", "at least 8 characters"},
              {"given out", "given out", "Choose another one"}};
  Reply shown = page();
  for (const auto& row : rows) {
    shown = choose_password(shown, row.first, row.second);
    EXPECT_EQ(shown.status, 400) << row.alert;
    EXPECT_NE(shown.body.find(row.alert), std::string::npos) << shown.body;
    EXPECT_EQ(world.last_outcome(), "bad_new_password");
    EXPECT_EQ(jar.count("postern_login"), 0u);
  }
  EXPECT_EQ(choose_password(shown, "a new password", "a new password").status, 303);
}

TEST_F(NewPasswordTest, ThePageIsGoodOnce) {
  const Reply shown = page();
  EXPECT_EQ(choose_password(shown, "a new password", "a new password").status, 303);
  jar.erase("postern_login");
  EXPECT_EQ(choose_password(shown, "of a thief", "of a thief").status, 403);
  EXPECT_EQ(world.last_outcome(), "not_logged_in");
  EXPECT_EQ(jar.count("postern_login"), 0u);
}

TEST_F(NewPasswordTest, OfTwoPagesAtOnceOneIsTaken) {
  const Reply shown = page();
  world.before_commit = [&] { EXPECT_EQ(choose_password(shown, "the first one", "the first one").status, 303); };
  EXPECT_EQ(choose_password(shown, "the second one", "the second one").status, 403);
  EXPECT_EQ(world.lost_commits, 1);
  jar.clear();
  EXPECT_EQ(submit_login(open(authorization()), "bob", "the first one").status, 303);
}

TEST_F(NewPasswordTest, WhatTheOperatorChangesMeanwhileStays) {
  const Reply shown = page();
  world.send(
      [](const HttpRequest&, const Facts& facts) {
        return set_password("bob", Secret("given out later"), facts, PasswordKind::one_time);
      },
      {});
  EXPECT_EQ(choose_password(shown, "a new password", "a new password").status, 403);
}

TEST_F(NewPasswordTest, APageOfAnotherBrowserOrOfYesterdayIsRefused) {
  const Reply shown = page();
  const auto cookies = std::exchange(jar, {});
  EXPECT_EQ(choose_password(shown, "a new password", "a new password").status, 403);
  EXPECT_EQ(world.last_outcome(), "other_browser");
  jar = cookies;
  world.pass(authority.lifetimes.flow.count);
  EXPECT_NE(choose_password(shown, "a new password", "a new password").status, 303);
  EXPECT_EQ(world.last_outcome(), "expired_flow");
}

TEST_F(NewPasswordTest, NoPageOfAnotherKindIsTakenForIt) {
  const Reply login = open(authorization());
  EXPECT_EQ(choose_password(login, "a new password", "a new password").status, 401) << "no name, no password: a login";
  EXPECT_NE(submit_login(page(), "ada", "correct horse").status, 303);
}

TEST_F(NewPasswordTest, WhoChoosesAPasswordForSomebodyByTheOperatorsWordsIsAskedForNothing) {
  world.send([](const HttpRequest&, const Facts& facts) { return set_password("bob", Secret("chosen by bob"), facts); },
             {});
  EXPECT_EQ(submit_login(open(authorization()), "bob", "chosen by bob").status, 303);
}

}  // namespace
}  // namespace postern::oauth
