// Somebody else's signing key: makes tokens as another server would. ES256, always the same key and the same signature.
#pragma once

#include <string>
#include <string_view>

#include "core/base/json.hpp"

namespace postern::test {

class Signer {
 public:
  /// `seed`: another one is another key.
  explicit Signer(std::string key_id, unsigned char seed = 1);

  Json jwk() const;   ///< Public.
  Json jwks() const;  ///< {"keys":[jwk]}

  /// A compact JWS of these claims. `header`: members beside alg and kid, or in their place.
  std::string sign(const Json& claims, const Json& header = Json::object()) const;
  /// r and s of this text.
  std::string signature_of(std::string_view text) const;

 private:
  std::string key_id_;
  std::string secret_;  ///< 32 bytes.
  std::string x_, y_;
};

}  // namespace postern::test
