// What an operator may set. Each option is written down once, in the table of options.cpp; its spellings on the command
// line (--public-url), in the environment and in .env (POSTERN_PUBLIC_URL) and in a TOML file (public_url) follow from its
// name. Precedence: command line, environment, .env of the working folder, file, default.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/secret.hpp"
#include "core/oauth/authority.hpp"
#include "core/server/deployment.hpp"
#include "host-native/log/log.hpp"

namespace postern::config {

struct Options {
  std::string listen_host = "127.0.0.1";
  int listen_port = 8000;  ///< 0: any free one.
  std::string public_url;  ///< Empty: http(s)://localhost:<port>.
  std::filesystem::path data;
  bool memory_store = false;
  oauth::Lifetimes lifetimes;
  Log::Level log_level = Log::Level::info;
  Log::Format log_format = Log::Format::text;
  std::string audit;  ///< A file, or `-` for standard output. Empty: decisions go to the log alone.
  std::filesystem::path tls_cert;
  std::filesystem::path tls_key;
  bool behind_proxy = false;
  std::vector<std::string> allowed_hosts;
  std::vector<std::string> allowed_origins;
  std::vector<std::string> fetch_allowed;  ///< Hosts that may be fetched from although their addresses are private.
  std::filesystem::path fetch_ca;          ///< PEM, trusted beside the system's. Empty: none.
  std::string name;                        ///< Empty: what the program is called.
  ScopeSet default_scopes;                 ///< Empty: those of the program.
  std::vector<oauth::ResourceServer> resource_servers;  ///< [[resource_server]] in the file: it has a secret.
  Transports transports = Transports::all;
  bool own_users = true;
  bool client_documents = true;
  std::vector<std::string> client_hosts;
  std::vector<oauth::Provider> providers;   ///< [[provider]] in the file, and MCP_GITHUB_CLIENT_ID, _SECRET.
  std::optional<oauth::External> external;  ///< [authorization] in the file, mode = "external".

  // Environment and .env only: what stands on a command line can be read by every process of the machine.
  std::string first_user;  ///< Empty: not asked for.
  Secret first_password;
};

enum class Kind { value, flag, list };

struct OptionSpec {
  std::string_view name;  ///< public-url
  Kind kind;
  std::string_view shape;    ///< URL
  std::string_view help;     ///< One line.
  std::string_view initial;  ///< As it would be written; empty: none.
  /// Takes one value. What was expected instead, if it does not do.
  std::optional<std::string> (*set)(Options& options, const std::string& value);
};

const std::vector<OptionSpec>& option_table();

/// Values by option name, as they stand on a command line; a flag has "true".
using Values = std::map<std::string, std::vector<std::string>>;

struct Surroundings {
  std::map<std::string, std::string> environment;
  std::filesystem::path folder = ".";  ///< The working folder: .env is looked for here.
};
Surroundings surroundings_of_this_process();

/// All sources in their order, checked each and together. Errors: Refused, in one line that names the source, what was
/// expected and what is there; for an unknown name the nearest known one.
Options read_options(const Values& command_line, const Surroundings& surroundings);

/// Is this host one that only this machine reaches?
bool is_loopback_host(std::string_view host);

/// The nearest of `known` to a word that is not among them; empty when none is near.
std::string nearest(std::string_view word, const std::vector<std::string>& known);

}  // namespace postern::config
