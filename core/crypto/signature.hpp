// Signatures of others, verified. There is no key of ours here and no signing: a public operation needs no chance and
// hides nothing.
#pragma once

#include <string>
#include <string_view>

namespace postern::crypto {

/// Big-endian, 32 bytes each.
struct P256Key {
  std::string x;
  std::string y;
  bool operator==(const P256Key&) const = default;
};

/// Big-endian. The modulus has 2048 to 4096 bits; the exponent is odd, above 2 and below 2^32.
struct RsaKey {
  std::string n;
  std::string e;
  bool operator==(const RsaKey&) const = default;
};

/// The point is on the curve. SEC 1 s. 3.2.2.1.
bool is_usable(const P256Key& key);
/// The sizes above.
bool is_usable(const RsaKey& key);

/// `signature`: r and s, 32 bytes each (RFC 7518 s. 3.4). False also for a key that is not usable.
bool verify_es256(const P256Key& key, std::string_view message, std::string_view signature);

/// RSASSA-PKCS1-v1_5 with SHA-256, RFC 7518 s. 3.3.
bool verify_rs256(const RsaKey& key, std::string_view message, std::string_view signature);

/// RSASSA-PSS with SHA-256, MGF1 with SHA-256, a salt of 32 bytes. RFC 7518 s. 3.5.
bool verify_ps256(const RsaKey& key, std::string_view message, std::string_view signature);

}  // namespace postern::crypto
