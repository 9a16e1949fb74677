#include "host-native/http/certificate.hpp"

#include <mbedtls/pk.h>
#include <mbedtls/x509_crt.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "host-native/system/entropy.hpp"
#include "host-native/system/files.hpp"
#include "host-native/system/refused.hpp"

namespace postern::http {
namespace {

constexpr std::size_t largest_file = 1 << 20;

int random_bytes(void*, unsigned char* into, std::size_t size) {
  constexpr std::size_t at_once = 256;
  for (std::size_t done = 0; done < size;) {
    const std::size_t part = std::min(at_once, size - done);
    std::memcpy(into + done, system_entropy(part).data(), part);
    done += part;
  }
  return 0;
}

struct Certificate {
  mbedtls_x509_crt chain;
  Certificate() { mbedtls_x509_crt_init(&chain); }
  ~Certificate() { mbedtls_x509_crt_free(&chain); }
  Certificate(const Certificate&) = delete;
  Certificate& operator=(const Certificate&) = delete;
};

struct PrivateKey {
  mbedtls_pk_context key;
  PrivateKey() { mbedtls_pk_init(&key); }
  ~PrivateKey() { mbedtls_pk_free(&key); }
  PrivateKey(const PrivateKey&) = delete;
  PrivateKey& operator=(const PrivateKey&) = delete;
};

std::string read(const std::string& option, const std::filesystem::path& file) {
  auto text = read_file(file, largest_file);
  if (!text) throw Refused(option + ' ' + file.string() + ": no such file");
  return *std::move(text);
}

// Mbed TLS knows PEM by the NUL at its end.
const unsigned char* bytes_of(const std::string& text) { return reinterpret_cast<const unsigned char*>(text.c_str()); }

}  // namespace

void check_certificate(const std::filesystem::path& cert, const std::filesystem::path& key) {
  const std::string the_cert = "--tls-cert " + cert.string();
  const std::string the_key = "--tls-key " + key.string();
  Certificate certificate;
  const std::string chain = read("--tls-cert", cert);
  if (mbedtls_x509_crt_parse(&certificate.chain, bytes_of(chain), chain.size() + 1) != 0) {
    throw Refused(the_cert + ": expected a certificate and its chain, PEM (-----BEGIN CERTIFICATE-----)");
  }
  PrivateKey its_key;
  const std::string pem = read("--tls-key", key);
  const int parsed =
      mbedtls_pk_parse_key(&its_key.key, bytes_of(pem), pem.size() + 1, nullptr, 0, random_bytes, nullptr);
  if (parsed == MBEDTLS_ERR_PK_PASSWORD_REQUIRED || parsed == MBEDTLS_ERR_PK_PASSWORD_MISMATCH) {
    throw Refused(the_key + ": it has a passphrase; expected a private key without one");
  }
  if (parsed != 0) throw Refused(the_key + ": expected a private key, PEM (-----BEGIN PRIVATE KEY-----)");
  if (mbedtls_pk_check_pair(&certificate.chain.pk, &its_key.key, random_bytes, nullptr) != 0) {
    throw Refused(the_key + ": not the key of the first certificate in " + cert.string() +
                  "; expected the two that were made together");
  }
}

}  // namespace postern::http
