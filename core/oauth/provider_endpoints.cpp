#include "core/oauth/provider_endpoints.hpp"

#include <algorithm>

#include "core/oauth/discovery.hpp"
#include "core/oauth/documents.hpp"
#include "core/wire/json.hpp"
#include "core/wire/uri.hpp"

namespace postern::oauth {
namespace {

std::optional<ProviderEndpoints> read_discovery(const Provider& provider, const Json& document);
bool is_issuer(const Provider& provider, const std::string& said);
bool offers(const Json& document, std::string_view method);

}  // namespace

Reach ProviderEndpoints::reach_of(const std::string& url) const {
  if (provider.kind != Provider::Kind::oidc) return Reach::configured;
  return reach_from(provider.issuer, url);
}

std::optional<ProviderEndpoints> endpoints_of(const Provider& provider, Ask& ask, Commit& commit) {
  if (provider.kind != Provider::Kind::oidc) {
    return ProviderEndpoints{provider, {}, provider.authorize_url, provider.token_url, {}, {}, false};
  }
  // Section 4.1: a slash at the issuer's end goes before the well-known path is added.
  std::string url = provider.issuer;
  if (url.back() == '/') url.pop_back();
  const auto found = document(ask, commit, url + "/.well-known/openid-configuration", Reach::configured);
  if (!found) return std::nullopt;
  return read_discovery(provider, *found);
}

namespace {

std::optional<ProviderEndpoints> read_discovery(const Provider& provider, const Json& document) {
  const std::string* issuer = wire::string_member(document, "issuer");
  if (issuer == nullptr || !is_issuer(provider, *issuer)) return std::nullopt;
  ProviderEndpoints endpoints;
  endpoints.provider = provider;
  endpoints.issuer = *issuer;
  endpoints.authorize = endpoint_in(document, "authorization_endpoint", provider.issuer);
  endpoints.token = endpoint_in(document, "token_endpoint", provider.issuer);
  endpoints.userinfo = endpoint_in(document, "userinfo_endpoint", provider.issuer);
  endpoints.keys = endpoint_in(document, "jwks_uri", provider.issuer);
  if (endpoints.authorize.empty() || endpoints.token.empty() || endpoints.keys.empty()) return std::nullopt;
  endpoints.tells_issuer =
      wire::bool_member(document, "authorization_response_iss_parameter_supported").value_or(false);
  if (!offers(document, "client_secret_basic") && offers(document, "client_secret_post")) {
    endpoints.provider.token_auth = Provider::TokenAuth::post;
  } else if (!offers(document, "client_secret_post") && offers(document, "client_secret_basic")) {
    endpoints.provider.token_auth = Provider::TokenAuth::basic;
  }
  return endpoints;
}

// Section 4.3: the same bytes, else one provider could speak for another (mix-up).
bool is_issuer(const Provider& provider, const std::string& said) {
  if (said == provider.issuer) return true;
  constexpr std::string_view tenant = "{tenantid}";
  if (!provider.issuer_names_tenant || said.find(tenant) == std::string::npos) return false;
  // Entra's shared endpoints (`common`, `organizations`) name no tenant of their own.
  const auto uri = wire::Uri::parse(provider.issuer);
  return uri && said == uri->origin() + '/' + std::string(tenant) + "/v2.0";
}

// OpenID Connect Discovery 1.0 s. 3: where nothing is said, client_secret_basic.
bool offers(const Json& document, std::string_view method) {
  const Json* methods = wire::array_member(document, "token_endpoint_auth_methods_supported");
  if (methods == nullptr) return method == "client_secret_basic";
  return std::find(methods->begin(), methods->end(), Json(method)) != methods->end();
}

}  // namespace
}  // namespace postern::oauth
