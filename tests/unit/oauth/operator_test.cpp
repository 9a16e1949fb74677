// What the operator sees and ends.
#include "core/oauth/operator.hpp"

#include "core/oauth/grant.hpp"
#include "tests/unit/oauth/fixture.hpp"

namespace postern::oauth {
namespace {

class OperatorTest : public OAuthTest {
 protected:
  template <class Evaluation>
  Answer decide(Evaluation evaluation) {
    return world.run([&](const HttpRequest&, const Facts& facts) { return evaluation(facts); }, {});
  }
  Json list(const GrantChoice& choice = {}) {
    return body_of(decide([&](const Facts& facts) { return list_grants(choice, facts); }).reply);
  }
  std::size_t count(const GrantChoice& choice = {}) { return list(choice)["grants"].size(); }
  Answer end(const GrantChoice& choice) {
    return decide([&](const Facts& facts) { return revoke_grants(choice, authority.lifetimes, facts); });
  }
  Answer remove(const std::string& id) {
    return decide([&](const Facts& facts) { return remove_client(id, authority.lifetimes, facts); });
  }
  std::string grant_of(const Json& tokens) {
    return visit_with(text(tokens, "access_token")).principal.value_or(Principal{}).grant;
  }
  void put(const std::string& id, const std::string& subject, const std::string& name, const std::string& provider) {
    store::Grant grant;
    grant.client = client_id;
    grant.subject = subject;
    grant.user_name = name;
    grant.expires = world.now + Seconds{100};
    grant.state = static_cast<std::int64_t>(GrantState::active);
    grant.provider = provider;
    world.put(store::Grant::key(id), grant);
    world.put(store::GrantOf::key(subject, id), store::GrantOf{world.now});
    if (!provider.empty()) world.put(store::Upstream::key(id), store::Upstream{provider, "sealed", {}});
  }
};

TEST_F(OperatorTest, WhatIsNotThereIsSaidAndNothingIsChanged) {
  const Json mine = tokens();
  EXPECT_EQ(end({"nobodys", {}, {}}).reply.status, 404);
  EXPECT_EQ(remove("nobody").reply.status, 404);
  const std::string id = grant_of(mine);
  EXPECT_EQ(end({id, {}, {}}).reply.status, 200);
  EXPECT_EQ(end({id, {}, {}}).reply.status, 404) << "it has ended";
  EXPECT_EQ(body_of(end({{}, "nobody", {}}).reply)["ended"], 0);
}

TEST_F(OperatorTest, ListsWhoGaveWhatToWhom) {
  const std::string id = grant_of(tokens());
  const Json grants = list();
  ASSERT_EQ(grants["grants"].size(), 1u);
  EXPECT_EQ(grants["grants"][0], (Json{{"id", id},
                                       {"user", "ada"},
                                       {"subject", "ada-subject"},
                                       {"client", client_id},
                                       {"client_name", "Test client"},
                                       {"scopes", "notes:read user"},
                                       {"granted", world.now.count},
                                       {"used", world.now.count},
                                       {"provider", ""}}));
  EXPECT_EQ(grants["more"], false);
  world.pass(authority.lifetimes.refresh.count);
  EXPECT_EQ(count(), 0u) << "time has ended it";
}

TEST_F(OperatorTest, ChoosesByUserNameSubjectAndClient) {
  put("g1", "s1", "ada", "");
  put("g2", "github:x", "ada", "github");
  put("g3", "s3", "grace", "");
  EXPECT_EQ(count({{}, "ada", {}}), 2u);
  EXPECT_EQ(count({{}, "github:x", {}}), 1u);
  EXPECT_EQ(count({{}, {}, client_id}), 3u);
  EXPECT_EQ(count({{}, {}, "another"}), 0u);
  EXPECT_EQ(body_of(end({{}, "ada", {}}).reply)["ended"], 2);
  EXPECT_EQ(count(), 1u);
  EXPECT_TRUE(world.keys("upstream/").empty());
}

TEST_F(OperatorTest, AnEndIsAtOnceToldToStreamsAndAudited) {
  const Json mine = tokens();
  const std::string id = grant_of(mine);
  const Answer answer = end({id, {}, {}});
  EXPECT_EQ(answer.topics, (std::vector<Topic>{{Topic::Kind::grant_ended, "ada-subject", id, {}}}));
  EXPECT_EQ(answer.audit, (std::vector<AuditEvent>{{"grants.revoke", "ok", client_id, "ada-subject", id}}));
  EXPECT_EQ(visit_with(text(mine, "access_token")).answer.reply.status, 401);
}

TEST_F(OperatorTest, TwoHundredEndAtOnceAndTheRestWithTheNextCall) {
  for (int i = 0; i < 250; ++i) put("g" + std::to_string(1000 + i), "s1", "ada", "");
  EXPECT_EQ(body_of(end({}).reply)["ended"], 200);
  EXPECT_EQ(body_of(end({}).reply)["ended"], 50);
  EXPECT_EQ(body_of(end({}).reply)["ended"], 0);
}

TEST_F(OperatorTest, AClientIsRemovedWithWhatItWasGranted) {
  const Json mine = tokens();
  const std::string other = register_public("http://127.0.0.1:7777/other");
  const Answer answer = remove(client_id);
  EXPECT_EQ(body_of(answer.reply)["ended"], 1);
  EXPECT_EQ(answer.audit.back().what, "clients.remove");
  EXPECT_EQ(visit_with(text(mine, "access_token")).answer.reply.status, 401);
  EXPECT_EQ(refresh(text(mine, "refresh_token")).status, 401);
  EXPECT_EQ(world.keys("client/"), (std::vector<std::string>{store::Client::key(other)}));
}

TEST_F(OperatorTest, ARedemptionThatMeetsARemovalGivesNothing) {
  tokens();  // the client's record need not be written from now on
  const std::string code = code_for();
  world.before_commit = [&] { remove(client_id); };
  const Reply reply = redeem(code);
  EXPECT_EQ(reply.status, 401) << reply.body;
  EXPECT_EQ(world.lost_commits, 1);
  EXPECT_EQ(count(), 0u);
}

TEST_F(OperatorTest, ClientsAreListedWithTheirGrants) {
  tokens();
  const Json clients = body_of(decide([](const Facts& facts) { return list_clients(facts); }).reply)["clients"];
  ASSERT_EQ(clients.size(), 1u);
  EXPECT_EQ(clients[0], (Json{{"id", client_id},
                              {"name", "Test client"},
                              {"redirect_uris", Json::array({std::string(callback)})},
                              {"auth_method", "none"},
                              {"created", world.now.count},
                              {"used", true},
                              {"grants", 1}}));
}

}  // namespace
}  // namespace postern::oauth
