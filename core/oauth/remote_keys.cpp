#include "core/oauth/remote_keys.hpp"

#include "core/oauth/documents.hpp"

namespace postern::oauth {

Result<JwtClaims, JwtFault> verify_by_keys_at(std::string_view url, Reach reach, std::string_view token,
                                              const JwtExpectation& expected, Ask& ask, Commit& commit) {
  Commit kept;
  const auto judge = [&](Freshness freshness) -> Result<JwtClaims, JwtFault> {
    kept = Commit{};  // What the first look would have kept, the second one keeps.
    const auto keys = document(ask, kept, url, reach, freshness);
    if (!keys) return JwtFault::no_keys;
    return verify_jwt(token, read_jwks(*keys), expected);
  };
  auto claims = judge(Freshness::cached);
  if (!ask.pending() && !claims && claims.error() == JwtFault::unknown_key) claims = judge(Freshness::read_again);
  commit.join(std::move(kept));
  return claims;
}

}  // namespace postern::oauth
