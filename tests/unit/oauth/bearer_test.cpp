// The gate, its challenges, and the two endpoints that ask about a token.
#include "tests/unit/oauth/fixture.hpp"

#include "core/oauth/tokens.hpp"
#include "core/wire/challenge.hpp"

namespace postern::oauth {
namespace {

using BearerTest = OAuthTest;
using RevokeTest = OAuthTest;
using IntrospectTest = OAuthTest;

wire::Challenge challenge_of(const Reply& reply) {
  EXPECT_EQ(wire::count_header(reply.headers, "WWW-Authenticate"), 1u);
  const auto challenges = wire::parse_challenges(header(reply, "WWW-Authenticate"));
  return challenges && challenges->size() == 1 ? challenges->front() : wire::Challenge{};
}

std::string in(const wire::Challenge& challenge, std::string_view name) {
  const std::string* value = challenge.parameter(name);
  return value == nullptr ? "" : *value;
}

TEST_F(BearerTest, WithoutATokenTheChallengeNamesMetadataAndScopesAndNoError) {
  const Reply reply = visit({"POST", "/mcp", {}, {}}).answer.reply;
  EXPECT_EQ(reply.status, 401);
  EXPECT_EQ(header(reply, "WWW-Authenticate"),
            "Bearer resource_metadata=\"http://localhost:8000/.well-known/oauth-protected-resource/mcp\", "
            "scope=\"notes:read user\"");
  EXPECT_EQ(world.rounds, 1);
}

TEST_F(BearerTest, MetadataOfAnIssuerWithAPathLieAtTheHostsWellKnown) {
  authority = make_authority("https://h.example", "/tenant");
  EXPECT_EQ(resource_metadata_url(authority), "https://h.example/.well-known/oauth-protected-resource/tenant/mcp");
}

TEST_F(BearerTest, ATokenInTheQueryIsNotRead) {
  const std::string good = text(tokens(), "access_token");
  const Visit refused = visit({"POST", "/mcp?access_token=" + good, {}, {}});
  EXPECT_EQ(refused.answer.reply.status, 401);
  EXPECT_EQ(world.last_outcome(), "token_in_query");
}

TEST_F(BearerTest, BadTokensAreRefusedWithoutARead) {
  const std::string good = text(tokens(), "access_token");
  std::string changed = good;
  changed[40] = changed[40] == 'A' ? 'B' : 'A';
  const std::string another_kind = text(tokens(), "refresh_token");
  for (const std::string& bad : {changed, another_kind, std::string("abc"), good + "A"}) {
    const Reply reply = visit_with(bad).answer.reply;
    EXPECT_EQ(reply.status, 401);
    EXPECT_EQ(in(challenge_of(reply), "error"), "invalid_token");
    EXPECT_NE(in(challenge_of(reply), "resource_metadata"), "");
    EXPECT_EQ(world.last_outcome(), "unknown_token");
    EXPECT_EQ(world.rounds, 1);
  }
}

TEST_F(BearerTest, AuthorizationFieldsThatAreNotOneBearerToken) {
  const std::string good = "Bearer " + text(tokens(), "access_token");
  EXPECT_EQ(visit({"POST", "/mcp", {{"Authorization", good}, {"authorization", good}}, {}}).answer.reply.status, 400);
  EXPECT_EQ(world.last_outcome(), "two_authorizations");
  for (const std::string field : {"Bearer", "Bearer a b", "Basic YTpi", ""}) {
    EXPECT_EQ(visit({"POST", "/mcp", {{"Authorization", field}}, {}}).answer.reply.status, 401) << field;
  }
}

TEST_F(BearerTest, ATokenEndsWithItsTimeItsGrantAndItsAudience) {
  const std::string token = text(tokens({{"scope", "notes:write"}}), "access_token");
  const Visit good = visit_with(token);
  ASSERT_TRUE(good.principal);
  EXPECT_EQ(good.principal->subject, "ada-subject");
  EXPECT_EQ(good.principal->user_name, "ada");
  EXPECT_EQ(good.principal->client, client_id);
  EXPECT_EQ(good.principal->scopes, ScopeSet{"notes:write"});

  const Authority own = authority;
  authority.resource = "http://localhost:8000/other";
  EXPECT_FALSE(visit_with(token).principal);
  EXPECT_EQ(world.last_outcome(), "wrong_audience");
  authority = own;

  world.pass(3599);
  EXPECT_TRUE(visit_with(token).principal);
  world.pass(1);
  const Reply late = visit_with(token).answer.reply;
  EXPECT_EQ(world.last_outcome(), "expired_token");
  EXPECT_EQ(in(challenge_of(late), "scope"), "notes:read notes:write user");
}

TEST_F(BearerTest, AGrantThatIsGoneOrSomebodyElsesGivesNothing) {
  const std::string token = text(tokens(), "access_token");
  const std::string key = world.keys("grant/")[0];
  store::Grant grant = *world.get<store::Grant>(key);
  store::Grant other = grant;
  other.subject = "another";
  world.put(key, other);
  EXPECT_FALSE(visit_with(token).principal);
  other = grant;
  other.client = "another";
  world.put(key, other);
  EXPECT_FALSE(visit_with(token).principal);
  world.remove(key);
  EXPECT_FALSE(visit_with(token).principal);
  EXPECT_EQ(world.last_outcome(), "token_of_ended_grant");
}

TEST_F(BearerTest, StorageTroubleIs503AndNoChallenge) {
  const std::string token = text(tokens(), "access_token");
  world.store_fails = true;
  const Reply reply = visit_with(token).answer.reply;
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(header(reply, "WWW-Authenticate"), "");
}

TEST_F(BearerTest, TooLittleScopeNamesWhatThereIsAndWhatIsNeeded) {
  const Principal principal{"ada-subject", "ada", client_id, "g", {"notes:read"}};
  const Outcome outcome = insufficient_scope(authority, principal, {"notes:write"});
  const Reply& reply = outcome.answer()->reply;
  EXPECT_EQ(reply.status, 403);
  EXPECT_EQ(in(challenge_of(reply), "error"), "insufficient_scope");
  EXPECT_EQ(in(challenge_of(reply), "scope"), "notes:read notes:write");
}

// SEP-2207: that a client may stay is between it and the authorization server. A token of a server elsewhere names it.
TEST_F(BearerTest, AChallengeNeverAsksForOfflineAccess) {
  const Principal principal{"ada-subject", "ada", client_id, "g", {"offline_access", "openid", "notes:read"}};
  const Outcome outcome = insufficient_scope(authority, principal, {"notes:write"});
  EXPECT_EQ(in(challenge_of(outcome.answer()->reply), "scope"), "notes:read notes:write openid");
}

TEST_F(RevokeTest, EitherTokenEndsTheGrantAndTellsIt) {
  for (const std::string kind : {"access_token", "refresh_token"}) {
    const Json body = tokens();
    const auto told = world.topics.size();
    const Reply reply =
        run(revoke, form_post("/revoke", {{"token", text(body, kind)}, {"client_id", client_id}})).reply;
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(world.topics.size(), told + 1);
    EXPECT_FALSE(visit_with(text(body, "access_token")).principal);
    EXPECT_EQ(refresh(text(body, "refresh_token")).status, 400);
  }
}

TEST_F(RevokeTest, OnlyItsOwnClientCanAndUnknownTokensAreFine) {
  const Json body = tokens();
  const std::string another = register_public("https://another.example/cb");
  const auto status = [&](const std::string& token, const std::string& client) {
    return run(revoke, form_post("/revoke", {{"token", token}, {"client_id", client}})).reply.status;
  };
  EXPECT_EQ(status(text(body, "refresh_token"), another), 400);
  EXPECT_EQ(status(text(body, "access_token"), "nobody"), 401);
  EXPECT_EQ(status("unknown", client_id), 200);
  EXPECT_EQ(status("", client_id), 400);
  EXPECT_TRUE(visit_with(text(body, "access_token")).principal);
  EXPECT_EQ(run(revoke, {"GET", "/revoke", {}, {}}).reply.status, 405);
}

TEST_F(IntrospectTest, AResourceServerSeesAllAndOthersNothing) {
  const Json body = tokens();
  const auto ask = [this](const std::string& token, const std::string& id, const std::string& secret) {
    return run(introspect, form_post("/introspect", {{"token", token}},
                                     {{"Authorization", "Basic " + wire::base64(id + ":" + secret)}}))
        .reply;
  };
  const Reply seen = ask(text(body, "access_token"), "resource-server", "its secret");
  EXPECT_EQ(seen.status, 200);
  EXPECT_EQ(header(seen, "Cache-Control"), "no-store");
  const Json told = body_of(seen);
  EXPECT_EQ(wire::bool_member(told, "active"), true);
  EXPECT_EQ(text(told, "sub"), "ada-subject");
  EXPECT_EQ(text(told, "username"), "ada");
  EXPECT_EQ(text(told, "client_id"), client_id);
  EXPECT_EQ(text(told, "aud"), authority.resource);
  EXPECT_EQ(text(told, "iss"), authority.issuer);
  EXPECT_EQ(text(told, "scope"), "notes:read user");
  EXPECT_EQ(wire::int_member(told, "exp"), world.now.count + 3600);
  EXPECT_EQ(wire::bool_member(body_of(ask(text(body, "refresh_token"), "resource-server", "its secret")), "active"),
            true);

  EXPECT_EQ(ask(text(body, "access_token"), "resource-server", "wrong").status, 401);
  EXPECT_EQ(ask(text(body, "access_token"), "nobody", "x").status, 401);
  EXPECT_EQ(run(introspect, form_post("/introspect", {{"token", "x"}, {"client_id", client_id}})).reply.status, 401);
  EXPECT_EQ(ask("unknown", "resource-server", "its secret").body, "{\"active\":false}");

  const Json own = body_of(register_with({{"redirect_uris", Json::array({std::string(callback)})}}));
  EXPECT_EQ(ask(text(body, "access_token"), text(own, "client_id"), text(own, "client_secret")).body,
            "{\"active\":false}");
  world.pass(3600);
  EXPECT_EQ(ask(text(body, "access_token"), "resource-server", "its secret").body, "{\"active\":false}");
}

}  // namespace
}  // namespace postern::oauth
