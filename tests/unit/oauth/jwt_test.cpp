#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "core/crypto/hash.hpp"
#include "core/oauth/jwks.hpp"
#include "core/oauth/jwt_claims.hpp"
#include "core/wire/base64.hpp"
#include "tests/support/signer.hpp"

namespace postern::oauth {
namespace {

using test::Signer;

constexpr UnixSeconds now{1'700'000'000};
const Signer signer("k1");
const Signer stranger("k1", 9);

Json good_claims() {
  return Json{
      {"iss", "https://issuer.example"}, {"aud", "us"}, {"sub", "u1"}, {"exp", now.count + 600}, {"iat", now.count}};
}

JwtExpectation expectation() {
  JwtExpectation expected;
  expected.issuer = "https://issuer.example";
  expected.audiences = {"us"};
  expected.now = now;
  return expected;
}

std::string fault_of(const std::string& token, const JwtExpectation& expected = expectation(),
                     const Json& keys = signer.jwks()) {
  const auto claims = verify_jwt(token, read_jwks(keys), expected);
  return claims ? "" : std::string(name_of(claims.error()));
}

std::string encoded(const std::string& header, const std::string& payload, const std::string& signature) {
  return wire::base64url(header) + '.' + wire::base64url(payload) + '.' + wire::base64url(signature);
}

TEST(Jwt, AGoodOne) {
  const auto claims = verify_jwt(signer.sign(good_claims()), read_jwks(signer.jwks()), expectation());
  ASSERT_TRUE(claims.ok());
  EXPECT_EQ(claims->subject, "u1");
  EXPECT_EQ(claims->expires, now + Seconds{600});
  EXPECT_EQ(claims->all["iss"], "https://issuer.example");
}

TEST(Jwt, ClaimsThatAreNotAsTheyHaveToBe) {
  const struct {
    const char* name;
    std::function<void(Json&)> change;
    const char* fault;
  } rows[] = {
      {"another issuer", [](Json& c) { c["iss"] = "https://evil.example"; }, "wrong_issuer"},
      {"a slash more", [](Json& c) { c["iss"] = "https://issuer.example/"; }, "wrong_issuer"},
      {"no issuer", [](Json& c) { c.erase("iss"); }, "wrong_issuer"},
      {"issuer in a list", [](Json& c) { c["iss"] = Json::array({"https://issuer.example"}); }, "wrong_issuer"},
      {"another audience", [](Json& c) { c["aud"] = "them"; }, "wrong_audience"},
      {"no audience", [](Json& c) { c.erase("aud"); }, "wrong_audience"},
      {"a part of the audience", [](Json& c) { c["aud"] = "us and them"; }, "wrong_audience"},
      {"several audiences",
       [](Json& c) {
         c["aud"] = Json::array({"them", "us"});
       },
       ""},
      {"audiences of another kind",
       [](Json& c) {
         c["aud"] = Json::array({1, Json::object(), "us"});
       },
       ""},
      {"audience an object",
       [](Json& c) {
         c["aud"] = Json{{"us", true}};
       },
       "wrong_audience"},
      {"just expired", [](Json& c) { c["exp"] = now.count - 60; }, "expired"},
      {"within the leeway", [](Json& c) { c["exp"] = now.count - 59; }, ""},
      {"no expiry", [](Json& c) { c.erase("exp"); }, "expired"},
      {"expiry a text", [](Json& c) { c["exp"] = "1800000000"; }, "expired"},
      {"expiry negative", [](Json& c) { c["exp"] = -1; }, "expired"},
      {"expiry huge", [](Json& c) { c["exp"] = 1e300; }, "expired"},
      {"expiry with a fraction", [](Json& c) { c["exp"] = 1700000600.5; }, ""},
      {"not yet good", [](Json& c) { c["nbf"] = now.count + 61; }, "not_yet_good"},
      {"good in the leeway", [](Json& c) { c["nbf"] = now.count + 60; }, ""},
      {"issued in the future", [](Json& c) { c["iat"] = now.count + 61; }, "not_yet_good"},
      {"issued a text", [](Json& c) { c["iat"] = "now"; }, "not_yet_good"},
      {"no subject", [](Json& c) { c.erase("sub"); }, "no_subject"},
      {"an empty subject", [](Json& c) { c["sub"] = ""; }, "no_subject"},
      {"a number as subject", [](Json& c) { c["sub"] = 7; }, "no_subject"},
  };
  for (const auto& row : rows) {
    Json claims = good_claims();
    row.change(claims);
    EXPECT_EQ(fault_of(signer.sign(claims)), row.fault) << row.name;
  }
}

TEST(Jwt, ItsSignatureDecidesFirst) {
  Json wrong = good_claims();
  wrong["iss"] = "https://evil.example";
  EXPECT_EQ(fault_of(stranger.sign(good_claims())), "bad_signature");
  EXPECT_EQ(fault_of(stranger.sign(wrong)), "bad_signature");
  EXPECT_EQ(fault_of(Signer("k2").sign(good_claims())), "unknown_key");
  std::string token = signer.sign(good_claims());
  token[token.find('.') + 3] ^= 1;
  EXPECT_NE(fault_of(token), "");
}

TEST(Jwt, NoAlgorithmOfTheTokensOwnChoice) {
  const std::string payload = good_claims().dump();
  for (const char* none : {"none", "None", "NONE", "nOnE", ""}) {
    EXPECT_NE(fault_of(encoded(Json{{"alg", none}, {"kid", "k1"}}.dump(), payload, "")), "") << none;
  }
  // The public key as the secret of a MAC: RFC 8725 s. 2.1.
  const std::string input = wire::base64url(R"({"alg":"HS256","kid":"k1"})") + '.' + wire::base64url(payload);
  for (const std::string& secret : {signer.jwk().dump(), signer.jwks().dump(), signer.jwk()["x"].get<std::string>()}) {
    EXPECT_EQ(fault_of(input + '.' + wire::base64url(crypto::hmac_sha256(secret, input))), "algorithm_not_allowed");
  }
  EXPECT_EQ(fault_of(signer.sign(good_claims(), {{"alg", "RS256"}})), "unknown_key") << "a key is for its own kind";
  EXPECT_EQ(fault_of(signer.sign(good_claims(), {{"alg", "ES384"}})), "algorithm_not_allowed");
  JwtExpectation rsa_only = expectation();
  rsa_only.algorithms = {Algorithm::rs256};
  EXPECT_EQ(fault_of(signer.sign(good_claims()), rsa_only), "algorithm_not_allowed");
}

TEST(Jwt, NoKeyThatTheTokenBringsAlong) {
  const Json header = {{"jwk", stranger.jwk()}, {"jku", "https://evil.example/keys"}, {"kid", "k1"}};
  EXPECT_EQ(fault_of(stranger.sign(good_claims(), header)), "bad_signature");
  EXPECT_EQ(fault_of(signer.sign(good_claims(), {{"crit", Json::array({"exp"})}, {"exp", 1}})), "malformed");
  EXPECT_EQ(fault_of(signer.sign(good_claims(), {{"crit", Json::array()}})), "malformed");
}

TEST(Jwt, WhatIsNoToken) {
  const std::string good = signer.sign(good_claims());
  const std::string claims = good_claims().dump();
  const std::string rows[] = {"",
                              ".",
                              "..",
                              "...",
                              "a.b.c",
                              good + ".",
                              good + "=",
                              good + ".e30",
                              " " + good,
                              good.substr(0, good.rfind('.')),
                              encoded("[]", claims, "s"),
                              encoded(R"({"alg":"ES256","alg":"none"})", claims, "s"),
                              encoded(R"({"alg":1})", claims, "s"),
                              encoded(R"({"alg":"ES256","kid":1})", claims, "s"),
                              encoded(R"({"alg":"ES256","typ":1})", claims, "s"),
                              encoded(R"({"alg":"ES256"})", "[]", "s"),
                              encoded(R"({"alg":"ES256"})", R"({"a":1,"a":2})", "s"),
                              encoded(R"({"alg":"ES256"})", "\xff", "s"),
                              std::string(20000, 'a') + "..",
                              encoded(R"({"alg":"ES256"})", std::string(40, '[') + std::string(40, ']'), "s")};
  for (const std::string& row : rows) EXPECT_EQ(fault_of(row), "malformed") << row.substr(0, 80);
}

TEST(Jwt, ItsType) {
  JwtExpectation expected = expectation();
  expected.types = {"at+jwt"};
  EXPECT_EQ(fault_of(signer.sign(good_claims(), {{"typ", "at+jwt"}}), expected), "");
  EXPECT_EQ(fault_of(signer.sign(good_claims(), {{"typ", "application/AT+JWT"}}), expected), "");
  EXPECT_EQ(fault_of(signer.sign(good_claims(), {{"typ", "JWT"}}), expected), "wrong_type");
  EXPECT_EQ(fault_of(signer.sign(good_claims()), expected), "wrong_type");
}

TEST(Jwt, NonceAndParty) {
  JwtExpectation expected = expectation();
  expected.nonce = "n1";
  Json claims = good_claims();
  EXPECT_EQ(fault_of(signer.sign(claims), expected), "wrong_nonce");
  claims["nonce"] = "n2";
  EXPECT_EQ(fault_of(signer.sign(claims), expected), "wrong_nonce");
  claims["nonce"] = "n1";
  EXPECT_EQ(fault_of(signer.sign(claims), expected), "");
  expected.party = "us";
  EXPECT_EQ(fault_of(signer.sign(claims), expected), "");
  claims["aud"] = Json::array({"us", "them"});
  EXPECT_EQ(fault_of(signer.sign(claims), expected), "wrong_party");
  claims["azp"] = "them";
  EXPECT_EQ(fault_of(signer.sign(claims), expected), "wrong_party");
  claims["azp"] = "us";
  EXPECT_EQ(fault_of(signer.sign(claims), expected), "");
}

TEST(Jwt, ALifeThatIsTooLong) {
  JwtExpectation expected = expectation();
  expected.longest_life = Seconds{300};
  EXPECT_EQ(fault_of(signer.sign(good_claims()), expected), "lives_too_long");
  Json claims = good_claims();
  claims["exp"] = now.count + 300;
  EXPECT_EQ(fault_of(signer.sign(claims), expected), "");
}

TEST(Jwks, KeepsWhatItCanUse) {
  const Json good = signer.jwk();
  const auto with = [&good](const char* name, Json value) {
    Json key = good;
    key[name] = std::move(value);
    return key;
  };
  const auto usable = [](const Json& key) { return read_jwks(Json{{"keys", Json::array({key})}}).size(); };
  EXPECT_EQ(usable(good), 1u);
  EXPECT_EQ(usable(with("d", "c2VjcmV0")), 0u) << "a private key";
  EXPECT_EQ(usable(with("use", "enc")), 0u);
  EXPECT_EQ(usable(with("use", nullptr)), 0u);
  EXPECT_EQ(usable(with("key_ops", Json::array({"sign"}))), 0u);
  EXPECT_EQ(usable(with("key_ops", Json::array({"verify"}))), 1u);
  EXPECT_EQ(usable(with("key_ops", "verify")), 0u);
  EXPECT_EQ(usable(with("crv", "P-384")), 0u);
  EXPECT_EQ(usable(with("kty", "OKP")), 0u);
  EXPECT_EQ(usable(with("kty", "oct")), 0u);
  EXPECT_EQ(usable(with("alg", "RS256")), 0u);
  EXPECT_EQ(usable(with("alg", "ES384")), 0u);
  EXPECT_EQ(usable(with("x", good["y"])), 0u) << "not on the curve";
  EXPECT_EQ(usable(with("x", good["x"].get<std::string>() + "=")), 0u);
  for (const Json& document : {Json(), Json::array(), Json::object(), Json{{"keys", Json::object()}},
                               Json{{"keys", Json::array({1, "a", nullptr, Json::array()})}}}) {
    EXPECT_TRUE(read_jwks(document).empty());
  }
  Json many = Json::array();
  for (int i = 0; i < 60; ++i) many.push_back(good);
  EXPECT_EQ(read_jwks(Json{{"keys", many}}).size(), 50u);
}

TEST(Jwks, WithoutANameThereHasToBeOneKey) {
  Json unnamed = signer.jwk();
  unnamed.erase("kid");
  const std::string token = [] {
    const std::string input = wire::base64url(R"({"alg":"ES256"})") + '.' + wire::base64url(good_claims().dump());
    return input + '.' + wire::base64url(signer.signature_of(input));
  }();
  EXPECT_EQ(fault_of(token, expectation(), signer.jwks()), "");
  EXPECT_EQ(fault_of(token, expectation(), Json{{"keys", {unnamed}}}), "");
  EXPECT_EQ(fault_of(token, expectation(), Json{{"keys", {signer.jwk(), stranger.jwk()}}}), "unknown_key");
  EXPECT_EQ(fault_of(signer.sign(good_claims()), expectation(), Json{{"keys", {unnamed}}}), "unknown_key");
  EXPECT_EQ(fault_of(signer.sign(good_claims()), expectation(), Json{{"keys", {stranger.jwk(), signer.jwk()}}}), "")
      << "two keys of one name, as in a rotation";
}

}  // namespace
}  // namespace postern::oauth
