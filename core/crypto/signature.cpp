#include "core/crypto/signature.hpp"

#include <mbedtls/bignum.h>
#include <mbedtls/ecdsa.h>
#include <mbedtls/ecp.h>
#include <mbedtls/rsa.h>

#include <cstddef>

#include "core/crypto/hash.hpp"

namespace postern::crypto {
namespace {

constexpr std::size_t coordinate_size = 32;
constexpr std::size_t least_modulus = 2048;
constexpr std::size_t most_modulus = 4096;
constexpr int pss_salt_size = 32;

const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

class Number {
 public:
  Number() { mbedtls_mpi_init(&value_); }
  explicit Number(std::string_view big_endian) : Number() {
    good_ = mbedtls_mpi_read_binary(&value_, bytes(big_endian), big_endian.size()) == 0;
  }
  ~Number() { mbedtls_mpi_free(&value_); }
  Number(const Number&) = delete;
  Number& operator=(const Number&) = delete;
  bool good() const { return good_; }
  const mbedtls_mpi* get() const { return &value_; }

 private:
  mbedtls_mpi value_;
  bool good_ = true;
};

class P256 {
 public:
  explicit P256(const P256Key& key) {
    mbedtls_ecp_group_init(&group_);
    mbedtls_ecp_point_init(&point_);
    if (key.x.size() != coordinate_size || key.y.size() != coordinate_size) return;
    const std::string uncompressed = '\x04' + key.x + key.y;
    good_ = mbedtls_ecp_group_load(&group_, MBEDTLS_ECP_DP_SECP256R1) == 0 &&
            mbedtls_ecp_point_read_binary(&group_, &point_, bytes(uncompressed), uncompressed.size()) == 0 &&
            mbedtls_ecp_check_pubkey(&group_, &point_) == 0;
  }
  ~P256() {
    mbedtls_ecp_point_free(&point_);
    mbedtls_ecp_group_free(&group_);
  }
  P256(const P256&) = delete;
  P256& operator=(const P256&) = delete;

  bool good() const { return good_; }
  bool verifies(std::string_view digest, const Number& r, const Number& s) {
    return good_ && mbedtls_ecdsa_verify(&group_, bytes(digest), digest.size(), &point_, r.get(), s.get()) == 0;
  }

 private:
  mbedtls_ecp_group group_;
  mbedtls_ecp_point point_;
  bool good_ = false;
};

class Rsa {
 public:
  Rsa(const RsaKey& key, int padding) {
    mbedtls_rsa_init(&context_);
    if (!is_usable(key)) return;
    good_ = mbedtls_rsa_import_raw(&context_, bytes(key.n), key.n.size(), nullptr, 0, nullptr, 0, nullptr, 0,
                                   bytes(key.e), key.e.size()) == 0 &&
            mbedtls_rsa_complete(&context_) == 0 && mbedtls_rsa_check_pubkey(&context_) == 0 &&
            mbedtls_rsa_set_padding(&context_, padding, MBEDTLS_MD_SHA256) == 0;
  }
  ~Rsa() { mbedtls_rsa_free(&context_); }
  Rsa(const Rsa&) = delete;
  Rsa& operator=(const Rsa&) = delete;

  /// The context, if a signature of this size can be one.
  mbedtls_rsa_context* for_signature(std::string_view signature) {
    return good_ && signature.size() == mbedtls_rsa_get_len(&context_) ? &context_ : nullptr;
  }

 private:
  mbedtls_rsa_context context_;
  bool good_ = false;
};

std::string_view without_zeros(std::string_view big_endian) {
  while (!big_endian.empty() && big_endian.front() == '\0') big_endian.remove_prefix(1);
  return big_endian;
}

std::size_t bits_of(std::string_view big_endian) {
  big_endian = without_zeros(big_endian);
  if (big_endian.empty()) return 0;
  std::size_t bits = big_endian.size() * 8;
  for (unsigned mask = 0x80; (static_cast<unsigned char>(big_endian.front()) & mask) == 0; mask >>= 1) --bits;
  return bits;
}

}  // namespace

bool is_usable(const P256Key& key) { return P256(key).good(); }

bool is_usable(const RsaKey& key) {
  const std::size_t bits = bits_of(key.n);
  const std::string_view e = without_zeros(key.e);
  if (bits < least_modulus || bits > most_modulus || e.empty() || e.size() > 4) return false;
  const bool odd = (static_cast<unsigned char>(e.back()) & 1) == 1;
  return odd && !(e.size() == 1 && e.front() == '\x01');
}

bool verify_es256(const P256Key& key, std::string_view message, std::string_view signature) {
  if (signature.size() != 2 * coordinate_size) return false;
  const Number r(signature.substr(0, coordinate_size));
  const Number s(signature.substr(coordinate_size));
  P256 p256(key);
  return r.good() && s.good() && p256.verifies(sha256(message), r, s);
}

bool verify_rs256(const RsaKey& key, std::string_view message, std::string_view signature) {
  Rsa rsa(key, MBEDTLS_RSA_PKCS_V15);
  mbedtls_rsa_context* const context = rsa.for_signature(signature);
  const std::string digest = sha256(message);
  return context != nullptr &&
         mbedtls_rsa_rsassa_pkcs1_v15_verify(context, MBEDTLS_MD_SHA256, static_cast<unsigned>(digest.size()),
                                             bytes(digest), bytes(signature)) == 0;
}

bool verify_ps256(const RsaKey& key, std::string_view message, std::string_view signature) {
  Rsa rsa(key, MBEDTLS_RSA_PKCS_V21);
  mbedtls_rsa_context* const context = rsa.for_signature(signature);
  const std::string digest = sha256(message);
  return context != nullptr &&
         mbedtls_rsa_rsassa_pss_verify_ext(context, MBEDTLS_MD_SHA256, static_cast<unsigned>(digest.size()),
                                           bytes(digest), MBEDTLS_MD_SHA256, pss_salt_size, bytes(signature)) == 0;
}

}  // namespace postern::crypto
