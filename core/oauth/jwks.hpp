// Keys of others: JSON Web Key Sets, RFC 7517, RFC 7518 s. 6.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/json.hpp"
#include "core/crypto/signature.hpp"
#include "core/wire/jwt.hpp"

namespace postern::oauth {

/// What a signature may be made with. Neither `none` nor a MAC can be named, so neither can be accepted.
enum class Algorithm { es256, rs256, ps256 };

std::string_view name_of(Algorithm algorithm);
std::optional<Algorithm> algorithm_by_name(std::string_view name);

struct Jwk {
  std::string id;                      ///< `kid`; empty: none.
  std::optional<Algorithm> algorithm;  ///< `alg`: it is for this one alone.
  std::variant<crypto::P256Key, crypto::RsaKey> key;
};

/// The public keys for signatures that we can use; others are passed over, as are private ones and those beyond the
/// first 50. Not an object with `keys`: none.
std::vector<Jwk> read_jwks(const Json& document);

enum class SignatureCheck {
  good,
  bad,          ///< By the key that it names.
  unknown_key,  ///< No key fits: the set may be older than the key.
  not_allowed   ///< Its algorithm is none of `allowed`.
};

/// The keys of the token's `kid`; where it names none, the only one that fits.
SignatureCheck check_signature(const wire::Jwt& token, const std::vector<Jwk>& keys,
                               const std::vector<Algorithm>& allowed);

}  // namespace postern::oauth
