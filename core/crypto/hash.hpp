// SHA-256 and HMAC. core/crypto is the only place that includes Mbed TLS.
#pragma once

#include <string>
#include <string_view>

namespace postern::crypto {

/// 32 bytes. FIPS 180-4.
std::string sha256(std::string_view bytes);

/// 32 bytes. RFC 2104 with SHA-256.
std::string hmac_sha256(std::string_view key, std::string_view bytes);

/// 32 bytes for one purpose, from a master key: HKDF (RFC 5869) without salt, `label` as info.
std::string derive_key(std::string_view master, std::string_view label);

}  // namespace postern::crypto
