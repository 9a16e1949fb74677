#include "host-native/commands/setup.hpp"

#include <string_view>

#include "host-native/system/entropy.hpp"
#include "host-native/system/refused.hpp"

namespace postern::commands {

std::string public_url(const config::Options& options, int port) {
  if (!options.public_url.empty()) return options.public_url;
  return (options.tls_cert.empty() ? "http://localhost:" : "https://localhost:") + std::to_string(port);
}

std::shared_ptr<const Deployment> build_deployment(const Program& program, const config::Options& options,
                                                   const std::string& public_url, crypto::KeyRing keys,
                                                   const std::string& decoy_password) {
  Settings settings;
  settings.public_url = public_url;
  settings.name = !options.name.empty() ? options.name : !program.title.empty() ? program.title : program.name;
  settings.scopes = program.scopes;
  settings.default_scopes = options.default_scopes.empty() ? program.default_scopes : options.default_scopes;
  settings.lifetimes = options.lifetimes;
  settings.resource_servers = options.resource_servers;
  settings.own_users = options.own_users;
  settings.providers = options.providers;
  settings.external = options.external;
  settings.client_documents = options.client_documents;
  settings.client_hosts = options.client_hosts;
  settings.allowed_hosts = options.allowed_hosts;
  settings.allowed_origins = options.allowed_origins;
  settings.key_ring = std::move(keys);
  settings.decoy_password = decoy_password;
  settings.catalog = program.catalog;
  settings.transports = options.transports;
  settings.serve_mcp_without_authorization = program.without_authorization;
  auto deployment = Deployment::build(std::move(settings));
  if (!deployment) throw Refused(deployment.error());
  return std::move(deployment).value();
}

std::filesystem::path key_ring_file(const config::Options& options) { return options.data / "keys"; }

std::unique_ptr<Store> open_store(const config::Options& options) {
  if (options.memory_store) return make_memory_store();
  try {
    return open_sqlite_store(options.data / "postern.db");
  } catch (const StoreFailure& failure) {
    throw Refused(failure.what());
  }
}

std::unique_ptr<AuditLog> open_audit_log(const config::Options& options, Log& log) {
  return options.audit.empty() ? nullptr : AuditLog::open(options.audit, log);
}

std::string new_password() {
  constexpr std::string_view alphabet = "abcdefghijkmnpqrstuvwxyz23456789";  // 32 of them; no l, o, 0, 1
  static_assert(alphabet.size() == 32);
  std::string password;
  for (const char byte : system_entropy(20)) {
    if (password.size() % 6 == 5) password += '-';
    password += alphabet[static_cast<unsigned char>(byte) % alphabet.size()];
  }
  return password;
}

}  // namespace postern::commands
