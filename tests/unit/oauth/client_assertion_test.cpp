// private_key_jwt: whose signature is not believed, that a proof is good once, and where keys come from. RFC 7523 s. 3.
#include "core/oauth/client_assertion.hpp"

#include "tests/support/signer.hpp"
#include "tests/unit/oauth/fixture.hpp"

namespace postern::oauth {
namespace {

constexpr const char* jwt_bearer = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
constexpr const char* keys_url = "https://app.example/keys";

class ClientAssertionTest : public OAuthTest {
 protected:
  test::Signer signer{"k1"};
  int made = 0;

  void SetUp() override {
    OAuthTest::SetUp();
    client_id = text(body_of(register_signing({{"jwks", signer.jwks()}})), "client_id");
  }
  Reply register_signing(const Json& keys) {
    Json metadata = {{"redirect_uris", {std::string(callback)}}, {"token_endpoint_auth_method", "private_key_jwt"}};
    metadata.update(keys);
    return register_with(metadata);
  }
  /// A client whose keys lie at keys_url.
  void use_keys_elsewhere() {
    client_id = text(body_of(register_signing({{"jwks_uri", keys_url}})), "client_id");
    serve(signer.jwks());
  }
  void serve(const Json& keys) {
    world.elsewhere = [keys](const Fetch&) { return Fetched{200, {}, keys.dump(), FetchProblem::none}; };
  }
  Json claims(const Json& changes = Json::object()) {
    Json all = {{"iss", client_id},
                {"sub", client_id},
                {"aud", authority.issuer},
                {"iat", world.now.count},
                {"exp", world.now.count + 60},
                {"jti", "jti " + std::to_string(++made)}};
    for (const auto& [name, value] : changes.items()) {
      if (value.is_null()) {
        all.erase(name);
      } else {
        all[name] = value;
      }
    }
    return all;
  }
  static Fields proof(const std::string& assertion) {
    return {{"client_assertion_type", jwt_bearer}, {"client_assertion", assertion}};
  }
  std::string good() { return signer.sign(claims()); }
  /// Revokes a token that nobody knows: whoever is let in is answered 200.
  Reply present(const Fields& fields, const wire::Headers& more = {}) {
    Fields all = changed({{"token", "x"}}, fields);
    return run(revoke, form_post("/revoke", all, more)).reply;
  }
  Reply present(const std::string& assertion) { return present(proof(assertion)); }
  bool is_good(const std::string& assertion) { return present(assertion).status == 200; }
  std::string told() const { return world.audit.empty() ? "" : world.audit.back().detail; }
};

TEST_F(ClientAssertionTest, WhatIsNotRightProvesNothingAndCostsNothing) {
  const std::int64_t now = world.now.count;
  const struct {
    const char* sentence;
    Json changes;
    const char* told;
  } rows[] = {
      {"another audience", {{"aud", "https://other.example"}}, "wrong_audience"},
      {"the issuer with a slash", {{"aud", authority.issuer + "/"}}, "wrong_audience"},
      {"no audience", {{"aud", nullptr}}, "wrong_audience"},
      {"several others", {{"aud", {"https://other.example", "https://third.example"}}}, "wrong_audience"},
      {"another issuer", {{"iss", "somebody else"}}, "wrong_issuer"},
      {"no issuer", {{"iss", nullptr}}, "wrong_issuer"},
      {"expired", {{"exp", now - 30}}, "expired"},
      {"no end", {{"exp", nullptr}}, "expired"},
      {"an end that is no number", {{"exp", std::to_string(now + 60)}}, "expired"},
      {"longer than five minutes", {{"exp", now + 331}}, "lives_too_long"},
      {"for a year", {{"exp", now + 365 * 86400}}, "lives_too_long"},
      {"not yet good", {{"nbf", now + 31}}, "not_yet_good"},
      {"made tomorrow", {{"iat", now + 86400}}, "not_yet_good"},
      {"no jti", {{"jti", nullptr}}, "jti"},
      {"an empty jti", {{"jti", ""}}, "jti"},
      {"a jti that is no text", {{"jti", 7}}, "jti"},
      {"a jti that is too long", {{"jti", std::string(257, 'a')}}, "jti"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.sentence);
    const Reply reply = present(signer.sign(claims(row.changes)));
    EXPECT_EQ(reply.status, 401);
    EXPECT_EQ(text(body_of(reply), "error"), "invalid_client");
    EXPECT_EQ(world.last_outcome(), "wrong_assertion");
    EXPECT_NE(told().find(row.told), std::string::npos) << told();
    EXPECT_TRUE(world.last_commit.empty());
  }
  EXPECT_TRUE(world.keys("assertion/").empty());
  for (const Json& fine :
       {Json{{"aud", authority.issuer + "/token"}}, Json{{"aud", {"https://o.example", authority.issuer}}},
        Json{{"exp", now + 300}}, Json{{"iat", nullptr}}, Json{{"jti", std::string(256, 'a')}}}) {
    EXPECT_TRUE(is_good(signer.sign(claims(fine)))) << fine.dump() << told();
  }
}

TEST_F(ClientAssertionTest, OnlyASignatureByAKeyOfTheClientCounts) {
  const test::Signer stranger("k1", 2);
  const test::Signer nameless("k9", 2);
  const auto unsigned_by = [&](const Json& header) {
    const std::string token = signer.sign(claims(), header);
    return token.substr(0, token.rfind('.') + 1);
  };
  std::string changed_text = good();
  const std::size_t dot = changed_text.find('.');
  changed_text = changed_text.substr(0, dot + 1) + wire::base64url(claims({{"jti", "other"}}).dump()) +
                 changed_text.substr(changed_text.rfind('.'));
  Json own_key = {{"jwk", stranger.jwk()}};
  const struct {
    const char* sentence;
    std::string assertion;
    const char* told;
  } rows[] = {
      {"none", unsigned_by({{"alg", "none"}}), "algorithm_not_allowed"},
      {"none with a signature", signer.sign(claims(), {{"alg", "none"}}), "algorithm_not_allowed"},
      {"a MAC", signer.sign(claims(), {{"alg", "HS256"}}), "algorithm_not_allowed"},
      {"an algorithm that is not here", signer.sign(claims(), {{"alg", "RS512"}}), "algorithm_not_allowed"},
      {"that of another kind of key", signer.sign(claims(), {{"alg", "RS256"}}), "unknown_key"},
      {"no signature", unsigned_by(Json::object()), "bad_signature"},
      {"a key of somebody else under a known name", stranger.sign(claims()), "bad_signature"},
      {"a key that it brings along", stranger.sign(claims(), own_key), "bad_signature"},
      {"a name that is not known", nameless.sign(claims()), "unknown_key"},
      {"a signature of other claims", changed_text, "bad_signature"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.sentence);
    EXPECT_EQ(present(row.assertion).status, 401);
    EXPECT_EQ(world.last_outcome(), "wrong_assertion");
    EXPECT_NE(told().find(row.told), std::string::npos) << told();
    EXPECT_TRUE(world.last_commit.empty());
  }
  EXPECT_TRUE(is_good(good()));
}

TEST_F(ClientAssertionTest, IsTheOneProofAndOfOneClient) {
  const std::string other = text(body_of(register_signing({{"jwks", test::Signer("k1", 3).jwks()}})), "client_id");
  const struct {
    const char* sentence;
    Fields changes;
    wire::Headers headers;
    int status;
    const char* outcome;
  } rows[] = {
      {"a secret beside it", {{"client_secret", "s"}}, {}, 400, "two_client_authentications"},
      {"an Authorization field beside it",
       {},
       {{"Authorization", "Basic " + wire::base64(client_id + ":s")}},
       400,
       "two_client_authentications"},
      {"the client_id of another", {{"client_id", other}}, {}, 400, "client_id_differs"},
      {"no type", {{"client_assertion_type", ""}}, {}, 401, "wrong_assertion"},
      {"another type", {{"client_assertion_type", "urn:other"}}, {}, 401, "wrong_assertion"},
      {"a type alone", {{"client_assertion", ""}}, {}, 401, "wrong_assertion"},
      {"no token", {{"client_assertion", "a.b.c"}}, {}, 401, "wrong_assertion"},
      {"about nobody", {{"client_assertion", signer.sign(claims({{"sub", nullptr}}))}}, {}, 401, "wrong_assertion"},
      {"about another, signed by this one",
       {{"client_assertion", signer.sign(claims({{"iss", other}, {"sub", other}}))}},
       {},
       401,
       "wrong_assertion"},
      {"about another, from this one",
       {{"client_assertion", signer.sign(claims({{"sub", other}}))}},
       {},
       401,
       "wrong_assertion"},
      {"about a client that is not known",
       {{"client_assertion", signer.sign(claims({{"iss", "nobody"}, {"sub", "nobody"}}))}},
       {},
       401,
       "unknown_client"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.sentence);
    EXPECT_EQ(present(changed(proof(good()), row.changes), row.headers).status, row.status);
    EXPECT_EQ(world.last_outcome(), row.outcome);
    EXPECT_TRUE(world.last_commit.empty());
  }
  EXPECT_EQ(present(changed(proof(good()), {{"client_id", client_id}})).status, 200);
}

TEST_F(ClientAssertionTest, IsTheWayThatTheClientRegistered) {
  EXPECT_EQ(present({{"client_id", client_id}}).status, 401);
  EXPECT_EQ(world.last_outcome(), "wrong_auth_method");
  EXPECT_EQ(present({{"client_id", client_id}, {"client_secret", ""}}).status, 401);
  EXPECT_EQ(present({{"client_id", client_id}, {"client_secret", "s"}}).status, 401);
  EXPECT_EQ(world.last_outcome(), "wrong_auth_method");
  // A client that signs nothing can't begin to: no key of it would be known.
  client_id = register_public();
  EXPECT_EQ(present(good()).status, 401);
  EXPECT_EQ(world.last_outcome(), "wrong_auth_method");
  EXPECT_TRUE(world.fetches.empty());
}

TEST_F(ClientAssertionTest, WithoutItsProofNobodyIsTheClient) {
  ClientCredentials credentials{client_id, "private_key_jwt", Secret(good())};
  const store::Client client = *world.get<store::Client>(store::Client::key(client_id));
  const store::Found<store::Client> found(store::Client::key(client_id), 1, client);
  const auto refused = check_client(credentials, found);
  ASSERT_TRUE(refused.has_value());
  EXPECT_EQ(refused->why, Refusal::wrong_assertion);
  credentials.proved = true;
  EXPECT_FALSE(check_client(credentials, found).has_value());
}

TEST_F(ClientAssertionTest, ComesOnce) {
  const std::string assertion = good();
  EXPECT_TRUE(is_good(assertion));
  EXPECT_EQ(world.keys("assertion/").size(), 1u);
  EXPECT_EQ(world.last_commit.durability, Durability::credential);
  EXPECT_EQ(present(assertion).status, 401);
  EXPECT_EQ(world.last_outcome(), "assertion_replayed");
  EXPECT_EQ(ask_token(changed(redemption("x", {{"client_id", ""}}), proof(assertion))).reply.status, 401);
  EXPECT_EQ(world.last_outcome(), "assertion_replayed");
  EXPECT_EQ(world.dump().find("jti 1"), std::string::npos);

  world.pass(89);  // Its last second, for clocks that differ.
  EXPECT_EQ(present(assertion).status, 401);
  EXPECT_EQ(world.last_outcome(), "assertion_replayed");
  world.pass(1);
  EXPECT_TRUE(world.keys("assertion/").empty());
  EXPECT_EQ(present(assertion).status, 401);
  EXPECT_EQ(world.last_outcome(), "wrong_assertion");
}

TEST_F(ClientAssertionTest, ComesOnceAlsoWhereTheEndpointRefuses) {
  const std::string assertion = good();
  const Answer answer = ask_token(changed(redemption("x", {{"client_id", ""}}), proof(assertion)));
  EXPECT_EQ(text(body_of(answer.reply), "error"), "invalid_grant");
  EXPECT_EQ(present(assertion).status, 401);
  EXPECT_EQ(world.last_outcome(), "assertion_replayed");
}

TEST_F(ClientAssertionTest, TheSameJtiOfAnotherClientIsAnother) {
  const Json same = {{"jti", "1"}};
  EXPECT_TRUE(is_good(signer.sign(claims(same))));
  client_id = text(body_of(register_signing({{"jwks", signer.jwks()}})), "client_id");
  EXPECT_TRUE(is_good(signer.sign(claims(same))));
}

TEST_F(ClientAssertionTest, OfTwoInParallelOneIsGood) {
  const std::string assertion = good();
  int first = 0;
  world.before_commit = [&] { first = present(assertion).status; };
  const int second = present(assertion).status;
  EXPECT_EQ(first, 200);
  EXPECT_EQ(second, 401);
  EXPECT_EQ(world.last_outcome(), "assertion_replayed");
  EXPECT_EQ(world.lost_commits, 1);
}

TEST_F(ClientAssertionTest, KeysElsewhereAreReadOnceAndOnceAMinuteForAnUnknownOne) {
  use_keys_elsewhere();
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(is_good(good()));
  ASSERT_EQ(world.fetches.size(), 1u);
  EXPECT_EQ(world.fetches.front().url, keys_url);
  EXPECT_EQ(world.fetches.front().reach, Reach::stranger);

  const test::Signer next("k2", 2);
  EXPECT_FALSE(is_good(next.sign(claims())));  // Looked for, and not there yet.
  EXPECT_EQ(world.fetches.size(), 2u);
  Json both = signer.jwks();
  both["keys"].push_back(next.jwk());
  serve(both);
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(is_good(next.sign(claims())));
  EXPECT_EQ(world.fetches.size(), 2u);
  world.pass(60);
  EXPECT_TRUE(is_good(next.sign(claims())));
  EXPECT_EQ(world.fetches.size(), 3u);
  EXPECT_TRUE(is_good(good()));
  EXPECT_EQ(world.fetches.size(), 3u);
}

TEST_F(ClientAssertionTest, WithoutKeysNothingIsProved) {
  use_keys_elsewhere();
  for (const Fetched& answer : {Fetched{0, {}, {}, FetchProblem::unreachable}, Fetched{404, {}, {}, FetchProblem::none},
                                Fetched{302, {{"Location", keys_url}}, {}, FetchProblem::none}}) {
    world.pass(60);
    world.elsewhere = [&](const Fetch&) { return answer; };
    EXPECT_EQ(present(good()).status, 401);
    EXPECT_NE(told().find("no_keys"), std::string::npos) << told();
    EXPECT_TRUE(world.keys("assertion/").empty());
  }
  world.pass(60);
  serve({{"keys", Json::array()}});
  EXPECT_EQ(present(good()).status, 401);
  EXPECT_NE(told().find("unknown_key"), std::string::npos) << told();
}

TEST_F(ClientAssertionTest, ARefusedSignatureIsNoReasonToFetchAgain) {
  use_keys_elsewhere();
  EXPECT_TRUE(is_good(good()));
  const test::Signer stranger("k1", 2);
  for (int i = 0; i < 5; ++i) {
    EXPECT_FALSE(is_good(stranger.sign(claims())));
    EXPECT_FALSE(is_good(signer.sign(claims({{"aud", "x"}}))));
    EXPECT_FALSE(is_good(signer.sign(claims(), {{"alg", "none"}})));
  }
  EXPECT_EQ(world.fetches.size(), 1u);
}

TEST_F(ClientAssertionTest, FromCodeToIntrospectionWithoutAClientId) {
  const std::string code = code_for();
  const auto signed_fields = [this](const Fields& fields) { return changed(fields, proof(good())); };
  const Reply redeemed = ask_token(signed_fields(redemption(code, {{"client_id", ""}}))).reply;
  ASSERT_EQ(redeemed.status, 200) << redeemed.body;
  const std::string refresh_token = text(body_of(redeemed), "refresh_token");
  const Reply renewed =
      ask_token(signed_fields({{"grant_type", "refresh_token"}, {"refresh_token", refresh_token}})).reply;
  ASSERT_EQ(renewed.status, 200) << renewed.body;
  const std::string token = text(body_of(renewed), "access_token");
  const Reply seen = run(introspect, form_post("/introspect", signed_fields({{"token", token}}))).reply;
  EXPECT_EQ(wire::bool_member(body_of(seen), "active"), true) << seen.body;
  EXPECT_EQ(run(introspect, form_post("/introspect", {{"token", token}, {"client_id", client_id}})).reply.status, 401);
  EXPECT_EQ(present(signed_fields({{"token", token}})).status, 200);
  EXPECT_FALSE(visit_with(token).principal.has_value());
}

TEST_F(ClientAssertionTest, ADocumentsClientSignsWithItsPublishedKeys) {
  const std::string url = "https://app.example/client.json";
  const Json document = {{"client_id", url},
                         {"redirect_uris", {"http://127.0.0.1/callback"}},
                         {"token_endpoint_auth_method", "private_key_jwt"},
                         {"jwks_uri", keys_url}};
  world.elsewhere = [&](const Fetch& fetch) {
    const Json& body = fetch.url == url ? document : signer.jwks();
    return Fetched{200, {}, body.dump(), FetchProblem::none};
  };
  client_id = url;
  const std::string code = code_for();
  EXPECT_EQ(redeem(code).status, 401);  // As nobody in particular.
  EXPECT_EQ(world.last_outcome(), "wrong_auth_method");
  const Reply reply = ask_token(changed(redemption(code), proof(good()))).reply;
  EXPECT_EQ(reply.status, 200) << reply.body;
  ASSERT_EQ(world.fetches.size(), 2u);
  EXPECT_EQ(world.fetches[0].url, url);
  EXPECT_EQ(world.fetches[1].url, keys_url);
}

TEST_F(ClientAssertionTest, WhoSignsGetsNoSecret) {
  const Json by_value = body_of(register_signing({{"jwks", signer.jwks()}}));
  EXPECT_EQ(wire::member(by_value, "client_secret"), nullptr);
  EXPECT_EQ(*wire::member(by_value, "jwks"), signer.jwks());
  const Json by_reference = body_of(register_signing({{"jwks_uri", keys_url}}));
  EXPECT_EQ(wire::member(by_reference, "client_secret"), nullptr);
  EXPECT_EQ(text(by_reference, "jwks_uri"), keys_url);
  EXPECT_TRUE(world.fetches.empty());
  Json large = signer.jwks();
  large["keys"][0]["x5c"] = std::string(8 << 10, 'a');
  for (const Json& keys : {Json::object(), Json{{"jwks", signer.jwks()}, {"jwks_uri", keys_url}},
                           Json{{"jwks_uri", "http://app.example/keys"}}, Json{{"jwks", {{"keys", Json::array()}}}},
                           Json{{"jwks", large}}, Json{{"jwks", "text"}}, Json{{"jwks_uri", 7}}}) {
    const Reply reply = register_signing(keys);
    EXPECT_EQ(reply.status, 400) << keys.dump().substr(0, 100);
    EXPECT_EQ(text(body_of(reply), "error"), "invalid_client_metadata");
  }
}

}  // namespace
}  // namespace postern::oauth
