#include "core/oauth/client_assertion.hpp"

#include <algorithm>
#include <variant>

#include "core/crypto/hash.hpp"
#include "core/oauth/remote_keys.hpp"
#include "core/store/record.hpp"
#include "core/store/records.hpp"
#include "core/wire/base64.hpp"
#include "core/wire/json.hpp"

namespace postern::oauth {
namespace {

constexpr Seconds longest_life{300};
constexpr Seconds leeway{30};
constexpr std::size_t longest_jti = 256;

Result<JwtClaims, JwtFault> judge(const Authority& authority, const ClientCredentials& credentials,
                                  const store::Client& client, Ask& ask, Commit& commit);

}  // namespace

AssertionProof prove_assertion(const Authority& authority, const ClientCredentials& credentials, Ask& ask) {
  AssertionProof proof;
  if (credentials.method != "private_key_jwt") return proof;
  const auto client = store::load<store::Client>(ask, store::Client::key(credentials.id));
  // Unknown, or registered otherwise: the endpoint says so, and no key is looked for.
  if (ask.pending() || !client || client->auth_method != credentials.method) return proof;

  const auto refuse = [&](std::string detail) {
    proof.refused = Refused{Refusal::wrong_assertion, std::move(detail), credentials.id};
    return proof;
  };
  const auto claims = judge(authority, credentials, *client, ask, proof.commit);
  if (ask.pending()) return proof;
  if (!claims) return refuse("the client assertion is " + std::string(name_of(claims.error())));
  const std::string* jti = wire::string_member(claims->all, "jti");
  if (jti == nullptr || jti->empty() || jti->size() > longest_jti) return refuse("expected a jti of 1 to 256 bytes");

  const std::string key = store::Assertion::key(wire::base64url(crypto::sha256(credentials.id + '\n' + *jti)));
  const auto seen = store::load<store::Assertion>(ask, key);
  if (ask.pending()) return proof;
  if (seen) {
    proof.refused = Refused{Refusal::assertion_replayed, {}, credentials.id};
    return proof;
  }
  proof.proved = true;
  const UnixSeconds expires = claims->expires + leeway;
  store::create(proof.commit, key, store::Assertion{expires}, expires);
  proof.commit.durable();
  return proof;
}

Outcome with_loads_of(const Outcome& endpoint, Outcome needs) {
  const Needs* reads = endpoint.needs();
  auto* all = std::get_if<Needs>(&needs.step);
  if (reads == nullptr || all == nullptr) return needs;
  for (const Need& need : reads->list) {
    const bool is_new = std::find(all->list.begin(), all->list.end(), need) == all->list.end();
    if (std::holds_alternative<Load>(need) && is_new) all->list.push_back(need);
  }
  return needs;
}

namespace {

// RFC 7523 s. 3. The issuer has to be the subject, which is where the client's id was read from (client_auth.cpp). The
// audience is this server: by its issuer, or by its token endpoint as older clients write it.
Result<JwtClaims, JwtFault> judge(const Authority& authority, const ClientCredentials& credentials,
                                  const store::Client& client, Ask& ask, Commit& commit) {
  JwtExpectation expected;
  expected.issuer = credentials.id;
  expected.audiences = {authority.issuer, authority.endpoint("/token")};
  expected.now = ask.facts().now();
  expected.leeway = leeway;
  expected.longest_life = longest_life;
  const std::string_view assertion = credentials.secret.expose_for(Reason::performing);
  if (client.jwks_uri.empty()) {
    const auto keys = wire::parse_json(client.jwks);
    if (!keys) return JwtFault::unknown_key;
    return verify_jwt(assertion, read_jwks(*keys), expected);
  }
  return verify_by_keys_at(client.jwks_uri, Reach::stranger, assertion, expected, ask, commit);
}

}  // namespace
}  // namespace postern::oauth
