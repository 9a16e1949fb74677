#include "host-native/fetch/trust.hpp"

#include <array>
#include <fstream>
#include <iterator>
#include <optional>

#include "host-native/system/refused.hpp"

namespace postern {
namespace {

// Debian, Ubuntu, Alpine; Fedora; openSUSE; macOS, FreeBSD.
constexpr std::array bundles = {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
                                "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"};

std::optional<std::string> read(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(in), {});
}

}  // namespace

std::string trusted_certificates(const std::filesystem::path& extra) {
  std::string all;
  if (!extra.empty()) {
    const auto own = read(extra);
    if (!own || own->find("-----BEGIN CERTIFICATE-----") == std::string::npos) {
      throw Refused("--fetch-ca " + extra.string() + ": expected a file with certificates, PEM");
    }
    all = *own + '\n';
  }
  for (const char* bundle : bundles) {
    if (const auto of_system = read(bundle)) return all + *of_system;
  }
  return all;
}

}  // namespace postern
