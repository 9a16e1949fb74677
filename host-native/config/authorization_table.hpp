// The [authorization] table of the configuration file: an authorization server elsewhere instead of this one.
#pragma once

#include <optional>
#include <string>

#include "core/oauth/external.hpp"
#include "host-native/config/toml.hpp"
#include "host-native/config/variables.hpp"

namespace postern::config {

struct AuthorizationTable {
  std::optional<oauth::External> external;  ///< As written, not completed. Empty: mode = "own".
  ClientSecret secret;
  std::string source;  ///< `postern.toml: authorization`
};

/// Errors: Refused: an unknown key or mode, a value of another type, a secret's file that can't be read.
AuthorizationTable authorization_table(const toml::node& node, const std::string& source);

/// With its secret, and checked. Errors: Refused.
std::optional<oauth::External> external_of(AuthorizationTable table, const Variables& variables);

}  // namespace postern::config
