#include "core/oauth/jwt_claims.hpp"

#include <algorithm>
#include <cmath>

#include "core/wire/json.hpp"

namespace postern::oauth {
namespace {

std::optional<JwtFault> check_source(const wire::Jwt& token, const std::vector<Jwk>& keys,
                                     const JwtExpectation& expected);
std::optional<JwtFault> check_parties(const Json& claims, const JwtExpectation& expected);
std::optional<JwtFault> check_times(const Json& claims, const JwtExpectation& expected);
std::vector<std::string> audiences_of(const Json& claims);

}  // namespace

Result<JwtClaims, JwtFault> verify_jwt(std::string_view text, const std::vector<Jwk>& keys,
                                       const JwtExpectation& expected) {
  auto token = wire::Jwt::parse(text);
  if (!token) return JwtFault::malformed;
  if (auto fault = check_source(*token, keys, expected)) return *fault;
  if (auto fault = check_parties(token->claims, expected)) return *fault;
  if (auto fault = check_times(token->claims, expected)) return *fault;
  const std::string* subject = wire::string_member(token->claims, "sub");
  if (subject == nullptr || subject->empty()) return JwtFault::no_subject;
  JwtClaims claims{{}, *subject, *numeric_date(token->claims, "exp"), numeric_date(token->claims, "iat")};
  claims.all = std::move(token.value().claims);
  return claims;
}

bool names_one_of(const Json& claims, const std::vector<std::string>& audiences) {
  const std::vector<std::string> named = audiences_of(claims);
  return std::any_of(audiences.begin(), audiences.end(), [&named](const std::string& one) {
    return std::find(named.begin(), named.end(), one) != named.end();
  });
}

std::optional<UnixSeconds> numeric_date(const Json& claims, std::string_view name) {
  const Json* value = wire::member(claims, name);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  constexpr double most = 9007199254740992.0;
  const double seconds = value->get<double>();
  if (!std::isfinite(seconds) || seconds < 0 || seconds > most) return std::nullopt;
  return UnixSeconds{static_cast<std::int64_t>(seconds)};
}

std::string_view name_of(JwtFault fault) {
  switch (fault) {
    case JwtFault::malformed:
      return "malformed";
    case JwtFault::algorithm_not_allowed:
      return "algorithm_not_allowed";
    case JwtFault::unknown_key:
      return "unknown_key";
    case JwtFault::no_keys:
      return "no_keys";
    case JwtFault::bad_signature:
      return "bad_signature";
    case JwtFault::wrong_type:
      return "wrong_type";
    case JwtFault::wrong_issuer:
      return "wrong_issuer";
    case JwtFault::wrong_audience:
      return "wrong_audience";
    case JwtFault::wrong_party:
      return "wrong_party";
    case JwtFault::wrong_nonce:
      return "wrong_nonce";
    case JwtFault::expired:
      return "expired";
    case JwtFault::lives_too_long:
      return "lives_too_long";
    case JwtFault::not_yet_good:
      return "not_yet_good";
    case JwtFault::no_subject:
      return "no_subject";
  }
  return "";
}

namespace {

std::optional<JwtFault> check_source(const wire::Jwt& token, const std::vector<Jwk>& keys,
                                     const JwtExpectation& expected) {
  switch (check_signature(token, keys, expected.algorithms)) {
    case SignatureCheck::good:
      break;
    case SignatureCheck::bad:
      return JwtFault::bad_signature;
    case SignatureCheck::unknown_key:
      return JwtFault::unknown_key;
    case SignatureCheck::not_allowed:
      return JwtFault::algorithm_not_allowed;
  }
  const auto& types = expected.types;
  if (!types.empty() && std::find(types.begin(), types.end(), token.type) == types.end()) return JwtFault::wrong_type;
  return std::nullopt;
}

std::optional<JwtFault> check_parties(const Json& claims, const JwtExpectation& expected) {
  const std::string* issuer = wire::string_member(claims, "iss");
  if (issuer == nullptr || *issuer != expected.issuer) return JwtFault::wrong_issuer;
  if (!names_one_of(claims, expected.audiences)) return JwtFault::wrong_audience;
  if (!expected.party.empty()) {  // OpenID Connect Core 1.0 s. 3.1.3.7, steps 4 and 5
    const Json* party = wire::member(claims, "azp");
    if (party == nullptr ? audiences_of(claims).size() > 1 : *party != expected.party) return JwtFault::wrong_party;
  }
  if (expected.nonce) {
    const std::string* nonce = wire::string_member(claims, "nonce");
    if (nonce == nullptr || *nonce != *expected.nonce) return JwtFault::wrong_nonce;
  }
  return std::nullopt;
}

std::optional<JwtFault> check_times(const Json& claims, const JwtExpectation& expected) {
  const UnixSeconds latest = expected.now + expected.leeway;
  const auto expires = numeric_date(claims, "exp");
  if (!expires || expected.now >= *expires + expected.leeway) return JwtFault::expired;
  if (expected.longest_life.count > 0 && *expires > latest + expected.longest_life) return JwtFault::lives_too_long;
  for (const std::string_view name : {"nbf", "iat"}) {
    if (wire::member(claims, name) == nullptr) continue;
    const auto from = numeric_date(claims, name);
    if (!from || *from > latest) return JwtFault::not_yet_good;
  }
  return std::nullopt;
}

std::vector<std::string> audiences_of(const Json& claims) {
  std::vector<std::string> audiences;
  if (const std::string* one = wire::string_member(claims, "aud")) audiences.push_back(*one);
  if (const Json* several = wire::array_member(claims, "aud")) {
    for (const Json& one : *several) {
      if (one.is_string()) audiences.push_back(one.get<std::string>());
    }
  }
  return audiences;
}

}  // namespace
}  // namespace postern::oauth
