// Reading values out of a TOML table: what is there, of the type that was expected, and nothing else.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <toml++/toml.h>

namespace postern::config {

/// Errors: Refused, naming the nearest of `known`.
void refuse_unknown_keys(const toml::table& table, const std::string& source, const std::vector<std::string>& known);

/// The node as a table. Errors: Refused.
const toml::table& as_table(const toml::node& node, const std::string& source);

/// Each leaves `into` as it is where the key is missing. Errors: Refused, where it has another type.
void take(const toml::table& table, std::string_view key, const std::string& source, std::string& into);
void take(const toml::table& table, std::string_view key, const std::string& source, bool& into);
void take(const toml::table& table, std::string_view key, const std::string& source, std::vector<std::string>& into);

}  // namespace postern::config
