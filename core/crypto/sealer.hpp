// Sealed values: tokens, cookies and flows that we give away and get back, unread and unchanged.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/secret.hpp"

namespace postern::crypto {

/// A master key of the deployment.
struct MasterKey {
  std::string id;  ///< 8 characters of base64url. Stands in front of whatever is sealed with it; not secret.
  Secret bytes;    ///< 32 bytes.
};

/// The first key seals; all of them open. A key is retired by moving it back, and removed when what it sealed has
/// expired.
using KeyRing = std::vector<MasterKey>;

/// Seals for one purpose. What was sealed for another purpose, or by another deployment, does not open.
class Sealer {
 public:
  /// `purpose`: `access token`. `key_ring` is not empty.
  Sealer(const KeyRing& key_ring, std::string_view purpose);

  /// base64url text. `nonce`: at least 24 bytes of which 24 are used; nobody may be able to make it repeat for another
  /// plaintext.
  std::string seal(std::string_view plaintext, std::string_view nonce) const;

  /// The same text for the same plaintext: the nonce is a MAC of it.
  std::string seal_same(std::string_view plaintext) const;

  /// The plaintext; nothing when the text is not ours, was changed, or its key is gone.
  std::optional<std::string> open(std::string_view text) const;

  /// 32 bytes that only this deployment can compute from `bytes`, by the first key.
  std::string mac(std::string_view bytes) const;

 private:
  struct Key {
    std::string id;
    Secret sealing;
    Secret mac;
  };
  std::string purpose_;
  std::vector<Key> keys_;
};

}  // namespace postern::crypto
