#include "host-native/config/sources.hpp"

#include <algorithm>
#include <cctype>
#include <optional>

#include <toml++/toml.h>

#include "core/crypto/hash.hpp"
#include "core/wire/http.hpp"
#include "host-native/system/files.hpp"
#include "host-native/system/refused.hpp"

namespace postern::config {
namespace {

constexpr std::string_view prefix = "POSTERN_";
constexpr std::size_t largest_file = 1 << 20;

// Variables that are no options of the table: `read_options` takes them itself.
const std::vector<std::string> further_variables = {"config", "first-user", "first-password"};

[[noreturn]] void refuse_unknown(const std::string& source, const std::string& near) {
  throw Refused(source + ": unknown" + (near.empty() ? "" : "; did you mean " + near + "?"));
}

std::vector<std::string> split_list(const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    const std::string_view part = wire::trim_ows(std::string_view(text).substr(at, comma - at));
    if (!part.empty()) parts.emplace_back(part);
    at = comma + 1;
  }
  return parts;
}

const OptionSpec* find_option(std::string_view name) {
  for (const OptionSpec& option : option_table()) {
    if (option.name == name) return &option;
  }
  return nullptr;
}

std::vector<std::string> toml_values(const toml::node& node, const OptionSpec& option, const std::string& source);
oauth::ResourceServer resource_server(const toml::node& node, const std::string& source);

}  // namespace

std::string environment_name(std::string_view option) {
  std::string name(prefix);
  for (const char c : option) {
    name += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return name;
}

std::string file_name(std::string_view option) {
  std::string name(option);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

Layer from_command_line(const Values& values) {
  Layer layer;
  for (const auto& [name, given] : values) layer[name] = Sourced{given, "--" + name};
  return layer;
}

Layer from_environment(const std::map<std::string, std::string>& environment, std::string_view where) {
  std::map<std::string, std::string> options;  // by the variable's name
  std::vector<std::string> known;
  for (const OptionSpec& option : option_table()) options[environment_name(option.name)] = option.name;
  for (const std::string& name : further_variables) options[environment_name(name)] = name;
  for (const auto& [variable, name] : options) known.push_back(variable);

  Layer layer;
  for (const auto& [variable, value] : environment) {
    if (!variable.starts_with(prefix)) continue;
    const std::string source = (where.empty() ? "" : std::string(where) + ": ") + variable;
    const auto option = options.find(variable);
    if (option == options.end()) refuse_unknown(source, nearest(variable, known));
    const OptionSpec* spec = find_option(option->second);
    const bool list = spec != nullptr && spec->kind == Kind::list;
    layer[option->second] = Sourced{list ? split_list(value) : std::vector<std::string>{value}, source};
  }
  return layer;
}

FileLayer from_file(const std::filesystem::path& file, const std::string& named_by) {
  const auto text = read_file(file, largest_file);
  if (!text) throw Refused(named_by + ' ' + file.string() + ": no such file");
  toml::table table;
  try {
    table = toml::parse(*text);
  } catch (const toml::parse_error& error) {
    throw Refused(file.string() + ": line " + std::to_string(error.source().begin.line) + ": " +
                  std::string(error.description()));
  }

  std::map<std::string, const OptionSpec*> options;
  std::vector<std::string> known = {"resource_server", "provider", "authorization"};
  for (const OptionSpec& option : option_table()) {
    options[file_name(option.name)] = &option;
    known.push_back(file_name(option.name));
  }
  FileLayer layer;
  for (const auto& [key, node] : table) {
    const std::string name(key.str());
    const std::string source = file.string() + ": " + name;
    if (name == "resource_server") {
      const toml::array* servers = node.as_array();
      if (servers == nullptr) throw Refused(source + ": expected [[resource_server]]");
      for (const toml::node& server : *servers) layer.resource_servers.push_back(resource_server(server, source));
      continue;
    }
    if (name == "provider") {
      const toml::array* providers = node.as_array();
      if (providers == nullptr) throw Refused(source + ": expected [[provider]]");
      for (const toml::node& provider : *providers) layer.providers.push_back(provider_table(provider, source));
      continue;
    }
    if (name == "authorization") {
      layer.authorization = authorization_table(node, source);
      continue;
    }
    const auto option = options.find(name);
    if (option == options.end()) refuse_unknown(source, nearest(name, known));
    layer.options[std::string(option->second->name)] = Sourced{toml_values(node, *option->second, source), source};
  }
  return layer;
}

namespace {

std::optional<std::string> toml_text(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
  return std::nullopt;
}

std::vector<std::string> toml_values(const toml::node& node, const OptionSpec& option, const std::string& source) {
  std::vector<std::string> values;
  if (const toml::array* array = node.as_array(); array != nullptr && option.kind == Kind::list) {
    for (const toml::node& item : *array) {
      auto text = toml_text(item);
      if (!text) throw Refused(source + ": expected texts");
      values.push_back(std::move(*text));
    }
    return values;
  }
  auto text = toml_text(node);
  if (!text)
    throw Refused(source + ": expected " + (option.kind == Kind::list ? "an array of texts" : "a single value"));
  values.push_back(std::move(*text));
  return values;
}

// Only the hash is kept: the secret itself is needed no more.
oauth::ResourceServer resource_server(const toml::node& node, const std::string& source) {
  const toml::table* table = node.as_table();
  if (table == nullptr) throw Refused(source + ": expected id and secret");
  for (const auto& [key, value] : *table) {
    if (key.str() != "id" && key.str() != "secret") {
      refuse_unknown(source + "." + std::string(key.str()), nearest(key.str(), {"id", "secret"}));
    }
  }
  const auto id = (*table)["id"].value<std::string>();
  const auto secret = (*table)["secret"].value<std::string>();
  if (!id || id->empty() || !secret) throw Refused(source + ": expected id and secret, both texts");
  if (secret->size() < 16) throw Refused(source + ": the secret of '" + *id + "': expected at least 16 characters");
  return oauth::ResourceServer{*id, crypto::sha256(*secret)};
}

}  // namespace
}  // namespace postern::config
