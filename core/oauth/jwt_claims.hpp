// What a signed token has to say, RFC 7519 s. 4.1, checked after its signature: from whom, for whom, until when.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.hpp"
#include "core/base/time.hpp"
#include "core/oauth/jwks.hpp"

namespace postern::oauth {

/// Why a token is not believed.
enum class JwtFault {
  malformed,
  algorithm_not_allowed,
  unknown_key,  ///< The only one that another look at the keys may mend.
  no_keys,      ///< The keys can't be had: nothing is known about the token.
  bad_signature,
  wrong_type,
  wrong_issuer,
  wrong_audience,
  wrong_party,  ///< `azp` names somebody else.
  wrong_nonce,
  expired,
  lives_too_long,
  not_yet_good,
  no_subject
};
std::string_view name_of(JwtFault fault);

struct JwtExpectation {
  std::string issuer;                  ///< Compared as text.
  std::vector<std::string> audiences;  ///< One of these has to be in `aud`.
  std::vector<Algorithm> algorithms = {Algorithm::es256, Algorithm::rs256, Algorithm::ps256};
  std::vector<std::string> types = {};  ///< `at+jwt`; empty: any, or none.
  std::optional<std::string> nonce = {};
  std::string party = {};  ///< Not empty: `azp`, if it is there, or if there are several audiences, has to be this.
  UnixSeconds now{};
  Seconds leeway{60};      ///< For clocks that differ.
  Seconds longest_life{};  ///< Not zero: `exp` may not be further away.
};

struct JwtClaims {
  Json all;             ///< An object.
  std::string subject;  ///< Never empty.
  UnixSeconds expires;
  std::optional<UnixSeconds> issued;
};

/// The claims of a token of which all of this holds. `exp` and `sub` are required.
Result<JwtClaims, JwtFault> verify_jwt(std::string_view text, const std::vector<Jwk>& keys,
                                       const JwtExpectation& expected);

/// One of `audiences` is in `aud`, which is a text or several.
bool names_one_of(const Json& claims, const std::vector<std::string>& audiences);

/// A NumericDate (RFC 7519 s. 2), whole seconds of it; nothing for what is none: negative, or beyond 2^53.
std::optional<UnixSeconds> numeric_date(const Json& claims, std::string_view name);

}  // namespace postern::oauth
