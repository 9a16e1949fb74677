// All sources together: who has the last word, and what has to fit.
#include <unistd.h>

#include <cerrno>
#include <string>

#include "host-native/config/options.hpp"
#include "host-native/config/sources.hpp"
#include "host-native/system/files.hpp"
#include "host-native/system/refused.hpp"

extern "C" char** environ;  // POSIX leaves its declaration to the program; not every system's header has it.

namespace postern::config {
namespace {

constexpr std::size_t largest_dotenv = 1 << 20;

void check_lifetimes(const oauth::Lifetimes& lifetimes);
void check_together(const Options& options);

const Sourced* find(const std::vector<const Layer*>& layers, const std::string& name) {
  for (const Layer* layer : layers) {
    if (const auto found = layer->find(name); found != layer->end()) return &found->second;
  }
  return nullptr;
}

// Whoever gives two means one of them, and which can't be known.
void check_once(const Sourced& given) {
  if (given.values.size() < 2) return;
  throw Refused(given.source + ": expected it once, got '" + given.values[0] + "' and '" + given.values[1] + "'");
}

void apply(Options& options, const OptionSpec& spec, const Sourced& given) {
  if (spec.kind != Kind::list) check_once(given);
  for (const std::string& value : given.values) {
    if (const auto expected = spec.set(options, value)) {
      throw Refused(given.source + ": expected " + *expected + ", got '" + value + "'");
    }
  }
}

// `sudo -u postern postern user add` is typed in the home folder of somebody else: who may not look into the working folder
// has no .env there.
Variables dotenv_of(const std::filesystem::path& folder) {
  if (::access(folder.c_str(), X_OK) != 0 && errno == EACCES) return {};
  return parse_dotenv(read_file(folder / ".env", largest_dotenv).value_or(""));
}

}  // namespace

Surroundings surroundings_of_this_process() {
  Surroundings surroundings;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view variable = *entry;
    const std::size_t equals = variable.find('=');
    if (equals == std::string_view::npos) continue;
    surroundings.environment.emplace(variable.substr(0, equals), variable.substr(equals + 1));
  }
  return surroundings;
}

Options read_options(const Values& given, const Surroundings& surroundings) {
  const Layer command_line = from_command_line(given);
  const Layer environment = from_environment(surroundings.environment, "");
  Variables variables = dotenv_of(surroundings.folder);
  const Layer dotenv = from_environment(variables, ".env");
  for (const auto& [name, value] : surroundings.environment) variables[name] = value;

  std::vector<const Layer*> layers = {&command_line, &environment, &dotenv};
  FileLayer file;
  if (const Sourced* path = find(layers, "config")) {
    check_once(*path);
    if (path->values.empty() || path->values.front().empty()) throw Refused(path->source + ": expected a file");
    file = from_file(path->values.front(), path->source);
    layers.push_back(&file.options);
  }

  Options options;
  for (const OptionSpec& spec : option_table()) {
    if (const Sourced* value = find(layers, std::string(spec.name))) {
      apply(options, spec, *value);
    } else if (!spec.initial.empty()) {
      apply(options, spec, Sourced{{std::string(spec.initial)}, "--" + std::string(spec.name)});
    }
  }
  options.resource_servers = std::move(file.resource_servers);
  options.providers = providers_of(std::move(file.providers), variables);
  options.external = external_of(std::move(file.authorization), variables);
  if (const Sourced* user = find(layers, "first-user")) options.first_user = user->values.front();
  if (const Sourced* password = find(layers, "first-password"))
    options.first_password = Secret(password->values.front());
  check_together(options);
  return options;
}

namespace {

// In the names of the options: the default of one may be what does not fit the other.
void check_lifetimes(const oauth::Lifetimes& lifetimes) {
  const auto refuse_above = [&lifetimes](const char* option, Seconds life, const std::string& reason) {
    if (life <= lifetimes.refresh) return;
    throw Refused(std::string(option) + ' ' + std::to_string(life.count) + ", --refresh-ttl " +
                  std::to_string(lifetimes.refresh.count) + ": expected --refresh-ttl to be at least as long; " +
                  reason);
  };
  refuse_above("--refresh-grace", lifetimes.refresh_grace, "a token is given again only while it lives");
  refuse_above("--access-ttl", lifetimes.access, "access ends with the refresh token");
}

void check_together(const Options& options) {
  if (options.tls_cert.empty() != options.tls_key.empty()) {
    throw Refused(options.tls_cert.empty() ? "--tls-key: expected --tls-cert with it"
                                           : "--tls-cert: expected --tls-key with it");
  }
  const bool tls = !options.tls_cert.empty();
  const bool https = options.public_url.starts_with("https://");
  if (tls && !options.public_url.empty() && !https) {
    throw Refused("--public-url " + options.public_url +
                  ": with --tls-cert this server speaks https; expected https://, or no --tls-cert and --tls-key");
  }
  check_lifetimes(options.lifetimes);
  if (!is_loopback_host(options.listen_host) && !tls && !(options.behind_proxy && https)) {
    throw Refused("--listen " + options.listen_host +
                  ": off loopback without TLS; expected --tls-cert and --tls-key, or --behind-proxy and an https "
                  "--public-url where a proxy ends TLS");
  }
  if (!options.own_users && options.providers.empty() && !options.external) {
    throw Refused("--own-users false: nobody could log in; expected a provider");
  }
  if (options.behind_proxy && !https) {
    throw Refused("--behind-proxy: expected an https --public-url, got '" + options.public_url + "'");
  }
}

}  // namespace
}  // namespace postern::config
