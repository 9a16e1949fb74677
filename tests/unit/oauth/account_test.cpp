// The account page: whose it is, what it lists, and that nobody ends what is not theirs.
#include "core/oauth/account.hpp"

#include "core/oauth/account_page.hpp"
#include "core/oauth/flow.hpp"
#include "core/oauth/grant.hpp"
#include "core/oauth/login.hpp"
#include "core/oauth/provider_login.hpp"
#include "core/oauth/upstream.hpp"
#include "tests/unit/oauth/fixture.hpp"

namespace postern::oauth {
namespace {

class AccountTest : public OAuthTest {
 protected:
  Answer ask_account(HttpRequest request) {
    Answer answer = run(account, with_cookies(std::move(request)));
    for (const wire::Header& header : answer.reply.headers) {
      if (header.name != "Set-Cookie") continue;
      const std::size_t equals = header.value.find('=');
      const std::string value = header.value.substr(equals + 1, header.value.find(';') - equals - 1);
      if (value.empty()) {
        jar.erase(header.value.substr(0, equals));
      } else {
        jar[header.value.substr(0, equals)] = value;
      }
    }
    return answer;
  }
  Reply open_account() { return ask_account({"GET", "/account", {}, {}}).reply; }
  Answer press(const Reply& page, const Fields& fields, const wire::Headers& more = {}) {
    Fields all{{"flow", flow_in(page)}};
    all.insert(all.end(), fields.begin(), fields.end());
    return ask_account(form_post("/account", all, more));
  }
  Reply log_in_to_account() {
    const Reply page = open_account();
    if (page.body.find("name=\"password\"") == std::string::npos) return page;
    const Reply back = submit_login(page, "ada", "correct horse");
    EXPECT_EQ(back.status, 303);
    EXPECT_EQ(header(back, "Location"), "/account");
    return open_account();
  }
  /// A grant of `subject`, as a redemption leaves it.
  void grant(const std::string& id, const std::string& subject, const std::string& provider = {}) {
    store::Grant made;
    made.client = client_id;
    made.subject = subject;
    made.scopes = {"user"};
    made.created = made.used = world.now;
    made.expires = world.now + authority.lifetimes.refresh;
    made.generation = 1;
    made.state = static_cast<std::int64_t>(GrantState::active);
    made.provider = provider;
    world.put(store::Grant::key(id), made);
    world.put(store::GrantOf::key(subject, id), store::GrantOf{world.now});
    if (!provider.empty()) world.put(store::Upstream::key(id), store::Upstream{provider, "sealed", {}});
  }
  bool alive(const std::string& id) {
    const auto found = world.get<store::Grant>(store::Grant::key(id));
    return found && lives(*found, world.now);
  }
  static bool says(const Reply& page, const std::string& text) { return page.body.find(text) != std::string::npos; }
};

// Refusals first.

TEST_F(AccountTest, WithoutALoginNothingIsShownAndNothingCanBeSent) {
  grant("g1", "ada-subject");
  const Reply page = open_account();
  EXPECT_EQ(page.status, 200);
  EXPECT_TRUE(says(page, "name=\"password\""));
  EXPECT_FALSE(says(page, "g1"));
  EXPECT_TRUE(says(page, "to see which applications are connected to your account"));
  EXPECT_EQ(press(page, {{"revoke", "g1"}}).reply.status, 400);
  EXPECT_EQ(world.last_outcome(), "broken_flow");
  EXPECT_TRUE(alive("g1"));
}

TEST_F(AccountTest, AnothersGrantIsRefusedAndToldFromNoneByNothing) {
  grant("hers", "grace-subject");
  const Reply page = log_in_to_account();
  const Answer refused = press(page, {{"revoke", "hers"}});
  EXPECT_EQ(refused.reply.status, 404);
  EXPECT_EQ(world.last_outcome(), "not_your_grant");
  EXPECT_TRUE(refused.commit.empty());
  EXPECT_TRUE(refused.topics.empty());
  EXPECT_TRUE(alive("hers"));
  EXPECT_EQ(press(page, {{"revoke", "nobodys"}}).reply.body, refused.reply.body);
  press(page, {{"action", "revoke-all"}});
  EXPECT_TRUE(alive("hers"));
}

TEST_F(AccountTest, APageOfOneBrowserCanNotBeSentByAnother) {
  grant("g1", "ada-subject");
  const Reply page = log_in_to_account();
  const auto first = jar;
  jar.clear();
  log_in_to_account();  // the same user, elsewhere
  EXPECT_EQ(press(page, {{"revoke", "g1"}}).reply.status, 403);
  EXPECT_EQ(world.last_outcome(), "other_browser");
  jar.clear();
  EXPECT_EQ(press(page, {{"revoke", "g1"}}).reply.status, 403);
  EXPECT_TRUE(alive("g1"));
  jar = first;
  EXPECT_EQ(press(page, {{"revoke", "g1"}}).reply.status, 303);
}

TEST_F(AccountTest, APageOfOneUserCanNotBeSentByTheNextInTheSameBrowser) {
  store::User grace;
  grace.subject = "grace-subject";
  grace.name = "grace";
  grace.password = test::phc_of("correct horse");
  world.put(store::User::key("grace"), grace);
  grant("g1", "ada-subject");
  const Reply page = log_in_to_account();
  jar.erase("postern_login");
  submit_login(open_account(), "grace", "correct horse");
  EXPECT_EQ(press(page, {{"revoke", "g1"}}).reply.status, 403);
  EXPECT_EQ(world.last_outcome(), "not_logged_in");
  EXPECT_TRUE(alive("g1"));
}

TEST_F(AccountTest, FormsOfOtherSitesAreRefused) {
  grant("g1", "ada-subject");
  const Reply page = log_in_to_account();
  for (const wire::Header& header : {wire::Header{"Sec-Fetch-Site", "cross-site"},
                                     {"Sec-Fetch-Site", "same-site"},
                                     {"Sec-Fetch-Site", "none"},
                                     {"Origin", "https://attacker.example"}}) {
    for (const Fields& fields : {Fields{{"revoke", "g1"}}, {{"action", "revoke-all"}}, {{"action", "logout"}}}) {
      EXPECT_EQ(press(page, fields, {header}).reply.status, 403) << header.name << header.value;
      EXPECT_EQ(world.last_outcome(), "cross_site");
    }
  }
  EXPECT_TRUE(alive("g1"));
  EXPECT_EQ(jar.count("postern_login"), 1u);
}

TEST_F(AccountTest, APageExpiresAndFormsOfOtherPagesAreNone) {
  grant("g1", "ada-subject");
  const Reply page = log_in_to_account();
  const Reply consent = open(authorization());
  EXPECT_EQ(press(consent, {{"revoke", "g1"}}).reply.status, 400);
  EXPECT_EQ(world.last_outcome(), "broken_flow");
  EXPECT_EQ(submit({{"flow", flow_in(page)}, {"action", "allow"}}).status, 400);
  EXPECT_EQ(world.last_outcome(), "broken_flow");
  world.pass(authority.lifetimes.flow.count);
  EXPECT_EQ(press(page, {{"revoke", "g1"}}).reply.status, 400);
  EXPECT_EQ(world.last_outcome(), "expired_flow");
  EXPECT_TRUE(alive("g1"));
}

TEST_F(AccountTest, ANewPasswordOrANewUserOfTheNameEndsPageAndLogin) {
  grant("g1", "ada-subject");
  const Reply page = log_in_to_account();
  world.run([](const HttpRequest&, const Facts& facts) { return set_password("ada", Secret("another horse"), facts); },
            {});
  EXPECT_EQ(press(page, {{"revoke", "g1"}}).reply.status, 403);
  EXPECT_EQ(world.last_outcome(), "not_logged_in");
  EXPECT_TRUE(says(open_account(), "name=\"password\""));
  store::User other;
  other.subject = "another-subject";
  other.name = "ada";
  world.put(store::User::key("ada"), other);
  EXPECT_TRUE(says(open_account(), "name=\"password\""));
  EXPECT_TRUE(alive("g1"));
}

TEST_F(AccountTest, WhatIsNoButtonDoesNothing) {
  grant("g1", "ada-subject");
  const Reply page = log_in_to_account();
  for (const Fields& fields :
       {Fields{}, {{"action", "revoke"}}, {{"revoke", ""}}, {{"revoke", std::string(65, 'g')}}}) {
    EXPECT_EQ(press(page, fields).reply.status, 400);
  }
  EXPECT_EQ(press(page, {{"revoke", "g1"}, {"revoke", "g1"}}).reply.status, 400);
  EXPECT_EQ(ask_account({"GET", "/account?action=revoke-all&revoke=g1&flow=" + flow_in(page), {}, {}}).reply.status,
            200);
  EXPECT_EQ(ask_account({"DELETE", "/account", {}, {}}).reply.status, 405);
  EXPECT_TRUE(alive("g1"));
}

TEST_F(AccountTest, WhereNobodyLogsInThereIsNoPage) {
  authority.own_users = false;
  EXPECT_EQ(open_account().status, 404);
}

// Then what it is for.

TEST_F(AccountTest, ItListsWhoMayDoWhatSinceWhenAndThroughWhom) {
  tokens();
  world.pass(5 * 3600);
  const Reply page = log_in_to_account();
  for (const std::string shown : {"Test client", "Know your user name", "Read your notes", "this computer",
                                  "14 November 2023", "5 hours ago", ">ada<", "Revoke all", "Log out"}) {
    EXPECT_TRUE(says(page, shown)) << shown;
  }
  EXPECT_FALSE(says(page, "Logged in through"));
  EXPECT_NE(header(page, "Content-Security-Policy"), "");
  EXPECT_EQ(header(page, "Cache-Control"), "no-store");
}

TEST_F(AccountTest, AClientHasOneCardHoweverOftenItWasLetIn) {
  grant("g1", "ada-subject");
  world.pass(2 * 86400);
  grant("g2", "ada-subject");
  auto wider = *world.get<store::Grant>(store::Grant::key("g2"));
  wider.scopes = {"notes:write"};
  world.put(store::Grant::key("g2"), wider);
  grant("dead", "ada-subject");
  auto dead = *world.get<store::Grant>(store::Grant::key("dead"));
  dead.state = static_cast<std::int64_t>(GrantState::revoked);
  world.put(store::Grant::key("dead"), dead);
  grant("hers", "grace-subject");
  const std::string first_client = client_id;
  client_id = register_public("https://other.example/cb");
  grant("o1", "ada-subject");
  world.pass(3 * 3600);

  const Reply page = log_in_to_account();
  std::size_t cards = 0;
  for (std::size_t at = 0; (at = page.body.find("class=\"app\"", at)) != std::string::npos; ++at) ++cards;
  EXPECT_EQ(cards, 2u);
  for (const std::string shown : {"Know your user name", "Write and delete your notes", "<dd>2 times</dd>",
                                  "<dt>First allowed on</dt><dd>14 November 2023</dd>", "<dd>3 hours ago</dd>"}) {
    EXPECT_TRUE(says(page, shown)) << shown;
  }
  world.topics.clear();
  const Answer answer = press(page, {{"revoke", "g1"}});
  EXPECT_EQ(answer.reply.status, 303);
  EXPECT_EQ(answer.topics.size(), 2u) << "open streams of both are told";
  EXPECT_FALSE(alive("g1"));
  EXPECT_FALSE(alive("g2"));
  EXPECT_TRUE(alive("o1")) << "another application's";
  EXPECT_TRUE(alive("hers")) << "another user's, of the same application";
  EXPECT_FALSE(says(open_account(), "2 times"));
}

TEST_F(AccountTest, OneIsRevokedAndTheOtherGoesOn) {
  const Json first = tokens();
  const std::string first_client = client_id;
  client_id = text(body_of(register_with({{"client_name", "Another client"},
                                          {"redirect_uris", Json::array({std::string(callback)})},
                                          {"token_endpoint_auth_method", "none"}})),
                   "client_id");
  const Json second = tokens();
  client_id = first_client;
  const Reply page = log_in_to_account();
  const auto principal = visit_with(text(first, "access_token")).principal;
  ASSERT_TRUE(principal);
  world.topics.clear();
  const Answer answer = press(page, {{"revoke", principal->grant}});
  EXPECT_EQ(answer.reply.status, 303);
  EXPECT_EQ(header(answer.reply, "Location"), "/account");
  EXPECT_EQ(answer.topics, (std::vector<Topic>{{Topic::Kind::grant_ended, "ada-subject", principal->grant}}));
  EXPECT_EQ(answer.audit.back(), (AuditEvent{"account.revoke", "ok", client_id, "ada-subject", principal->grant}));
  EXPECT_EQ(answer.commit.durability, Durability::credential);
  EXPECT_EQ(visit_with(text(first, "access_token")).answer.reply.status, 401);
  EXPECT_EQ(refresh(text(first, "refresh_token")).status, 400);
  EXPECT_TRUE(visit_with(text(second, "access_token")).principal);
  EXPECT_EQ(press(page, {{"revoke", principal->grant}}).reply.status, 303) << "a second click is no error";
  EXPECT_FALSE(says(open_account(), principal->grant));
}

TEST_F(AccountTest, AllAreRevokedAndTheProvidersTokensAreForgotten) {
  grant("g1", "ada-subject");
  grant("g2", "ada-subject", "github");
  grant("other", "grace-subject");
  const Answer answer = press(log_in_to_account(), {{"action", "revoke-all"}});
  EXPECT_EQ(answer.reply.status, 303);
  EXPECT_EQ(answer.topics.size(), 2u);
  EXPECT_FALSE(alive("g1"));
  EXPECT_FALSE(alive("g2"));
  EXPECT_TRUE(alive("other"));
  EXPECT_TRUE(world.keys("upstream/").empty());
  EXPECT_TRUE(says(open_account(), "No application is connected"));
}

TEST_F(AccountTest, EveryEndOfAGrantForgetsTheProvidersTokens) {
  const Json mine = tokens();
  const auto principal = visit_with(text(mine, "access_token")).principal;
  ASSERT_TRUE(principal);
  auto stored = *world.get<store::Grant>(store::Grant::key(principal->grant));
  stored.provider = "github";
  stored.check_due = stored.verified = world.now + Seconds{900};
  world.put(store::Grant::key(principal->grant), stored);
  world.put(store::Upstream::key(principal->grant), store::Upstream{"github", "sealed", {}});
  const Fields revocation{{"token", text(mine, "refresh_token")}, {"client_id", client_id}};
  EXPECT_EQ(run(revoke, form_post("/revoke", revocation)).reply.status, 200);
  EXPECT_TRUE(world.keys("upstream/").empty());
}

TEST_F(AccountTest, LoggingOutEndsTheLoginOfThisBrowser) {
  grant("g1", "ada-subject");
  const Reply page = log_in_to_account();
  const Answer answer = press(page, {{"action", "logout"}});
  EXPECT_EQ(answer.reply.status, 303);
  EXPECT_EQ(jar.count("postern_login"), 0u);
  EXPECT_TRUE(says(open_account(), "name=\"password\""));
  EXPECT_EQ(press(page, {{"revoke", "g1"}}).reply.status, 403);
  EXPECT_TRUE(alive("g1"));
}

TEST_F(AccountTest, AWrongPasswordComesBackToTheSamePage) {
  const Reply again = submit_login(open_account(), "ada", "wrong");
  EXPECT_EQ(again.status, 401);
  EXPECT_TRUE(says(again, "to see which applications are connected to your account"));
  EXPECT_EQ(header(submit_login(again, "ada", "correct horse"), "Location"), "/account");
}

TEST_F(AccountTest, HostileNamesAreShownEscapedAndCut) {
  client_id = text(
      body_of(register_with({{"client_name", "<script>alert(1)</script>\" onclick=x \u202e" + std::string(300, 'x')},
                             {"redirect_uris", Json::array({std::string(callback)})},
                             {"token_endpoint_auth_method", "none"}})),
      "client_id");
  grant("g1", "ada-subject");
  const Reply page = log_in_to_account();
  EXPECT_TRUE(says(page, "&lt;script&gt;"));
  EXPECT_FALSE(says(page, "<script"));
  EXPECT_FALSE(says(page, "\" onclick"));
  EXPECT_FALSE(says(page, "\u202e"));
  EXPECT_FALSE(says(page, std::string(61, 'x')));
  world.remove(store::Client::key(client_id));
  EXPECT_TRUE(says(open_account(), "no longer registered"));
}

TEST_F(AccountTest, TwoHundredAreShownAndItSaysThatThereAreMore) {
  const std::string same = client_id;
  for (int i = 0; i < 201; ++i) {
    client_id = "client-" + std::to_string(i);
    grant("g" + std::to_string(1000 + i), "ada-subject");
  }
  client_id = same;
  const Reply page = log_in_to_account();
  EXPECT_TRUE(says(page, "There are more"));
  std::size_t cards = 0;
  for (std::size_t at = 0; (at = page.body.find("class=\"app\"", at)) != std::string::npos; ++at) ++cards;
  EXPECT_EQ(cards, 200u);
  press(page, {{"action", "revoke-all"}});
  EXPECT_FALSE(says(open_account(), "There are more"));
  EXPECT_EQ(world.keys("grant-of/ada-subject/").size(), 1u);
}

TEST_F(AccountTest, AnEndThatComesBetweenReadingAndWritingStartsOver) {
  grant("g1", "ada-subject");
  const Reply page = log_in_to_account();
  world.before_commit = [&] { press(page, {{"revoke", "g1"}}); };
  EXPECT_EQ(press(page, {{"revoke", "g1"}}).reply.status, 303);
  EXPECT_EQ(world.lost_commits, 1);
  EXPECT_FALSE(alive("g1"));
}

TEST_F(AccountTest, ALoginByAProviderComesBackToThePage) {
  Provider github;
  github.id = "github";
  github.kind = Provider::Kind::github;
  github.client_id = "gh-client";
  github.client_secret = Secret("gh-secret");
  auto complete = oauth::complete(std::move(github));
  ASSERT_TRUE(complete.ok());
  authority.providers.push_back(std::move(complete).value());
  authority.own_users = false;
  world.elsewhere = [](const Fetch& fetch) -> Fetched {
    const Json body = fetch.url.ends_with("/user") ? Json{{"login", "octocat"}, {"id", 583231}}
                                                   : Json{{"access_token", "gho_upstream"}, {"token_type", "bearer"}};
    return {200, {{"Content-Type", "application/json"}}, body.dump(), FetchProblem::none};
  };
  const Reply login = open_account();
  EXPECT_TRUE(says(login, "Continue with GitHub"));
  const std::string there = header(submit({{"flow", flow_in(login)}, {"provider", "github"}}), "Location");
  ASSERT_TRUE(there.starts_with("https://github.com/login/oauth/authorize?")) << there;
  const auto endpoint = [this](const HttpRequest& request, const Facts& facts) {
    return provider_callback(authority, authority.providers.front(), request, facts);
  };
  const std::string query = wire::form_encode(Fields{{"code", "upstream-code"}, {"state", parameter(there, "state")}});
  const Answer back = world.run(endpoint, with_cookies({"GET", "/github/callback?" + query, {}, {}}));
  EXPECT_EQ(back.reply.status, 303);
  EXPECT_EQ(header(back.reply, "Location"), "/account");
  const std::string cookie = header(back.reply, "Set-Cookie");
  jar["postern_login"] = cookie.substr(cookie.find('=') + 1, cookie.find(';') - cookie.find('=') - 1);
  const Reply page = open_account();
  EXPECT_TRUE(says(page, ">octocat<")) << page.body;
  EXPECT_TRUE(says(page, "through GitHub"));
  EXPECT_TRUE(world.keys("grant/").empty()) << "nobody was let in by it";
  authority.providers.clear();
  authority.own_users = true;
  EXPECT_TRUE(says(open_account(), "name=\"password\"")) << "the provider is not one of ours any more";
}

}  // namespace
}  // namespace postern::oauth
