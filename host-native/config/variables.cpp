#include "host-native/config/variables.hpp"

#include "host-native/system/files.hpp"
#include "host-native/system/refused.hpp"

namespace postern::config {
namespace {

constexpr std::size_t largest_secret = 64 << 10;

}  // namespace

std::string value_of(const Variables& variables, const std::string& name) {
  const auto found = variables.find(name);
  return found == variables.end() ? std::string() : found->second;
}

ClientSecret client_secret_in(const toml::table& table, const std::string& source) {
  std::string secret, file, variable;
  take(table, "client_secret", source, secret);
  take(table, "client_secret_file", source, file);
  take(table, "client_secret_env", source, variable);
  if (!secret.empty() + !file.empty() + !variable.empty() > 1) {
    throw Refused(source + ": expected one of client_secret, client_secret_env and client_secret_file");
  }
  if (!file.empty()) {
    const auto text = read_file(file, largest_secret);
    if (!text) throw Refused(source + ".client_secret_file " + file + ": no such file");
    secret = *text;
    while (secret.ends_with('\n') || secret.ends_with('\r')) secret.pop_back();
    if (secret.empty()) throw Refused(source + ".client_secret_file: expected a secret in it");
  }
  return {Secret(secret), variable};
}

Secret secret_of(const ClientSecret& secret, const std::string& source, const Variables& variables) {
  if (secret.from.empty()) return secret.value;
  const std::string value = value_of(variables, secret.from);
  if (value.empty()) throw Refused(source + ": expected the variable " + secret.from);
  return Secret(value);
}

}  // namespace postern::config
