// How commands decide: an evaluation, driven here as the server drives its requests, on the same store.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/base/json.hpp"
#include "host-native/commands/program.hpp"
#include "host-native/drive.hpp"
#include "host-native/log/audit.hpp"

namespace postern::commands {

/// The parts of a host that serves nobody. `command`: for the messages. What is changed is told to the audit log: --audit, or
/// that of the server whose folder it is. Errors: Refused: authorization is switched off, the store is in memory only, there is
/// no data folder where there has to be one, the audit log can't be written.
class OfflineHost {
 public:
  enum class Acts { none, some };     ///< Whether anything is changed.
  enum class Folder { there, made };  ///< Whether the data folder has to be there.
  OfflineHost(const Program& program, const config::Options& options, const std::string& command, Acts acts,
              Folder folder = Folder::there);
  const Host& host() const { return host_; }

 private:
  std::unique_ptr<Store> store_;
  std::shared_ptr<Log> log_;
  std::unique_ptr<AuditLog> audit_;
  Passwords passwords_;
  Pause pause_;
  HostTools no_tools_;
  Host host_;
};

Reply decide(const Host& host, const std::function<Outcome(const Facts&)>& evaluation);

/// The object that the reply has.
Json body_of(const Reply& reply);

/// A member of that object; empty where there is none.
std::string text_of(const Reply& reply, std::string_view name);

/// The line of an error reply.
std::string error_line(const Reply& reply);

/// `2026-11-23`, UTC.
std::string date_of(std::int64_t seconds);

}  // namespace postern::commands
