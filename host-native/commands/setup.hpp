// The steps that commands have in common: from options to the parts of a running server.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "core/server/deployment.hpp"
#include "host-native/commands/program.hpp"
#include "host-native/log/audit.hpp"
#include "host-native/store/store.hpp"

namespace postern::commands {

/// The public URL as configured, or the one that follows from the port.
std::string public_url(const config::Options& options, int port);

/// Errors: Refused, with the reason why these settings can't be served.
std::shared_ptr<const Deployment> build_deployment(const Program& program, const config::Options& options,
                                                   const std::string& public_url, crypto::KeyRing keys,
                                                   const std::string& decoy_password);

std::filesystem::path key_ring_file(const config::Options& options);

/// The store in the data folder, which is there already; or one in memory. Errors: Refused.
std::unique_ptr<Store> open_store(const config::Options& options);

/// Null: there is none to be kept. Errors: Refused.
std::unique_ptr<AuditLog> open_audit_log(const config::Options& options, Log& log);

/// A password that nobody can guess and everybody can type: 20 letters and digits in groups.
std::string new_password();

}  // namespace postern::commands
