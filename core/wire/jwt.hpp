// JSON Web Signatures in their compact form, read into their parts. RFC 7515 s. 7.1, RFC 7519.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/json.hpp"
#include "core/base/result.hpp"
#include "core/wire/malformed.hpp"

namespace postern::wire {

/// A token that looks like one. Nothing of it is true before its signature has been verified.
struct Jwt {
  std::string algorithm;      ///< `alg`, as it stands.
  std::string key_id;         ///< `kid`; empty: none.
  std::string type;           ///< `typ` in lower case without "application/"; empty: none.
  Json claims;                ///< An object.
  std::string signing_input;  ///< What is signed.
  std::string signature;

  /// Errors: longer than 16 KiB, not three parts of base64url, header or payload no JSON object, no `alg`, `kid` or `typ`
  /// of another type, any `crit` (RFC 7515 s. 4.1.11: none is understood). Keys that the header brings along (jwk, jku,
  /// x5c, x5u) are not read.
  static Result<Jwt, Malformed> parse(std::string_view text);
};

}  // namespace postern::wire
