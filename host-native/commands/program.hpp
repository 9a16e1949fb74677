// What a program offers, as it was registered; the commands run it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/server/deployment.hpp"
#include "host-native/config/options.hpp"
#include "host-native/perform.hpp"

namespace postern {

struct Program {
  struct Serving {
    std::shared_ptr<Log> log;
  };

  std::string name;
  std::string version;
  std::string title;
  mcp::Catalog catalog;
  std::vector<ScopeDefinition> scopes;
  ScopeSet default_scopes;
  HostTools tools;
  bool without_authorization = false;
  std::optional<std::string> fault;  ///< The first registration that failed.
  /// Set before anything is served. Handlers were registered before there was a log.
  std::shared_ptr<Serving> serving = std::make_shared<Serving>();
};

namespace commands {

/// `serve`. Errors: Refused.
int serve(const Program& program, const config::Options& options);

/// `serve --check`: everything that can be wrong, without making or changing anything: options, port, certificate, data folder,
/// key ring, records, audit log. Errors: Refused.
int check(const Program& program, const config::Options& options);

struct UserCommand {
  enum class Action { add, set_password, list, remove };
  Action action = Action::list;
  std::string name;  ///< remove: of a user who logs in elsewhere, the subject.
  bool password_from_standard_input = false;
  bool one_time = false;   ///< add, set_password: one is made and printed, and the first login has to change it.
  bool keep_data = false;  ///< remove: what tools keep for the user stays.
  bool json = false;       ///< list: for programs.
};
/// `user ...`. Errors: Refused.
int manage_users(const Program& program, const config::Options& options, const UserCommand& command);

struct GrantsCommand {
  enum class Action { list, revoke };
  Action action = Action::list;
  std::string id;  ///< revoke: one of id, user, client and all.
  std::string user;
  std::string client;
  bool all = false;
  bool json = false;  ///< list: for programs.
};
/// `grants ...`. Errors: Refused.
int manage_grants(const Program& program, const config::Options& options, const GrantsCommand& command);

struct ClientsCommand {
  enum class Action { list, remove };
  Action action = Action::list;
  std::string id;
  bool json = false;
};
/// `clients ...`. Errors: Refused.
int manage_clients(const Program& program, const config::Options& options, const ClientsCommand& command);

}  // namespace commands
}  // namespace postern
