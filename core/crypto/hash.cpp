#include "core/crypto/hash.hpp"

#include <mbedtls/hkdf.h>
#include <mbedtls/md.h>
#include <mbedtls/platform_util.h>
#include <mbedtls/sha256.h>

#include <array>
#include <cstring>

namespace postern::crypto {
namespace {

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

}  // namespace

std::string sha256(std::string_view bytes) {
  std::string digest(32, '\0');
  mbedtls_sha256(bytes_of(bytes), bytes.size(), bytes_of(digest), 0);
  return digest;
}

// Written on the hash itself: the generic interface allocates a context for every call, and this is on the path of
// every request.
std::string hmac_sha256(std::string_view key, std::string_view bytes) {
  std::array<unsigned char, 64> block{};
  if (key.size() > block.size()) {
    mbedtls_sha256(bytes_of(key), key.size(), block.data(), 0);
  } else if (!key.empty()) {
    std::memcpy(block.data(), key.data(), key.size());
  }
  for (unsigned char& byte : block) byte ^= 0x36;

  mbedtls_sha256_context context;
  std::string digest(32, '\0');
  mbedtls_sha256_init(&context);
  mbedtls_sha256_starts(&context, 0);
  mbedtls_sha256_update(&context, block.data(), block.size());
  mbedtls_sha256_update(&context, bytes_of(bytes), bytes.size());
  mbedtls_sha256_finish(&context, bytes_of(digest));

  for (unsigned char& byte : block) byte ^= 0x36 ^ 0x5c;
  mbedtls_sha256_starts(&context, 0);
  mbedtls_sha256_update(&context, block.data(), block.size());
  mbedtls_sha256_update(&context, bytes_of(digest), digest.size());
  mbedtls_sha256_finish(&context, bytes_of(digest));
  mbedtls_sha256_free(&context);
  mbedtls_platform_zeroize(block.data(), block.size());
  return digest;
}

std::string derive_key(std::string_view master, std::string_view label) {
  std::string key(32, '\0');
  const int failed = mbedtls_hkdf(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), nullptr, 0, bytes_of(master),
                                  master.size(), bytes_of(label), label.size(), bytes_of(key), key.size());
  if (failed != 0) __builtin_trap();  // A key of zeros must never be used.
  return key;
}

}  // namespace postern::crypto
