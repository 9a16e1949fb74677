// [[provider]] tables of the configuration file, and the two variables by which everybody configures GitHub.
#pragma once

#include <string>
#include <vector>

#include "core/oauth/provider.hpp"
#include "host-native/config/toml.hpp"
#include "host-native/config/variables.hpp"

namespace postern::config {

struct ProviderTable {
  oauth::Provider provider;  ///< As written, not completed.
  std::string preset;
  ClientSecret secret;
  std::string source;  ///< `postern.toml: provider`
};

/// Errors: Refused: an unknown key, a value of another type, a secret's file that can't be read.
ProviderTable provider_table(const toml::node& node, const std::string& source);

/// The providers, complete and checked. MCP_GITHUB_CLIENT_ID and MCP_GITHUB_CLIENT_SECRET make one called `github`, or
/// give its credentials to the table of that id. `variables`: the environment, over what .env has. Errors: Refused.
std::vector<oauth::Provider> providers_of(std::vector<ProviderTable> tables, const Variables& variables);

}  // namespace postern::config
