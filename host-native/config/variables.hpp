// Environment variables by name, and secrets that a table of the configuration file leaves to one of them or to a file.
#pragma once

#include <map>
#include <string>

#include "core/base/secret.hpp"
#include "host-native/config/toml.hpp"

namespace postern::config {

using Variables = std::map<std::string, std::string>;

/// Empty where there is none of that name.
std::string value_of(const Variables& variables, const std::string& name);

struct ClientSecret {
  Secret value;      ///< As it stands there, or in the file that is named; empty: none.
  std::string from;  ///< Name of the environment variable that holds it; empty: none.
};

/// `client_secret`, `client_secret_file` or `client_secret_env` of a table, one at the most. Errors: Refused.
ClientSecret client_secret_in(const toml::table& table, const std::string& source);

/// The secret itself. Errors: Refused, where the variable is empty.
Secret secret_of(const ClientSecret& secret, const std::string& source, const Variables& variables);

}  // namespace postern::config
