#include "host-native/config/provider_tables.hpp"

#include <algorithm>

#include "host-native/system/refused.hpp"

namespace postern::config {
namespace {

constexpr const char* github_id = "MCP_GITHUB_CLIENT_ID";
constexpr const char* github_secret = "MCP_GITHUB_CLIENT_SECRET";

using Kind = oauth::Provider::Kind;

Kind kind_of(const std::string& word, const std::string& source);
void take_allow(const toml::table& table, const std::string& source, oauth::AllowList& into);
void take_token_auth(const toml::table& table, const std::string& source, oauth::Provider& into);
void add_github(std::vector<ProviderTable>& tables, const Variables& variables);

}  // namespace

ProviderTable provider_table(const toml::node& node, const std::string& source) {
  const toml::table& table = as_table(node, source);
  refuse_unknown_keys(table, source,
                      {"id",
                       "label",
                       "kind",
                       "preset",
                       "client_id",
                       "client_secret",
                       "client_secret_env",
                       "client_secret_file",
                       "issuer",
                       "authorize_url",
                       "token_url",
                       "api_url",
                       "api_base",
                       "profile_in_words",
                       "scope",
                       "allow",
                       "pkce",
                       "token_auth",
                       "authorize_parameters",
                       "subject_claim",
                       "name_claim",
                       "groups_claim",
                       "groups_in_userinfo"});
  ProviderTable read;
  read.source = source;
  oauth::Provider& provider = read.provider;
  std::string kind;
  take(table, "id", source, provider.id);
  take(table, "kind", source, kind);
  if (provider.id.empty()) throw Refused(source + ": expected id");
  read.source = source + " '" + provider.id + "'";
  provider.kind = kind_of(kind, read.source);
  take(table, "label", read.source, provider.label);
  take(table, "preset", read.source, read.preset);
  take(table, "client_id", read.source, provider.client_id);
  take(table, "issuer", read.source, provider.issuer);
  take(table, "authorize_url", read.source, provider.authorize_url);
  take(table, "token_url", read.source, provider.token_url);
  take(table, "api_url", read.source, provider.api_url);
  take(table, "api_base", read.source, provider.api_base);
  take(table, "profile_in_words", read.source, provider.profile_in_words);
  take(table, "scope", read.source, provider.scope);
  take(table, "pkce", read.source, provider.pkce);
  take(table, "authorize_parameters", read.source, provider.authorize_parameters);
  take(table, "subject_claim", read.source, provider.subject_claim);
  take(table, "name_claim", read.source, provider.name_claim);
  take(table, "groups_claim", read.source, provider.groups_claim);
  take(table, "groups_in_userinfo", read.source, provider.groups_in_userinfo);
  take_token_auth(table, read.source, provider);
  read.secret = client_secret_in(table, read.source);
  take_allow(table, read.source, provider.allow);
  return read;
}

std::vector<oauth::Provider> providers_of(std::vector<ProviderTable> tables, const Variables& variables) {
  add_github(tables, variables);
  std::vector<oauth::Provider> providers;
  for (ProviderTable& table : tables) {
    table.provider.client_secret = secret_of(table.secret, table.source, variables);
    auto complete = oauth::complete(std::move(table.provider), table.preset);
    if (!complete) throw Refused(complete.error());
    providers.push_back(std::move(complete).value());
  }
  return providers;
}

namespace {

void add_github(std::vector<ProviderTable>& tables, const Variables& variables) {
  const std::string id = value_of(variables, github_id);
  const std::string secret = value_of(variables, github_secret);
  if (id.empty() && secret.empty()) return;
  if (id.empty() || secret.empty()) {
    throw Refused(std::string(id.empty() ? github_secret : github_id) + ": expected " +
                  (id.empty() ? github_id : github_secret) + " with it");
  }
  auto github = std::find_if(tables.begin(), tables.end(),
                             [](const ProviderTable& table) { return table.provider.id == "github"; });
  if (github == tables.end()) {
    tables.insert(tables.begin(), ProviderTable{});
    github = tables.begin();
    github->provider.id = "github";
    github->provider.kind = Kind::github;
    github->source = github_id;
  }
  const bool has_its_own =
      !github->provider.client_id.empty() || !github->secret.value.empty() || !github->secret.from.empty();
  if (has_its_own) return;  // The file says it; the variables may be another program's.
  github->provider.client_id = id;
  github->secret.value = Secret(secret);
}

Kind kind_of(const std::string& word, const std::string& source) {
  if (word == "github") return Kind::github;
  if (word == "oidc") return Kind::oidc;
  if (word == "oauth2") return Kind::oauth2;
  throw Refused(source + ": expected kind = \"github\", \"oidc\" or \"oauth2\"");
}

void take_token_auth(const toml::table& table, const std::string& source, oauth::Provider& into) {
  std::string word;
  take(table, "token_auth", source, word);
  if (word.empty()) return;
  if (word != "basic" && word != "post") throw Refused(source + ": expected token_auth = \"basic\" or \"post\"");
  into.token_auth = word == "post" ? oauth::Provider::TokenAuth::post : oauth::Provider::TokenAuth::basic;
}

void take_allow(const toml::table& table, const std::string& source, oauth::AllowList& into) {
  const toml::node* node = table.get("allow");
  if (node == nullptr) return;
  const std::string where = source + ".allow";
  const toml::table& allow = as_table(*node, where);
  refuse_unknown_keys(allow, where, {"logins", "organisations", "email_domains", "groups"});
  take(allow, "logins", where, into.logins);
  take(allow, "organisations", where, into.organisations);
  take(allow, "email_domains", where, into.email_domains);
  take(allow, "groups", where, into.groups);
  // Whoever writes a list means it: an empty one would let everybody in.
  for (const auto& [key, list] : allow) {
    if (list.as_array() != nullptr && list.as_array()->empty()) {
      throw Refused(where + '.' + std::string(key.str()) + ": expected somebody in it");
    }
  }
}

}  // namespace
}  // namespace postern::config
