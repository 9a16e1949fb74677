// POST /token: refusals first, then codes and refresh tokens with time passing.
#include "tests/unit/oauth/fixture.hpp"

#include "core/oauth/tokens.hpp"

namespace postern::oauth {
namespace {

using TokenTest = OAuthTest;
using RefreshTest = OAuthTest;

struct Row {
  std::string sentence;
  Fields changes;
  int status;
  std::string error;
  std::string reason;
};

TEST_F(TokenTest, WhatIsRefusedCostsTheHonestPartyNothing) {
  const std::string another = register_public("https://another.example/cb");
  const std::vector<Row> rows = {
      {"no grant_type", {{"grant_type", ""}}, 400, "invalid_request", "missing_parameter"},
      {"a grant type that is not here",
       {{"grant_type", "password"}},
       400,
       "unsupported_grant_type",
       "unsupported_grant_type"},
      {"no client_id", {{"client_id", ""}}, 400, "invalid_request", "missing_parameter"},
      {"an unknown client", {{"client_id", "nobody"}}, 401, "invalid_client", "unknown_client"},
      {"a public client with a secret", {{"client_secret", "x"}}, 401, "invalid_client", "wrong_auth_method"},
      {"no code", {{"code", ""}}, 400, "invalid_request", "missing_parameter"},
      {"an unknown code", {{"code", "abc"}}, 400, "invalid_grant", "unknown_code"},
      {"the code of another client", {{"client_id", another}}, 400, "invalid_grant", "code_of_another_client"},
      {"another redirect URI",
       {{"redirect_uri", "http://127.0.0.1:1/callback"}},
       400,
       "invalid_grant",
       "wrong_redirect_uri"},
      {"no verifier", {{"code_verifier", ""}}, 400, "invalid_request", "missing_parameter"},
      {"another verifier", {{"code_verifier", std::string(43, 'a')}}, 400, "invalid_grant", "wrong_verifier"},
      {"the challenge as verifier",
       {{"code_verifier", std::string(challenge)}},
       400,
       "invalid_grant",
       "wrong_verifier"},
      {"a verifier that is too short", {{"code_verifier", "abc"}}, 400, "invalid_grant", "wrong_verifier"},
      {"another resource", {{"resource", "https://elsewhere.example/"}}, 400, "invalid_target", "wrong_resource"},
  };
  const std::string code = code_for();
  for (const Row& row : rows) {
    SCOPED_TRACE(row.sentence);
    const Reply reply = redeem(code, row.changes);
    EXPECT_EQ(reply.status, row.status);
    EXPECT_EQ(text(body_of(reply), "error"), row.error);
    EXPECT_FALSE(text(body_of(reply), "error_description").empty());
    EXPECT_EQ(header(reply, "Cache-Control"), "no-store");
    EXPECT_EQ(world.last_outcome(), row.reason);
    EXPECT_TRUE(world.last_commit.empty());
  }
  EXPECT_EQ(redeem(code).status, 200);
}

TEST_F(TokenTest, RequestsThatAreNoFormAreRefusedInJson) {
  EXPECT_EQ(run(token, {"GET", "/token", {}, {}}).reply.status, 405);
  EXPECT_EQ(run(token, {"POST", "/token", {}, "grant_type=x"}).reply.status, 400);
  EXPECT_EQ(run(token, json_post("/token", Json::object())).reply.status, 400);
  EXPECT_EQ(run(token, {"POST", "/token", {{"Content-Type", ";;;"}}, "a"}).reply.status, 400);
  EXPECT_EQ(ask_token({{"grant_type", "refresh_token"}, {"grant_type", "refresh_token"}}).reply.status, 400);
  EXPECT_EQ(world.last_outcome(), "repeated_parameter");
  const Reply broken =
      run(token, {"POST", "/token", {{"Content-Type", "application/x-www-form-urlencoded"}}, "a=%zz"}).reply;
  EXPECT_EQ(text(body_of(broken), "error"), "invalid_request");
}

TEST_F(TokenTest, ACodeGivesTokensOnce) {
  const std::string code = code_for();
  const Reply reply = redeem(code);
  const Json body = body_of(reply);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(text(body, "token_type"), "Bearer");
  EXPECT_EQ(wire::int_member(body, "expires_in"), 3600);
  EXPECT_EQ(text(body, "scope"), "notes:read user");
  EXPECT_EQ(text(body, "access_token").substr(0, 7), "pst_at_");
  EXPECT_EQ(text(body, "refresh_token").substr(0, 7), "pst_rt_");
  EXPECT_EQ(header(reply, "Cache-Control"), "no-store");
  EXPECT_EQ(header(reply, "Pragma"), "no-cache");
  EXPECT_EQ(world.last_commit.durability, Durability::credential);
  const std::string dump = world.dump();
  EXPECT_EQ(dump.find(text(body, "access_token")), std::string::npos);
  EXPECT_EQ(dump.find(text(body, "refresh_token")), std::string::npos);
  EXPECT_EQ(dump.find(code), std::string::npos);
  EXPECT_TRUE(visit_with(text(body, "access_token")).principal.has_value());
}

TEST_F(TokenTest, AReplayedCodeRevokesWhatItGave) {
  const std::string code = code_for();
  const Json body = body_of(redeem(code));
  const Reply replay = redeem(code);
  EXPECT_EQ(text(body_of(replay), "error"), "invalid_grant");
  EXPECT_EQ(world.last_outcome(), "code_replayed");
  ASSERT_EQ(world.topics.size(), 1u);
  EXPECT_EQ(world.topics[0].kind, Topic::Kind::grant_ended);
  EXPECT_FALSE(visit_with(text(body, "access_token")).principal.has_value());
  EXPECT_EQ(refresh(text(body, "refresh_token")).status, 400);
  EXPECT_TRUE(world.keys("grant-of/").empty());
}

TEST_F(TokenTest, WhoHasTheCodeWithoutItsVerifierCanNotEndWhatItGave) {
  const std::string code = code_for();
  const Json body = body_of(redeem(code));
  EXPECT_EQ(redeem(code, {{"code_verifier", std::string(43, 'a')}}).status, 400);
  EXPECT_TRUE(visit_with(text(body, "access_token")).principal.has_value());
}

TEST_F(TokenTest, ACodeExpires) {
  const std::string code = code_for();
  world.pass(authority.lifetimes.code.count);
  EXPECT_EQ(redeem(code).status, 400);
  EXPECT_EQ(world.last_outcome(), "expired_code");
}

TEST_F(TokenTest, OfTwoRedemptionsInParallelOneSucceeds) {
  const std::string code = code_for();
  Reply other;
  world.before_commit = [&] { other = redeem(code); };
  const Reply one = redeem(code);
  EXPECT_EQ(world.lost_commits, 1);
  EXPECT_EQ(other.status, 200);
  EXPECT_EQ(one.status, 400);
  EXPECT_EQ(world.keys("grant/").size(), 1u);
}

TEST_F(TokenTest, AUserRemovedMeanwhileGetsNoGrant) {
  const std::string code = code_for();
  world.before_commit = [&] {
    world.run([this](const HttpRequest&, const Facts& facts) { return remove_user("ada", authority.lifetimes, facts); },
              {});
  };
  EXPECT_EQ(redeem(code).status, 400);
  EXPECT_EQ(world.last_outcome(), "user_gone");
  EXPECT_TRUE(world.keys("grant/").empty());
}

TEST_F(TokenTest, ClientsProveThemselvesByTheirSecretInOnePlace) {
  const auto with_method = [this](const std::string& method) {
    Json metadata{{"redirect_uris", Json::array({std::string(callback)})}};
    if (!method.empty()) metadata["token_endpoint_auth_method"] = method;
    return body_of(register_with(metadata));
  };
  const auto basic = [](const std::string& id, const std::string& secret) {
    return wire::Headers{{"Authorization", "Basic " + wire::base64(id + ":" + secret)}};
  };
  const Json post_client = with_method("client_secret_post");
  const Json basic_client = with_method("");
  EXPECT_EQ(text(basic_client, "token_endpoint_auth_method"), "client_secret_basic");

  client_id = text(post_client, "client_id");
  const std::string code = code_for();
  const std::string secret = text(post_client, "client_secret");
  EXPECT_EQ(redeem(code).status, 401);
  EXPECT_EQ(redeem(code, {{"client_secret", "wrong"}}).status, 401);
  EXPECT_EQ(world.last_outcome(), "wrong_client_secret");
  const Reply by_basic = ask_token(redemption(code, {{"client_id", ""}}), basic(client_id, "wrong")).reply;
  EXPECT_EQ(by_basic.status, 401);
  EXPECT_EQ(header(by_basic, "WWW-Authenticate").substr(0, 6), "Basic ");
  EXPECT_EQ(redeem(code, {{"client_secret", secret}}).status, 200);

  client_id = text(basic_client, "client_id");
  const std::string second = code_for();
  const std::string own = text(basic_client, "client_secret");
  EXPECT_EQ(redeem(second).status, 401);
  EXPECT_EQ(world.last_outcome(), "wrong_auth_method");
  EXPECT_EQ(redeem(second, {{"client_secret", secret}}).status, 401);
  EXPECT_EQ(ask_token(redemption(second, {{"client_secret", own}}), basic(client_id, own)).reply.status, 400);
  EXPECT_EQ(world.last_outcome(), "two_client_authentications");
  EXPECT_EQ(ask_token(redemption(second, {{"client_id", "another"}}), basic(client_id, own)).reply.status, 400);
  EXPECT_EQ(ask_token(redemption(second), {{"Authorization", "Basic !!!"}}).reply.status, 401);
  EXPECT_EQ(ask_token(redemption(second), basic(client_id, own)).reply.status, 200);
  EXPECT_EQ(world.dump().find(own), std::string::npos);
}

// authlib revokes by Basic and openid-client posts, whatever was registered, since the metadata list both.
TEST_F(TokenTest, WhoHasASecretMaySendItInEitherPlaceAtEveryEndpoint) {
  for (const std::string registered : {"client_secret_basic", "client_secret_post"}) {
    const Json client = body_of(register_with(
        {{"redirect_uris", Json::array({std::string(callback)})}, {"token_endpoint_auth_method", registered}}));
    EXPECT_EQ(text(client, "token_endpoint_auth_method"), registered);
    client_id = text(client, "client_id");
    const std::string secret = text(client, "client_secret");
    for (const bool in_header : {true, false}) {
      SCOPED_TRACE(registered + (in_header ? " by Basic" : " in the body"));
      const auto send = [&](Function endpoint, Fields fields, const std::string& presented) {
        wire::Headers headers;
        fields = changed(std::move(fields), {{"client_id", in_header ? "" : client_id}});
        if (in_header) headers = {{"Authorization", "Basic " + wire::base64(client_id + ":" + presented)}};
        if (!in_header) fields.emplace_back("client_secret", presented);
        return run(endpoint, form_post("/", fields, headers)).reply;
      };
      const Fields redeeming = redemption(code_for());
      EXPECT_EQ(send(token, redeeming, "wrong").status, 401);
      const Json first = body_of(send(token, redeeming, secret));
      const Fields refreshing{{"grant_type", "refresh_token"}, {"refresh_token", text(first, "refresh_token")}};
      EXPECT_EQ(send(token, refreshing, "wrong").status, 401);
      const Fields naming{{"token", text(body_of(send(token, refreshing, secret)), "refresh_token")}};
      EXPECT_EQ(send(introspect, naming, "wrong").status, 401);
      EXPECT_EQ(wire::bool_member(body_of(send(introspect, naming, secret)), "active"), true);
      EXPECT_EQ(send(revoke, naming, "wrong").status, 401);
      EXPECT_EQ(world.keys("grant-of/").size(), 1u);
      EXPECT_EQ(send(revoke, naming, secret).status, 200);
      EXPECT_TRUE(world.keys("grant-of/").empty());
    }
  }
}

TEST_F(TokenTest, StorageTroubleIs503NeverInvalidGrant) {
  const Json body = tokens();
  world.store_fails = true;
  for (const Reply& reply : {redeem("abc"), refresh(text(body, "refresh_token"))}) {
    EXPECT_EQ(reply.status, 503);
    EXPECT_EQ(header(reply, "Retry-After"), "1");
  }
  world.store_fails = false;
  EXPECT_EQ(refresh(text(body, "refresh_token")).status, 200);
}

TEST_F(RefreshTest, EachRotationGivesANewOneAndTheGraceGivesTheSameAgain) {
  const std::string first = text(tokens(), "refresh_token");
  const std::string second = text(body_of(refresh(first)), "refresh_token");
  EXPECT_NE(first, second);
  world.pass(59);
  EXPECT_EQ(text(body_of(refresh(first)), "refresh_token"), second);
  EXPECT_EQ(world.last_outcome(), "ok_again");
  EXPECT_EQ(refresh(second).status, 200);
}

TEST_F(RefreshTest, AfterTheGraceItIsAReplayAndEndsTheGrant) {
  const std::string first = text(tokens(), "refresh_token");
  const Json second = body_of(refresh(first));
  world.pass(60);
  EXPECT_EQ(text(body_of(refresh(first)), "error"), "invalid_grant");
  EXPECT_EQ(world.last_outcome(), "refresh_replayed");
  EXPECT_EQ(world.topics.back().kind, Topic::Kind::grant_ended);
  EXPECT_EQ(refresh(text(second, "refresh_token")).status, 400);
  EXPECT_FALSE(visit_with(text(second, "access_token")).principal.has_value());
}

TEST_F(RefreshTest, OnceTheSuccessorWasUsedThePreviousIsAReplayAlsoInTheGrace) {
  const std::string first = text(tokens(), "refresh_token");
  const std::string second = text(body_of(refresh(first)), "refresh_token");
  const std::string third = text(body_of(refresh(second)), "refresh_token");
  EXPECT_EQ(refresh(first).status, 400);
  EXPECT_EQ(world.last_outcome(), "refresh_replayed");
  EXPECT_EQ(refresh(third).status, 400);
}

TEST_F(RefreshTest, ManyInParallelLeaveOneLiveLine) {
  const std::string first = text(tokens(), "refresh_token");
  Reply other;
  world.before_commit = [&] { other = refresh(first); };
  const Reply one = refresh(first);
  EXPECT_EQ(world.lost_commits, 1);
  EXPECT_EQ(one.status, 200);
  EXPECT_EQ(text(body_of(one), "refresh_token"), text(body_of(other), "refresh_token"));
  EXPECT_EQ(refresh(text(body_of(one), "refresh_token")).status, 200);
}

TEST_F(RefreshTest, ARevocationBetweenReadingAndAnsweringIsSeenInTheGraceToo) {
  const std::string first = text(tokens(), "refresh_token");
  const std::string second = text(body_of(refresh(first)), "refresh_token");
  world.before_commit = [&] { run(revoke, form_post("/revoke", {{"token", second}, {"client_id", client_id}})); };
  EXPECT_EQ(refresh(first).status, 400);
  EXPECT_EQ(world.last_outcome(), "grant_ended");
}

TEST_F(RefreshTest, ScopesNarrowAndNeverWiden) {
  const std::string first = text(tokens({{"scope", "notes:write"}}), "refresh_token");
  const Json narrow = body_of(refresh(first, {{"scope", "notes:read"}}));
  EXPECT_EQ(text(narrow, "scope"), "notes:read");
  EXPECT_EQ(visit_with(text(narrow, "access_token")).principal->scopes, ScopeSet{"notes:read"});
  const std::string second = text(narrow, "refresh_token");
  EXPECT_EQ(text(body_of(refresh(second, {{"scope", "notes:write user"}})), "error"), "invalid_scope");
  EXPECT_EQ(text(body_of(refresh(second)), "scope"), "notes:write");
}

TEST_F(RefreshTest, WhatWasLeftOutAtAuthorizeIsLeftOutHereToo) {
  const std::string asked = "openid offline_access notes:read";
  std::string current = text(tokens({{"scope", asked}}), "refresh_token");
  const std::pair<std::string, std::string> rows[] = {{asked, "notes:read"},
                                                      {"openid email profile", "notes:read"},
                                                      {"offline_access", "notes:read"},
                                                      {" ", "notes:read"}};
  for (const auto& [wanted, given] : rows) {
    SCOPED_TRACE(wanted);
    const Reply reply = refresh(current, {{"scope", wanted}});
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(text(body_of(reply), "scope"), given);
    current = text(body_of(reply), "refresh_token");
  }
  const std::pair<std::string, std::string> refused[] = {
      {"openid notes:write", "scope_widened"}, {"user", "scope_widened"}, {"notes:read \"", "malformed_scope"}};
  for (const auto& [wanted, reason] : refused) {
    SCOPED_TRACE(wanted);
    const Reply reply = refresh(current, {{"scope", wanted}});
    EXPECT_EQ(reply.status, 400);
    EXPECT_EQ(text(body_of(reply), "error"), "invalid_scope");
    EXPECT_EQ(world.last_outcome(), reason);
  }
  EXPECT_EQ(refresh(current).status, 200);
}

TEST_F(RefreshTest, AScopeThatIsNoLongerDeclaredStaysTheGrants) {
  const std::string current = text(tokens({{"scope", "user notes:read"}}), "refresh_token");
  authority.scopes = ScopePolicy({{"user", "Know your user name", {}}, {"notes:write", "Write", {}}});
  EXPECT_EQ(text(body_of(refresh(current, {{"scope", "notes:read"}})), "scope"), "notes:read");
}

TEST_F(RefreshTest, WhatIsNotTheClientsCostsItNothing) {
  const std::string first = text(tokens(), "refresh_token");
  const std::string another = register_public("https://another.example/cb");
  std::string changed = first;
  changed[30] = changed[30] == 'A' ? 'B' : 'A';
  EXPECT_EQ(text(body_of(refresh(first, {{"client_id", another}})), "error"), "invalid_grant");
  EXPECT_EQ(world.last_outcome(), "token_of_another_client");
  EXPECT_EQ(text(body_of(refresh(first, {{"client_id", "nobody"}})), "error"), "invalid_client");
  EXPECT_EQ(text(body_of(refresh(first, {{"resource", "https://elsewhere.example/"}})), "error"), "invalid_target");
  EXPECT_EQ(text(body_of(refresh(changed)), "error"), "invalid_grant");
  EXPECT_EQ(text(body_of(refresh("pst_rt_")), "error"), "invalid_grant");
  EXPECT_EQ(refresh(first).status, 200);
}

TEST_F(RefreshTest, AnotherClientCanNotEndAGrantByAReplay) {
  const std::string first = text(tokens(), "refresh_token");
  const std::string second = text(body_of(refresh(first)), "refresh_token");
  world.pass(60);
  EXPECT_EQ(refresh(first, {{"client_id", register_public("https://another.example/cb")}}).status, 400);
  EXPECT_EQ(refresh(second).status, 200);
}

TEST_F(RefreshTest, ATokenThatTheStoreHasNotReachedEndsNothing) {
  const std::string first = text(tokens(), "refresh_token");
  const std::string grant_key = world.keys("grant/")[0];
  const store::Grant before = *world.get<store::Grant>(grant_key);
  const std::string second = text(body_of(refresh(first)), "refresh_token");
  world.put(grant_key, before, before.expires);  // Somebody restored a backup.
  EXPECT_EQ(refresh(second).status, 400);
  EXPECT_EQ(world.last_outcome(), "refresh_ahead_of_store");
  EXPECT_EQ(refresh(first).status, 200);
}

TEST_F(RefreshTest, AnIdleGrantExpiresAndAUsedOneDoesNot) {
  std::string current = text(tokens(), "refresh_token");
  for (int i = 0; i < 3; ++i) {
    world.pass(authority.lifetimes.refresh.count - 1);
    current = text(body_of(refresh(current)), "refresh_token");
    EXPECT_EQ(world.keys("grant-of/").size(), 1u);
  }
  world.pass(authority.lifetimes.refresh.count);
  EXPECT_EQ(text(body_of(refresh(current)), "error"), "invalid_grant");
}

TEST_F(RefreshTest, EndingOneGrantTouchesNoOtherDevice) {
  const Json phone = tokens();
  const Json laptop = tokens();
  run(revoke, form_post("/revoke", {{"token", text(phone, "refresh_token")}, {"client_id", client_id}}));
  EXPECT_FALSE(visit_with(text(phone, "access_token")).principal.has_value());
  EXPECT_TRUE(visit_with(text(laptop, "access_token")).principal.has_value());
  EXPECT_EQ(refresh(text(laptop, "refresh_token")).status, 200);
}

TEST_F(RefreshTest, AUsedClientIsProlongedWithoutAWriteOnEveryRefresh) {
  std::string current = text(tokens(), "refresh_token");
  const auto expires = [this] { return world.get<store::Client>(store::Client::key(client_id))->expires; };
  const UnixSeconds at_first = expires();
  EXPECT_EQ(at_first, world.now + authority.lifetimes.used_client);
  world.pass(20 * 86400);
  current = text(body_of(refresh(current)), "refresh_token");
  EXPECT_EQ(expires(), at_first);
  for (int i = 0; i < 9; ++i) {
    world.pass(20 * 86400);
    current = text(body_of(refresh(current)), "refresh_token");
  }
  EXPECT_GT(expires(), at_first);
}

}  // namespace
}  // namespace postern::oauth
