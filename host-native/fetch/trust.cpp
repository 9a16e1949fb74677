#include "host-native/fetch/trust.hpp"

#include <mbedtls/x509_crt.h>

#include <array>
#include <fstream>
#include <iterator>
#include <optional>

#include "host-native/system/files.hpp"
#include "host-native/system/refused.hpp"

namespace postern {
namespace {

// Debian, Ubuntu, Alpine; Fedora; openSUSE; macOS, FreeBSD.
constexpr std::array bundles = {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
                                "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"};

constexpr std::size_t largest_file = 4 << 20;

std::optional<std::string> read(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(in), {});
}

bool has_certificates(const std::string& pem) {
  mbedtls_x509_crt chain;
  mbedtls_x509_crt_init(&chain);
  const int failed =
      mbedtls_x509_crt_parse(&chain, reinterpret_cast<const unsigned char*>(pem.c_str()), pem.size() + 1);
  mbedtls_x509_crt_free(&chain);
  return failed == 0;
}

}  // namespace

std::string trusted_certificates(const std::filesystem::path& extra) {
  std::string all;
  if (!extra.empty()) {
    const auto own = read_file(extra, largest_file);
    if (!own) throw Refused("--fetch-ca " + extra.string() + ": no such file");
    if (!has_certificates(*own)) {
      throw Refused("--fetch-ca " + extra.string() +
                    ": expected certificates, PEM (-----BEGIN CERTIFICATE-----), and each of them whole");
    }
    all = *own + '\n';
  }
  for (const char* bundle : bundles) {
    if (const auto of_system = read(bundle)) return all + *of_system;
  }
  return all;
}

}  // namespace postern
