#include "host-native/commands/setup.hpp"

#include <string_view>

#include "host-native/system/entropy.hpp"
#include "host-native/system/files.hpp"
#include "host-native/system/key_ring.hpp"
#include "host-native/system/refused.hpp"

namespace postern::commands {
namespace {

constexpr std::size_t longest_path = 16 << 10;

std::filesystem::path records_file(const config::Options& options) { return options.data / "postern.db"; }
std::filesystem::path audit_note(const config::Options& options) { return options.data / "audit-file"; }

std::string with_remedy(const StoreFailure& failure) {
  const std::string what = failure.what();
  switch (failure.kind()) {
    case StoreFailure::Kind::foreign:
      return what + "; restore it from a backup, or start on a new folder";
    case StoreFailure::Kind::full:
      return what + "; expected room on its disk";
    case StoreFailure::Kind::denied:
      return what + "; expected a file and a folder that this user may read and write";
    case StoreFailure::Kind::trouble:
      return what;
  }
  return what;
}

}  // namespace

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

std::optional<crypto::KeyRing> find_key_ring(const config::Options& options) {
  const std::filesystem::path file = options.data / "keys";
  if (auto ring = read_key_ring(file)) return ring;
  if (!check_store(options)) return std::nullopt;
  if (auto ring = read_key_ring(file)) return ring;  // Another process that begins has made both, the ring first.
  throw Refused(file.string() + ": no such file, and the records in " + records_file(options).string() +
                " need its keys; restore it from a backup, or start on a new folder");
}

crypto::KeyRing key_ring_of(const config::Options& options) {
  if (auto ring = find_key_ring(options)) return *std::move(ring);
  return read_or_create_key_ring(options.data / "keys");
}

std::unique_ptr<Store> open_store(const config::Options& options) {
  if (options.memory_store) return make_memory_store();
  try {
    return open_sqlite_store(records_file(options));
  } catch (const StoreFailure& failure) {
    throw Refused(with_remedy(failure));
  }
}

bool check_store(const config::Options& options) {
  if (options.memory_store) return false;
  try {
    return check_sqlite_store(records_file(options));
  } catch (const StoreFailure& failure) {
    throw Refused(with_remedy(failure));
  }
}

std::unique_ptr<AuditLog> open_audit_log(const std::string& target, Log& log) {
  return target.empty() ? nullptr : AuditLog::open(target, log);
}

std::string audit_file_of(const config::Options& options) {
  return read_file(audit_note(options), longest_path).value_or("");
}

void keep_audit_file(const config::Options& options) {
  if (options.memory_store) return;
  std::error_code error;
  if (options.audit.empty() || options.audit == "-") {
    std::filesystem::remove(audit_note(options), error);
    return;
  }
  write_private_file(audit_note(options), std::filesystem::absolute(options.audit).string());
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
