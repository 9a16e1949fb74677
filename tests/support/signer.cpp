#include "tests/support/signer.hpp"

#include <mbedtls/ecdsa.h>
#include <mbedtls/ecp.h>

#include <stdexcept>

#include "core/crypto/hash.hpp"
#include "core/wire/base64.hpp"

namespace postern::test {
namespace {

// Blinds a computation whose secret is in this file.
int no_chance(void*, unsigned char* out, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<unsigned char>(i * 7 + 1);
  return 0;
}

void must(int result) {
  if (result != 0) throw std::runtime_error("signing failed: " + std::to_string(result));
}

struct Group {
  Group() {
    mbedtls_ecp_group_init(&value);
    must(mbedtls_ecp_group_load(&value, MBEDTLS_ECP_DP_SECP256R1));
  }
  ~Group() { mbedtls_ecp_group_free(&value); }
  Group(const Group&) = delete;
  Group& operator=(const Group&) = delete;
  mbedtls_ecp_group value;
};

struct Number {
  Number() { mbedtls_mpi_init(&value); }
  ~Number() { mbedtls_mpi_free(&value); }
  Number(const Number&) = delete;
  Number& operator=(const Number&) = delete;
  std::string bytes() const {
    std::string out(32, '\0');
    must(mbedtls_mpi_write_binary(&value, reinterpret_cast<unsigned char*>(out.data()), out.size()));
    return out;
  }
  mbedtls_mpi value;
};

const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

}  // namespace

Signer::Signer(std::string key_id, unsigned char seed)
    : key_id_(std::move(key_id)), secret_(crypto::sha256(std::string("signer") + static_cast<char>(seed))) {
  Group group;
  Number d;
  mbedtls_ecp_point point;
  mbedtls_ecp_point_init(&point);
  must(mbedtls_mpi_read_binary(&d.value, bytes(secret_), secret_.size()));
  must(mbedtls_ecp_mul(&group.value, &point, &d.value, &group.value.G, no_chance, nullptr));
  std::string out(65, '\0');
  std::size_t size = 0;
  must(mbedtls_ecp_point_write_binary(&group.value, &point, MBEDTLS_ECP_PF_UNCOMPRESSED, &size,
                                      reinterpret_cast<unsigned char*>(out.data()), out.size()));
  mbedtls_ecp_point_free(&point);
  x_ = out.substr(1, 32);
  y_ = out.substr(33, 32);
}

Json Signer::jwk() const {
  return Json{
      {"kty", "EC"},    {"crv", "P-256"}, {"x", wire::base64url(x_)}, {"y", wire::base64url(y_)}, {"kid", key_id_},
      {"alg", "ES256"}, {"use", "sig"}};
}

Json Signer::jwks() const { return Json{{"keys", Json::array({jwk()})}}; }

std::string Signer::sign(const Json& claims, const Json& header) const {
  Json full = {{"alg", "ES256"}, {"kid", key_id_}};
  for (const auto& [name, value] : header.items()) full[name] = value;
  const std::string input = wire::base64url(full.dump()) + '.' + wire::base64url(claims.dump());
  return input + '.' + wire::base64url(signature_of(input));
}

std::string Signer::signature_of(std::string_view text) const {
  Group group;
  Number d, r, s;
  const std::string digest = crypto::sha256(text);
  must(mbedtls_mpi_read_binary(&d.value, bytes(secret_), secret_.size()));
  must(mbedtls_ecdsa_sign_det_ext(&group.value, &r.value, &s.value, &d.value, bytes(digest), digest.size(),
                                  MBEDTLS_MD_SHA256, no_chance, nullptr));
  return r.bytes() + s.bytes();
}

}  // namespace postern::test
