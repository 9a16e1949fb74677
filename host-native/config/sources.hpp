// The four places that options come from, each read into the same shape: values by option name, and where they stood.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/oauth/authority.hpp"
#include "host-native/config/authorization_table.hpp"
#include "host-native/config/options.hpp"
#include "host-native/config/provider_tables.hpp"

namespace postern::config {

struct Sourced {
  std::vector<std::string> values;
  std::string source;  ///< `--listen`, `POSTERN_LISTEN`, `.env: POSTERN_LISTEN`, `postern.toml: listen`
};
using Layer = std::map<std::string, Sourced>;

/// `public-url` -> `POSTERN_PUBLIC_URL`, `public_url`.
std::string environment_name(std::string_view option);
std::string file_name(std::string_view option);

Layer from_command_line(const Values& values);

/// Variables that begin with POSTERN_. Others are somebody else's. `where`: empty, or `.env`. Errors: Refused, for an
/// unknown one.
Layer from_environment(const std::map<std::string, std::string>& environment, std::string_view where);

/// NAME=value lines, as shells and containers read them. `export`, comments (after a space, too) and quotes are understood:
/// in both kinds of quotes a value may go on over lines, in double ones \" and \\ stand for " and \. Nothing is put in for $.
/// A name alone, as Compose passes it through, is passed over, unless it is one of ours. Errors: Refused, by the number of the
/// line and without what stands in it: a line that is none of these, a quote that does not end, something behind its end, one
/// of our variables twice.
std::map<std::string, std::string> parse_dotenv(std::string_view text);

struct FileLayer {
  Layer options;
  std::vector<oauth::ResourceServer> resource_servers;
  std::vector<ProviderTable> providers;
  AuthorizationTable authorization;
};
/// `named_by`: `--config`, or where else the file is named. Errors: Refused: no such file, not TOML, an unknown key, a value of another type.
FileLayer from_file(const std::filesystem::path& file, const std::string& named_by);

}  // namespace postern::config
