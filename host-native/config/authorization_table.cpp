#include "host-native/config/authorization_table.hpp"

#include "host-native/system/refused.hpp"

namespace postern::config {

AuthorizationTable authorization_table(const toml::node& node, const std::string& source) {
  const toml::table& table = as_table(node, source);
  refuse_unknown_keys(table, source,
                      {"mode", "issuer", "audience", "algorithms", "token_types", "subject_claim", "name_claim",
                       "introspection_url", "client_id", "client_secret", "client_secret_env", "client_secret_file"});
  AuthorizationTable read;
  read.source = source;
  std::string mode = "own";
  take(table, "mode", source, mode);
  if (mode != "own" && mode != "external") throw Refused(source + ": expected mode = \"own\" or \"external\"");
  if (mode == "own") {
    // Whoever writes an issuer down means that server to judge; silently, this one would.
    if (table.size() > (table.contains("mode") ? 1u : 0u))
      throw Refused(source + ": expected mode = \"external\" with it");
    return read;
  }
  oauth::External& external = read.external.emplace();
  take(table, "issuer", source, external.issuer);
  take(table, "audience", source, external.audience);
  take(table, "algorithms", source, external.algorithms);
  take(table, "token_types", source, external.token_types);
  take(table, "subject_claim", source, external.subject_claim);
  take(table, "name_claim", source, external.name_claim);
  take(table, "introspection_url", source, external.introspection_url);
  take(table, "client_id", source, external.client_id);
  read.secret = client_secret_in(table, source);
  return read;
}

std::optional<oauth::External> external_of(AuthorizationTable table, const Variables& variables) {
  if (!table.external) return std::nullopt;
  table.external->client_secret = secret_of(table.secret, table.source, variables);
  auto complete = oauth::complete(*std::move(table.external));
  if (!complete) throw Refused(complete.error());
  return std::move(complete).value();
}

}  // namespace postern::config
