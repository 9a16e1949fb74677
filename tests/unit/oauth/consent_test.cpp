// The form of consent: one usable code, only for the browser and the login that were shown the page.
#include "tests/unit/oauth/fixture.hpp"

namespace postern::oauth {
namespace {

using ConsentTest = OAuthTest;

constexpr std::string_view write_box = "<input type=\"checkbox\" name=\"scope:notes:write\" value=\"yes\">";

/// The page above its boxes: what is given when nothing is ticked.
std::string asked_on(const Reply& page) { return page.body.substr(0, page.body.find("<fieldset")); }

TEST_F(ConsentTest, ThePageSaysWhoAsksForWhatAndWhereItGoes) {
  const Reply page = consent_page_for(authorization({{"scope", "notes:write"}}));
  for (const std::string shown :
       {"Test client", "Write and delete your notes", "127.0.0.1:7777", ">ada<", "Any program on this computer",
        "value=\"allow\"", "value=\"deny\"", "value=\"switch\""}) {
    EXPECT_NE(page.body.find(shown), std::string::npos) << shown;
  }
  EXPECT_EQ(asked_on(page).find("Know your user name"), std::string::npos);
}

TEST_F(ConsentTest, ABoxThatThePageDidNotOfferIsRefused) {
  const Reply page = consent_page_for(authorization({{"scope", "notes:write"}}));
  for (const std::string token : {"notes:read", "notes:write", "admin", "offline_access", "", "USER", " user"}) {
    SCOPED_TRACE(token);
    const Fields form{{"flow", flow_in(page)}, {"action", "allow"}, {"scope:user", "yes"}, {"scope:" + token, "yes"}};
    EXPECT_EQ(submit(form).status, 400);
    EXPECT_EQ(world.last_outcome(), "scope_not_offered");
  }
  EXPECT_TRUE(world.keys("code/").empty());
  // Of another page that did offer it.
  const Reply other = consent_page_for(authorization({{"scope", "user"}}));
  EXPECT_EQ(submit({{"flow", flow_in(other)}, {"action", "allow"}, {"scope:notes:write", "yes"}}).status, 303);
}

TEST_F(ConsentTest, WhatTheClientDidNotAskForIsOfferedUntickedAndGivenWhenItIsChosen) {
  for (const bool ticked : {false, true}) {
    SCOPED_TRACE(ticked);
    const Reply page = consent_page_for(authorization({{"scope", "openid notes:read user"}}));
    EXPECT_NE(page.body.find(write_box), std::string::npos);
    EXPECT_EQ(asked_on(page).find("Write and delete your notes"), std::string::npos);
    Fields form{{"flow", flow_in(page)}, {"action", "allow"}};
    if (ticked) form.emplace_back("scope:notes:write", "yes");
    const std::string code = parameter(header(submit(form), "Location"), "code");
    const std::string given = ticked ? "notes:read notes:write user" : "notes:read user";
    EXPECT_EQ(world.audit.back().detail, given);
    const Json body = body_of(redeem(code));
    EXPECT_EQ(text(body, "scope"), given);
    EXPECT_EQ(visit_with(text(body, "access_token")).principal->scopes.to_string(), given);
    EXPECT_EQ(text(body_of(refresh(text(body, "refresh_token"))), "scope"), given);
  }
}

TEST_F(ConsentTest, NothingIsOfferedToWhoAsksForAll) {
  const Reply step_up = consent_page_for(authorization({{"scope", "notes:read notes:write user"}}));
  EXPECT_EQ(step_up.body.find("checkbox"), std::string::npos);
  const Reply implied = consent_page_for(authorization({{"scope", "notes:write user"}}));
  EXPECT_EQ(implied.body.find("checkbox"), std::string::npos);
}

TEST_F(ConsentTest, ManyBoxesAreFoldedAndEscaped) {
  std::vector<ScopeDefinition> scopes = {{"user", "Know your user name", {}}, {"a<b>&'", "Do <b>bold</b> things", {}}};
  for (int i = 0; i < 40; ++i) scopes.push_back({"s" + std::to_string(i), "", {}});
  authority.scopes = ScopePolicy(scopes);
  authority.default_scopes = {"user"};
  const Reply page = consent_page_for(authorization());
  EXPECT_NE(page.body.find("<details><summary>"), std::string::npos);
  EXPECT_NE(page.body.find("name=\"scope:a&lt;b&gt;&amp;&#39;\""), std::string::npos);
  EXPECT_EQ(page.body.find("<b>"), std::string::npos);
  Fields form{{"flow", flow_in(page)}, {"action", "allow"}, {"scope:a<b>&'", "yes"}};
  for (int i = 0; i < 31; ++i) form.emplace_back("scope:s" + std::to_string(i), "yes");
  EXPECT_EQ(submit(form).status, 303);
  form.emplace_back("scope:s31", "yes");
  EXPECT_EQ(submit(form).status, 400);
}

TEST_F(ConsentTest, OfAFormThatComesTwiceTheFirstChoiceCounts) {
  const Reply page = consent_page_for(authorization());
  const Fields more{{"flow", flow_in(page)}, {"action", "allow"}, {"scope:notes:write", "yes"}};
  const std::string first = header(choose(page, "allow"), "Location");
  EXPECT_EQ(header(submit(more), "Location"), first);
  EXPECT_EQ(world.last_outcome(), "ok_again");
  EXPECT_EQ(world.audit.back().detail, "notes:read user");
  EXPECT_EQ(text(body_of(redeem(parameter(first, "code"))), "scope"), "notes:read user");
}

TEST_F(ConsentTest, AllowGivesACodeWithStateAndIssuer) {
  const Reply reply = choose(consent_page_for(authorization()), "allow");
  const std::string location = header(reply, "Location");
  EXPECT_EQ(reply.status, 303);
  EXPECT_EQ(parameter(location, "code").size(), 43u);
  EXPECT_EQ(parameter(location, "state"), "xyz 1");
  EXPECT_EQ(parameter(location, "iss"), "http://localhost:8000");
  EXPECT_EQ(world.last_commit.durability, Durability::credential);
  EXPECT_EQ(world.dump().find(parameter(location, "code")), std::string::npos);
  EXPECT_TRUE(world.get<store::Client>(store::Client::key(client_id))->used);
}

TEST_F(ConsentTest, DenyGoesBackWithAccessDeniedAndStoresOnlyThat) {
  const std::string location = header(choose(consent_page_for(authorization()), "deny"), "Location");
  EXPECT_EQ(parameter(location, "error"), "access_denied");
  EXPECT_EQ(parameter(location, "state"), "xyz 1");
  EXPECT_EQ(parameter(location, "iss"), "http://localhost:8000");
  EXPECT_TRUE(world.keys("code/").empty());
  EXPECT_EQ(world.keys("denial/").size(), 1u);
  EXPECT_FALSE(world.get<store::Client>(store::Client::key(client_id))->used);
  world.pass(authority.lifetimes.flow.count);
  EXPECT_TRUE(world.keys("denial/").empty()) << "kept as long as a page";
}

TEST_F(ConsentTest, APageThatWasDeniedAllowsNothingAnyMore) {  // the way back, a second tab
  const Reply other_tab = consent_page_for(authorization());
  const Reply page = consent_page_for(authorization());
  const std::string denied = header(choose(page, "deny"), "Location");
  for (const std::int64_t later : {std::int64_t{0}, authority.lifetimes.flow.count - 1}) {
    world.pass(later);
    const Reply allowed = choose(page, "allow");
    EXPECT_EQ(allowed.status, 400);
    EXPECT_EQ(header(allowed, "Location"), "");
    EXPECT_NE(allowed.body.find("You have denied this"), std::string::npos);
    EXPECT_EQ(world.last_outcome(), "already_denied");
    EXPECT_EQ(choose(other_tab, "allow").status, 400);
    EXPECT_EQ(world.last_outcome(), "already_denied");
    // Pages are not stored, so a browser that goes back asks for the page anew.
    const Reply back = open(authorization());
    EXPECT_EQ(back.status, 400);
    EXPECT_EQ(back.body, allowed.body);
    EXPECT_TRUE(world.keys("code/").empty());
  }
  EXPECT_EQ(header(choose(page, "deny"), "Location"), denied) << "a double click says it once more";
  EXPECT_EQ(parameter(header(open(authorization({{"prompt", "none"}})), "Location"), "error"), "consent_required");
  // Who starts again is asked again.
  const Reply anew = consent_page_for(authorization({{"state", "of the next try"}}));
  EXPECT_EQ(parameter(header(choose(anew, "allow"), "Location"), "code").size(), 43u);
  // What one browser denied, another one may allow.
  auto first = std::exchange(jar, {});
  EXPECT_EQ(choose(consent_page_for(authorization()), "allow").status, 303);
  jar = first;
  world.pass(1);
  EXPECT_EQ(choose(page, "allow").status, 400);
  EXPECT_EQ(world.last_outcome(), "expired_flow");
}

TEST_F(ConsentTest, APageThatWasAllowedIsNotDeniedAnyMore) {  // it would tell the client what is not so
  const Reply page = consent_page_for(authorization());
  const std::string code = parameter(header(choose(page, "allow"), "Location"), "code");
  const Reply denied = choose(page, "deny");
  EXPECT_EQ(denied.status, 400);
  EXPECT_EQ(header(denied, "Location"), "");
  EXPECT_NE(denied.body.find("href=\"/account\""), std::string::npos) << "where it can be taken back";
  EXPECT_EQ(world.last_outcome(), "already_allowed");
  EXPECT_TRUE(world.keys("denial/").empty());
  EXPECT_EQ(redeem(code).status, 200);
  EXPECT_EQ(choose(page, "deny").status, 400);
}

TEST_F(ConsentTest, OfAnAllowanceAndADenialAtOnceOneCounts) {
  for (const bool deny_is_first : {true, false}) {
    SCOPED_TRACE(deny_is_first);
    const std::string first = deny_is_first ? "deny" : "allow";
    const Reply page = consent_page_for(authorization({{"state", first}}));
    const std::size_t codes = world.keys("code/").size();
    const std::size_t denials = world.keys("denial/").size();
    Reply winner;
    world.before_commit = [&] { winner = choose(page, first); };
    const int lost = world.lost_commits;
    const Reply loser = choose(page, deny_is_first ? "allow" : "deny");
    EXPECT_EQ(world.lost_commits, lost + 1);
    EXPECT_EQ(winner.status, 303);
    EXPECT_EQ(loser.status, 400);
    EXPECT_EQ(world.keys("code/").size() - codes, deny_is_first ? 0u : 1u);
    EXPECT_EQ(world.keys("denial/").size() - denials, deny_is_first ? 1u : 0u);
  }
}

TEST_F(ConsentTest, SwitchForgetsTheLoginAndAsksForAnother) {
  const Reply page = choose(consent_page_for(authorization()), "switch");
  EXPECT_EQ(jar.count("postern_login"), 0u);
  const Reply back = submit_login(page, "ada", "correct horse");
  EXPECT_EQ(header(back, "Location"), authorize_target(authorization()));
}

TEST_F(ConsentTest, ADoubleClickGivesTheSameCode) {
  const Reply page = consent_page_for(authorization());
  const std::string first = header(choose(page, "allow"), "Location");
  EXPECT_EQ(header(choose(page, "allow"), "Location"), first);
  EXPECT_EQ(world.keys("code/").size(), 1u);
}

TEST_F(ConsentTest, TwoClicksInParallelGiveOneCode) {
  const Reply page = consent_page_for(authorization());
  const HttpRequest click = with_cookies(form_post("/authorize", {{"flow", flow_in(page)}, {"action", "allow"}}));
  Reply other;
  world.before_commit = [&] { other = run(authorize, click).reply; };
  const Reply one = run(authorize, click).reply;
  EXPECT_EQ(world.lost_commits, 1);
  EXPECT_EQ(header(one, "Location"), header(other, "Location"));
  EXPECT_EQ(world.keys("code/").size(), 1u);
}

TEST_F(ConsentTest, AFormThatComesAfterItsCodeWasUsedGivesNothing) {
  const Reply page = consent_page_for(authorization());
  const std::string code = parameter(header(choose(page, "allow"), "Location"), "code");
  EXPECT_EQ(redeem(code).status, 200);
  const Reply again = choose(page, "allow");
  EXPECT_EQ(again.status, 400);
  EXPECT_NE(again.body.find("You can close this page"), std::string::npos);
  world.pass(authority.lifetimes.code.count + 1);
  EXPECT_EQ(choose(page, "allow").status, 400);
  EXPECT_EQ(world.keys("grant/").size(), 1u);
}

TEST_F(ConsentTest, AFormThatComesAfterItsCodeExpiredMakesNoNewOne) {
  const Reply page = consent_page_for(authorization());
  const std::string code = parameter(header(choose(page, "allow"), "Location"), "code");
  world.pass(authority.lifetimes.code.count);
  EXPECT_EQ(choose(page, "allow").status, 400);
  EXPECT_EQ(world.last_outcome(), "expired_code");
  EXPECT_EQ(redeem(code).status, 400);
}

TEST_F(ConsentTest, APageExpires) {
  const Reply page = consent_page_for(authorization());
  world.pass(authority.lifetimes.flow.count);
  EXPECT_EQ(choose(page, "allow").status, 400);
  EXPECT_EQ(world.last_outcome(), "expired_flow");
}

TEST_F(ConsentTest, AnApprovalByOneBrowserCanNotBeFinishedByAnother) {
  const Reply page = consent_page_for(authorization());
  const auto victim = std::exchange(jar, {});
  consent_page_for(authorization());  // The other one is logged in too, as the same user.
  EXPECT_EQ(choose(page, "allow").status, 403);
  EXPECT_EQ(world.last_outcome(), "other_browser");
  jar.clear();
  EXPECT_EQ(choose(page, "allow").status, 403);
  jar = victim;
  jar.erase("postern_login");
  EXPECT_EQ(choose(page, "allow").status, 403);
  EXPECT_EQ(world.last_outcome(), "not_logged_in");
  EXPECT_TRUE(world.keys("code/").empty());
}

TEST_F(ConsentTest, FormsOfOtherSitesAreRefused) {
  const Reply page = consent_page_for(authorization());
  const Fields form{{"flow", flow_in(page)}, {"action", "allow"}};
  const std::vector<std::pair<std::string, std::string>> foreign = {{"Sec-Fetch-Site", "cross-site"},
                                                                    {"Sec-Fetch-Site", "same-site"},
                                                                    {"Sec-Fetch-Site", "none"},
                                                                    {"Origin", "https://evil.example"},
                                                                    {"Origin", "http://localhost:8001"}};
  for (const auto& [name, value] : foreign) {
    EXPECT_EQ(submit(form, {{name, value}}).status, 403) << name << value;
    EXPECT_EQ(world.last_outcome(), "cross_site");
  }
  EXPECT_TRUE(world.keys("code/").empty());
  EXPECT_EQ(submit(form, {{"Sec-Fetch-Site", "same-origin"}, {"Origin", "null"}}).status, 303);
}

TEST_F(ConsentTest, AFlowThatWasChangedOrIsOfAnotherDeploymentDoesNotOpen) {
  std::string flow = flow_in(consent_page_for(authorization()));
  EXPECT_EQ(submit({{"flow", ""}, {"action", "allow"}}).status, 400);
  flow[flow.size() / 2] = flow[flow.size() / 2] == 'A' ? 'B' : 'A';
  EXPECT_EQ(submit({{"flow", flow}, {"action", "allow"}}).status, 400);
  EXPECT_EQ(world.last_outcome(), "broken_flow");
}

TEST_F(ConsentTest, ALoginPageIsNoConsent) {
  const Reply page = open(authorization());
  EXPECT_EQ(choose(page, "allow").status, 401);
  EXPECT_TRUE(world.keys("code/").empty());
}

TEST_F(ConsentTest, NoCodeForAUserWhoIsGoneOrAnother) {
  const Reply page = consent_page_for(authorization());
  store::User other;
  other.subject = "another-subject";
  other.name = "ada";
  world.put(store::User::key("ada"), other);
  EXPECT_EQ(choose(page, "allow").status, 403);
  world.remove(store::User::key("ada"));
  EXPECT_EQ(choose(page, "allow").status, 403);
  EXPECT_TRUE(world.keys("code/").empty());
}

TEST_F(ConsentTest, AUserRemovedBetweenReadingAndWritingGetsNoCode) {
  const Reply page = consent_page_for(authorization());
  world.before_commit = [&] { world.remove(store::User::key("ada")); };
  EXPECT_EQ(choose(page, "allow").status, 403);
  EXPECT_TRUE(world.keys("code/").empty());
}

TEST_F(ConsentTest, NoCodeForAClientWhoseRegistrationIsGone) {
  const Reply page = consent_page_for(authorization());
  world.remove(store::Client::key(client_id));
  EXPECT_EQ(choose(page, "allow").status, 400);
  EXPECT_EQ(world.last_outcome(), "unknown_client");
}

TEST_F(ConsentTest, AGetNeverAllows) {
  const Reply page = consent_page_for(authorization());
  Fields fields = authorization();
  fields.emplace_back("flow", flow_in(page));
  fields.emplace_back("action", "allow");
  EXPECT_EQ(open(fields).status, 200);
  EXPECT_TRUE(world.keys("code/").empty());
}

}  // namespace
}  // namespace postern::oauth
