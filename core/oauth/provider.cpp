#include "core/oauth/provider.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "core/flow/scope.hpp"
#include "core/wire/form.hpp"
#include "core/wire/http.hpp"
#include "core/wire/text.hpp"
#include "core/wire/uri.hpp"

namespace postern::oauth {
namespace {

using Problem = std::optional<std::string>;

/// What an OpenID provider does otherwise than the standard would have it.
struct Preset {
  std::string_view name;
  std::string_view label;
  /// Its issuer's host: exactly, or, with a dot in front, the end of it. `path`: a part of the issuer's path.
  std::array<std::string_view, 2> hosts;
  std::string_view path;
  std::string_view scope;
  std::string_view authorize_parameters;
  Provider::TokenAuth token_auth;
  std::string_view name_claim;
  std::string_view groups_claim;
  std::string_view email_verified_claim;
  bool groups_in_userinfo;
  bool issuer_names_tenant;
};

constexpr std::string_view plain_scope = "openid profile email";
constexpr std::string_view offline_scope = "openid profile email offline_access";
constexpr auto basic = Provider::TokenAuth::basic;
constexpr auto post = Provider::TokenAuth::post;

constexpr std::array presets = {
    // A refresh token comes only with these parameters, and offline_access is no scope of theirs.
    Preset{"google",
           "Google",
           {"accounts.google.com", ""},
           "",
           plain_scope,
           "access_type=offline&prompt=consent",
           post,
           "email",
           "",
           "email_verified",
           false,
           false},
    // Version 2: refuses `resource`; the issuer of a shared endpoint holds the tenant; no email_verified.
    Preset{"entra",
           "Microsoft",
           {"login.microsoftonline.com", "login.microsoftonline.us"},
           "",
           offline_scope,
           "",
           post,
           "preferred_username",
           "groups",
           "xms_edov",
           false,
           true},
    Preset{"keycloak",
           "Keycloak",
           {"", ""},
           "/realms/",
           offline_scope,
           "",
           basic,
           "preferred_username",
           "groups",
           "email_verified",
           false,
           false},
    Preset{"auth0",
           "Auth0",
           {".auth0.com", ""},
           "",
           offline_scope,
           "",
           post,
           "email",
           "groups",
           "email_verified",
           false,
           false},
    Preset{"gitlab",
           "GitLab",
           {"gitlab.com", ""},
           "",
           plain_scope,
           "",
           post,
           "nickname",
           "groups",
           "email_verified",
           true,
           false},
    Preset{"okta",
           "Okta",
           {".okta.com", ".oktapreview.com"},
           "",
           offline_scope,
           "",
           basic,
           "preferred_username",
           "groups",
           "email_verified",
           false,
           false},
};
constexpr Preset standard{"",       "OpenID",         {"", ""}, "",   plain_scope, "", basic, "preferred_username",
                          "groups", "email_verified", false,    false};

// This server keeps a secret well, so it is a confidential client (RFC 6749 s. 2.1); without one every login would go as far
// as the provider's token endpoint, and end there.
constexpr const char* no_secret = "expected client_secret, client_secret_env or client_secret_file";

// The first segment of a callback's path is the provider's id.
constexpr std::array taken_ids = {"mcp",        "authorize", "token",    "register", "revoke",
                                  "introspect", "sse",       "messages", "account",  "healthz"};

const Preset* preset_by_name(std::string_view name);
const Preset& preset_by_issuer(const wire::Uri& issuer);
bool is_host(std::string_view host, std::string_view pattern);
void fill(std::string& member, std::string_view initial);
Problem complete_github(Provider& provider);
Problem complete_openid(Provider& provider, std::string_view preset);
Problem complete_oauth2(Provider& provider);
Problem check_id(std::string_view id);
Problem check_url(std::string_view what, std::string_view url);
Problem check_common(Provider& provider);
Problem check_allow(const Provider& provider);

}  // namespace

Result<Provider, std::string> complete(Provider provider, std::string_view preset) {
  const std::string who = "provider '" + wire::display_name(provider.id, 40) + "': ";
  const auto refuse = [&who](const Problem& problem) { return Result<Provider, std::string>(who + *problem); };
  if (Problem problem = check_id(provider.id)) return refuse(problem);
  if (provider.client_id.empty()) return refuse("expected client_id");
  if (!preset.empty() && provider.kind != Provider::Kind::oidc) return refuse("a preset is for kind oidc only");
  Problem problem;
  switch (provider.kind) {
    case Provider::Kind::github:
      problem = complete_github(provider);
      break;
    case Provider::Kind::oidc:
      problem = complete_openid(provider, preset);
      break;
    case Provider::Kind::oauth2:
      problem = complete_oauth2(provider);
      break;
  }
  if (!problem) problem = check_common(provider);
  if (!problem) problem = check_allow(provider);
  if (problem) return refuse(problem);
  return provider;
}

namespace {

Problem complete_github(Provider& provider) {
  if (!provider.issuer.empty()) return "GitHub has no issuer; expected authorize_url, token_url and api_url, or none";
  if (provider.client_secret.empty()) return no_secret;
  const int given = !provider.authorize_url.empty() + !provider.token_url.empty() + !provider.api_url.empty();
  if (given != 0 && given != 3) return "expected authorize_url, token_url and api_url together, or none of them";
  fill(provider.label, "GitHub");
  fill(provider.authorize_url, "https://github.com/login/oauth/authorize");
  fill(provider.token_url, "https://github.com/login/oauth/access_token");
  fill(provider.api_url, "https://api.github.com");
  if (provider.api_url.back() == '/') provider.api_url.pop_back();
  fill(provider.scope, provider.allow.organisations.empty() ? "read:user" : "read:user read:org");
  fill(provider.subject_claim, "id");
  fill(provider.name_claim, "login");
  fill(provider.profile_in_words,
       "name, e-mail address, company, location, website, biography, plan, and how many repositories, gists and "
       "followers you have");
  provider.token_auth = post;
  return std::nullopt;
}

Problem complete_openid(Provider& provider, std::string_view name) {
  if (provider.issuer.empty()) return "expected issuer";
  if (provider.client_secret.empty()) return no_secret;
  if (Problem problem = check_url("issuer", provider.issuer)) return problem;
  if (!provider.authorize_url.empty() || !provider.token_url.empty() || !provider.api_url.empty()) {
    return "an OpenID provider is discovered below its issuer; expected no authorize_url, token_url, api_url";
  }
  const auto issuer = wire::Uri::parse(provider.issuer);
  if (!issuer || issuer->query) return "issuer: expected no query";
  const Preset* chosen = name.empty() ? &preset_by_issuer(*issuer) : preset_by_name(name);
  if (chosen == nullptr) return "unknown preset; expected google, entra, keycloak, auth0, gitlab or okta";
  if (provider.label.empty()) provider.label = chosen->name.empty() ? provider.id : std::string(chosen->label);
  fill(provider.scope, chosen->scope);
  fill(provider.authorize_parameters, chosen->authorize_parameters);
  fill(provider.name_claim, chosen->name_claim);
  fill(provider.groups_claim, chosen->groups_claim);
  fill(provider.profile_in_words, "name, e-mail address, picture and what else it tells of you");
  provider.email_verified_claim = chosen->email_verified_claim;
  fill(provider.subject_claim, "sub");
  if (provider.subject_claim != "sub") return "subject_claim: an OpenID provider names its users by sub";
  if (!chosen->name.empty()) provider.token_auth = chosen->token_auth;
  provider.groups_in_userinfo |= chosen->groups_in_userinfo;
  provider.issuer_names_tenant |= chosen->issuer_names_tenant;
  const auto scopes = ScopeSet::parse(provider.scope);
  if (!scopes || !scopes->has("openid")) return "scope: expected openid among them";
  return std::nullopt;
}

Problem complete_oauth2(Provider& provider) {
  if (!provider.issuer.empty()) return "expected authorize_url, token_url and api_url instead of issuer";
  if (provider.authorize_url.empty() || provider.token_url.empty() || provider.api_url.empty()) {
    return "expected authorize_url, token_url and api_url (the profile of the token's user)";
  }
  if (provider.client_secret.empty()) return no_secret;
  if (provider.label.empty()) provider.label = provider.id;
  fill(provider.subject_claim, "sub");
  fill(provider.name_claim, "name");
  fill(provider.profile_in_words, "all that it tells of you");
  return std::nullopt;
}

Problem check_common(Provider& provider) {
  if (provider.kind != Provider::Kind::oidc) {
    if (Problem problem = check_url("authorize_url", provider.authorize_url)) return problem;
    if (Problem problem = check_url("token_url", provider.token_url)) return problem;
    if (Problem problem = check_url("api_url", provider.api_url)) return problem;
  }
  if (!provider.api_base.empty()) {
    if (Problem problem = check_url("api_base", provider.api_base)) return problem;
    if (provider.api_base.find('?') != std::string::npos) return "api_base: expected no query";
    if (provider.api_base.back() == '/') provider.api_base.pop_back();
  }
  if (!ScopeSet::parse(provider.scope)) return "scope: expected scope tokens separated by spaces";
  if (!wire::Form::parse(provider.authorize_parameters)) return "authorize_parameters: expected a form";
  if (provider.profile_in_words.size() > 300 || !wire::valid_utf8(provider.profile_in_words)) {
    return "profile_in_words: expected at most 300 bytes";
  }
  if (provider.label.size() > 60 || !wire::valid_utf8(provider.label)) return "label: expected at most 60 bytes";
  return std::nullopt;
}

// A list that this kind of provider can't answer would let nobody in, or, worse, be forgotten.
Problem check_allow(const Provider& provider) {
  const AllowList& allow = provider.allow;
  if (!allow.organisations.empty() && provider.kind != Provider::Kind::github) {
    return "allow.organisations: only GitHub has organisations";
  }
  if (provider.kind == Provider::Kind::oidc) return std::nullopt;
  if (!allow.email_domains.empty()) return "allow.email_domains: only OpenID providers tell verified addresses";
  if (!allow.groups.empty() && provider.groups_claim.empty()) return "allow.groups: expected groups_claim";
  return std::nullopt;
}

Problem check_id(std::string_view id) {
  const bool fits = !id.empty() && id.size() <= 32 && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
  if (!fits) return "id: expected 1 to 32 of a-z, 0-9 and -";
  if (std::find(taken_ids.begin(), taken_ids.end(), id) != taken_ids.end()) {
    return "id: this is a path of the server itself; expected another one";
  }
  return std::nullopt;
}

Problem check_url(std::string_view what, std::string_view url) {
  const std::string expected = std::string(what) + ": expected an https URL (http on loopback only)";
  const auto uri = wire::Uri::parse(url);
  if (!uri || uri->userinfo || uri->fragment || wire::has_dot_segment(uri->path)) return expected;
  if (uri->scheme != "https" && !(uri->scheme == "http" && uri->is_loopback())) return expected;
  return std::nullopt;
}

const Preset* preset_by_name(std::string_view name) {
  const auto found = std::find_if(presets.begin(), presets.end(), [&](const Preset& row) { return row.name == name; });
  return found == presets.end() ? nullptr : &*found;
}

const Preset& preset_by_issuer(const wire::Uri& issuer) {
  for (const Preset& row : presets) {
    for (const std::string_view host : row.hosts) {
      if (!host.empty() && is_host(issuer.host, host)) return row;
    }
    if (!row.path.empty() && issuer.path.find(row.path) != std::string::npos) return row;
  }
  return standard;
}

bool is_host(std::string_view host, std::string_view pattern) {
  return pattern.front() == '.' ? host.ends_with(pattern) : host == pattern;
}

void fill(std::string& member, std::string_view initial) {
  if (member.empty()) member = initial;
}

}  // namespace
}  // namespace postern::oauth
