#include "core/oauth/identity.hpp"

#include <algorithm>

#include "core/crypto/hash.hpp"
#include "core/oauth/remote_keys.hpp"
#include "core/wire/base64.hpp"
#include "core/wire/http.hpp"
#include "core/wire/json.hpp"
#include "core/wire/text.hpp"

namespace postern::oauth {
namespace {

using Identified = Result<Identity, Refused>;

Identified by_id_token(const ProviderEndpoints& endpoints, const TokenAnswer& answer, std::string_view nonce, Ask& ask,
                       Commit& commit);
Identified by_profile(const Provider& provider, const TokenAnswer& answer, Ask& ask);
Result<JwtClaims, JwtFault> verified(const ProviderEndpoints& endpoints, const std::string& id_token,
                                     std::string_view nonce, Ask& ask, Commit& commit);
/// Nothing: the text is no token, or names no issuer that this provider can have.
std::string issuer_of(const ProviderEndpoints& endpoints, const std::string& id_token);
std::optional<Json> userinfo(const ProviderEndpoints& endpoints, const TokenAnswer& answer, const std::string& subject,
                             Ask& ask);
/// Whether an allow-list needs a claim that is not there.
bool lacks_allowed(const Provider& provider, const Json& claims);
bool lacks_email(const Provider& provider, const Json& claims);
void add_claims(const Provider& provider, Json& claims, const Json& info);
Result<Json, Refused> profile_at(const Fetch& fetch, Ask& ask);

bool allows(const Provider& provider, const Json& claims);
bool is_login_allowed(const Provider& provider, const Json& claims);
bool is_email_allowed(const Provider& provider, const Json& claims);
bool is_group_allowed(const Provider& provider, const Json& claims);
bool is_true(const Json* value);
std::string name_in(const Provider& provider, const Json& claims, std::string_view subject);
/// Text, or the digits of a whole number: GitHub's ids are numbers.
std::string word(const Json& object, std::string_view name);

}  // namespace

Result<Identity, Refused> identify(const ProviderEndpoints& endpoints, const TokenAnswer& answer,
                                   std::string_view nonce, Ask& ask, Commit& commit) {
  return endpoints.provider.kind == Provider::Kind::oidc ? by_id_token(endpoints, answer, nonce, ask, commit)
                                                         : by_profile(endpoints.provider, answer, ask);
}

Result<Identity, Refused> identity_of_profile(const Provider& provider, const Json& profile) {
  const std::string there = word(profile, provider.subject_claim);
  if (there.empty()) return Refused{Refusal::wrong_profile, "expected " + provider.subject_claim + " in the profile"};
  if (!allows(provider, profile)) return Refused{Refusal::user_not_allowed};
  return Identity{subject_of(provider, there), name_in(provider, profile, there)};
}

std::string subject_of(const Provider& provider, std::string_view subject_there) {
  const std::string& whose = provider.issuer.empty() ? provider.authorize_url : provider.issuer;
  return subject_at(provider.id, whose, subject_there);
}

std::string subject_at(std::string_view place, std::string_view issuer, std::string_view subject_there) {
  const std::string digest = crypto::sha256(std::string(issuer).append("\n").append(subject_there));
  return std::string(place).append(":").append(wire::base64url(std::string_view(digest).substr(0, 16)));
}

namespace {

Identified by_id_token(const ProviderEndpoints& endpoints, const TokenAnswer& answer, std::string_view nonce, Ask& ask,
                       Commit& commit) {
  const Provider& provider = endpoints.provider;
  if (answer.id_token.empty()) return Refused{Refusal::wrong_id_token, "expected an ID token, received none"};
  auto claims = verified(endpoints, answer.id_token, nonce, ask, commit);
  if (ask.pending()) return Refused{Refusal::provider_unreachable};
  if (!claims && claims.error() == JwtFault::no_keys) {
    return Refused{Refusal::provider_unreachable, "the provider's keys can not be read"};
  }
  if (!claims) return Refused{Refusal::wrong_id_token, "the ID token is " + std::string(name_of(claims.error()))};
  Json all = std::move(claims.value().all);
  // Section 5.4: what the scopes ask for may be at the userinfo endpoint alone; an ID token may hold no more than `sub`.
  const bool lacks = lacks_allowed(provider, all);
  if (lacks || word(all, provider.name_claim).empty()) {
    const auto info = userinfo(endpoints, answer, claims->subject, ask);
    if (ask.pending()) return Refused{Refusal::provider_unreachable};
    if (lacks && !info) return Refused{Refusal::wrong_profile, "expected the claims at the userinfo endpoint"};
    if (info) add_claims(provider, all, *info);
  }
  if (!allows(provider, all)) return Refused{Refusal::user_not_allowed, {}, {}, subject_of(provider, claims->subject)};
  return Identity{subject_of(provider, claims->subject), name_in(provider, all, claims->subject)};
}

// OpenID Connect Core 1.0 s. 3.1.3.7.
Result<JwtClaims, JwtFault> verified(const ProviderEndpoints& endpoints, const std::string& id_token,
                                     std::string_view nonce, Ask& ask, Commit& commit) {
  JwtExpectation expected;
  expected.issuer = issuer_of(endpoints, id_token);
  expected.audiences = {endpoints.provider.client_id};
  expected.party = endpoints.provider.client_id;
  expected.nonce = std::string(nonce);
  expected.now = ask.facts().now();
  return verify_by_keys_at(endpoints.keys, endpoints.reach_of(endpoints.keys), id_token, expected, ask, commit);
}

std::string issuer_of(const ProviderEndpoints& endpoints, const std::string& id_token) {
  constexpr std::string_view tenant = "{tenantid}";
  std::string issuer = endpoints.issuer;
  const std::size_t at = issuer.find(tenant);
  if (!endpoints.provider.issuer_names_tenant || at == std::string::npos) return issuer;
  const auto token = wire::Jwt::parse(id_token);
  const std::string* tid = token ? wire::string_member(token->claims, "tid") : nullptr;
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  if (tid == nullptr || tid->empty() || !std::all_of(tid->begin(), tid->end(), fits)) return {};
  return issuer.replace(at, tenant.size(), *tid);
}

// Section 5.3.2: what it says is about the user of the ID token, or it is not used.
std::optional<Json> userinfo(const ProviderEndpoints& endpoints, const TokenAnswer& answer, const std::string& subject,
                             Ask& ask) {
  if (endpoints.userinfo.empty()) return std::nullopt;
  Fetch fetch = profile_fetch(endpoints.provider, endpoints.userinfo, answer.tokens.access);
  fetch.reach = endpoints.reach_of(endpoints.userinfo);
  auto info = profile_at(fetch, ask);
  if (ask.pending() || !info || word(*info, "sub") != subject) return std::nullopt;
  return std::move(info).value();
}

bool lacks_allowed(const Provider& provider, const Json& claims) {
  const AllowList& allow = provider.allow;
  if (!allow.logins.empty() && word(claims, provider.name_claim).empty()) return true;
  if (!allow.email_domains.empty() && lacks_email(provider, claims)) return true;
  return !allow.groups.empty() &&
         (provider.groups_in_userinfo || wire::member(claims, provider.groups_claim) == nullptr);
}

bool lacks_email(const Provider& provider, const Json& claims) {
  return word(claims, "email").empty() || wire::member(claims, provider.email_verified_claim) == nullptr;
}

// What the ID token says stays, for it is signed; but an address and its being verified are told by one and the same.
void add_claims(const Provider& provider, Json& claims, const Json& info) {
  if (lacks_email(provider, claims) && !word(info, "email").empty()) {
    claims.erase(provider.email_verified_claim);
    claims["email"] = info["email"];
    if (const Json* verified = wire::member(info, provider.email_verified_claim)) {
      claims[provider.email_verified_claim] = *verified;
    }
  }
  const Json* groups = provider.groups_claim.empty() ? nullptr : wire::member(info, provider.groups_claim);
  if (groups != nullptr && (provider.groups_in_userinfo || wire::member(claims, provider.groups_claim) == nullptr)) {
    claims[provider.groups_claim] = *groups;
  }
  for (const std::string& name : {provider.name_claim, std::string("preferred_username"), std::string("name")}) {
    const Json* value = wire::member(info, name);
    if (value != nullptr && name != "email" && wire::member(claims, name) == nullptr) claims[name] = *value;
  }
}

Identified by_profile(const Provider& provider, const TokenAnswer& answer, Ask& ask) {
  const bool github = provider.kind == Provider::Kind::github;
  const std::string url = github ? provider.api_url + "/user" : provider.api_url;
  auto profile = profile_at(profile_fetch(provider, url, answer.tokens.access), ask);
  if (ask.pending()) return Refused{Refusal::provider_unreachable};
  if (!profile) return profile.error();
  if (!provider.allow.organisations.empty()) {
    const Fetched* listed =
        ask(profile_fetch(provider, provider.api_url + "/user/orgs?per_page=100", answer.tokens.access));
    if (listed == nullptr) return Refused{Refusal::provider_unreachable};
    const auto organisations = wire::parse_json(listed->body);
    if (listed->status != 200 || !organisations || !organisations->is_array()) {
      return Refused{Refusal::wrong_profile, "expected the user's organisations"};
    }
    const bool member = std::any_of(organisations->begin(), organisations->end(), [&](const Json& organisation) {
      const std::string login = wire::lower_case(word(organisation, "login"));
      const auto& wanted = provider.allow.organisations;
      return std::any_of(wanted.begin(), wanted.end(),
                         [&](const std::string& one) { return wire::lower_case(one) == login; });
    });
    if (!member) return Refused{Refusal::user_not_allowed, "the user is in none of the organisations"};
  }
  return identity_of_profile(provider, *profile);
}

Result<Json, Refused> profile_at(const Fetch& fetch, Ask& ask) {
  const Fetched* fetched = ask(fetch);
  if (fetched == nullptr || fetched->status == 0 || fetched->status >= 500 || fetched->status == 429) {
    return Refused{Refusal::provider_unreachable};
  }
  auto parsed = wire::parse_json(fetched->body);
  if (fetched->status != 200 || !parsed || !parsed->is_object()) {
    return Refused{Refusal::wrong_profile,
                   "expected the user's profile, received status " + std::to_string(fetched->status)};
  }
  return std::move(parsed).value();
}

bool allows(const Provider& provider, const Json& claims) {
  return is_login_allowed(provider, claims) && is_email_allowed(provider, claims) && is_group_allowed(provider, claims);
}

bool is_login_allowed(const Provider& provider, const Json& claims) {
  const auto& logins = provider.allow.logins;
  if (logins.empty()) return true;
  const std::string login = wire::lower_case(word(claims, provider.name_claim));
  return !login.empty() && std::any_of(logins.begin(), logins.end(),
                                       [&](const std::string& one) { return wire::lower_case(one) == login; });
}

// An address that the provider has not verified is whatever somebody typed.
bool is_email_allowed(const Provider& provider, const Json& claims) {
  const auto& domains = provider.allow.email_domains;
  if (domains.empty()) return true;
  const std::string email = wire::lower_case(word(claims, "email"));
  const std::size_t at = email.rfind('@');
  if (at == std::string::npos || at == 0 || !is_true(wire::member(claims, provider.email_verified_claim))) return false;
  const std::string_view domain = std::string_view(email).substr(at + 1);
  return std::any_of(domains.begin(), domains.end(),
                     [&](const std::string& one) { return wire::lower_case(one) == domain; });
}

bool is_group_allowed(const Provider& provider, const Json& claims) {
  const auto& groups = provider.allow.groups;
  if (groups.empty()) return true;
  const Json* has = wire::array_member(claims, provider.groups_claim);
  return has != nullptr && std::any_of(has->begin(), has->end(), [&](const Json& group) {
           return group.is_string() &&
                  std::find(groups.begin(), groups.end(), group.get_ref<const std::string&>()) != groups.end();
         });
}

// Providers write it as a truth value, a word or a number.
bool is_true(const Json* value) {
  return value != nullptr &&
         (*value == Json(true) || *value == Json("true") || *value == Json(1) || *value == Json("1"));
}

std::string name_in(const Provider& provider, const Json& claims, std::string_view subject) {
  constexpr std::size_t longest = 64;
  for (const std::string_view claim :
       {std::string_view(provider.name_claim), std::string_view("preferred_username"), std::string_view("email"),
        std::string_view("name"), std::string_view("login")}) {
    if (claim.empty()) continue;
    std::string name = wire::display_name(word(claims, claim), longest);
    if (!name.empty()) return name;
  }
  return wire::display_name(subject, longest);
}

std::string word(const Json& object, std::string_view name) {
  if (const std::string* text = wire::string_member(object, name)) return *text;
  const auto number = wire::int_member(object, name);
  return number ? std::to_string(*number) : std::string();
}

}  // namespace
}  // namespace postern::oauth
