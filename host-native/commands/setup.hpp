// The steps that commands have in common: from options to the parts of a running server.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
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

/// The key ring of the data folder. Empty: there is none yet, and none is missing. Errors: Refused: a file that is no ring, or
/// none where there are records. A new ring would make every token void, and what providers gave unreadable, without a word.
std::optional<crypto::KeyRing> find_key_ring(const config::Options& options);

/// The same, made where there is none yet. Errors: Refused.
crypto::KeyRing key_ring_of(const config::Options& options);

/// The store in the data folder, which is there already; or one in memory. Errors: Refused.
std::unique_ptr<Store> open_store(const config::Options& options);

/// Whether `open_store` would do, without making or changing anything. Whether there are records. Errors: Refused.
bool check_store(const config::Options& options);

/// Null: there is none to be kept. Errors: Refused.
std::unique_ptr<AuditLog> open_audit_log(const std::string& target, Log& log);

/// Where the server that serves this data folder writes its audit log, as it said when it started; empty: to no file. So
/// that what the operator does by other commands stands there, too.
std::string audit_file_of(const config::Options& options);
void keep_audit_file(const config::Options& options);

/// A password that nobody can guess and everybody can type: 20 letters and digits in groups.
std::string new_password();

}  // namespace postern::commands
