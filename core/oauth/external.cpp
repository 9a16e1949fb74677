#include "core/oauth/external.hpp"

#include "core/oauth/discovery.hpp"
#include "core/oauth/documents.hpp"
#include "core/oauth/jwks.hpp"
#include "core/wire/http.hpp"
#include "core/wire/json.hpp"
#include "core/wire/uri.hpp"

namespace postern::oauth {
namespace {

/// https, or http on loopback, without what does not belong into such a URL.
bool is_server_url(const std::string& url, bool query_too);

}  // namespace

Result<External, std::string> complete(External external) {
  const std::string what = "authorization server elsewhere: ";
  if (!is_server_url(external.issuer, false)) {
    return what + "expected issuer as an https URL without query and fragment (http on loopback), got '" +
           external.issuer + "'";
  }
  if (!external.introspection_url.empty()) {
    if (!is_server_url(external.introspection_url, true)) {
      return what + "expected introspection_url as an https URL (http on loopback), got '" +
             external.introspection_url + "'";
    }
    // RFC 7662 s. 2.1: that endpoint answers nobody else.
    if (external.client_id.empty() || external.client_secret.empty()) {
      return what + "expected client_id and client_secret with introspection_url";
    }
  }
  for (const std::string& name : external.algorithms) {
    if (!algorithm_by_name(name)) return what + "expected algorithms ES256, RS256 or PS256, got '" + name + "'";
  }
  if (external.algorithms.empty()) external.algorithms = {"ES256", "RS256", "PS256"};
  if (external.token_types.empty()) external.token_types = {"at+jwt"};
  for (std::string& type : external.token_types) type = wire::lower_case(type);  // RFC 7515 s. 4.1.9
  if (external.subject_claim.empty()) external.subject_claim = "sub";
  return external;
}

Result<ExternalServer, std::string> external_server(const External& external, Ask& ask, Commit& commit) {
  auto document = first_document(ask, commit, metadata_urls(external.issuer), Reach::configured);
  if (!document) return "its metadata: " + std::string(document.error().why);
  // RFC 8414 s. 3.3: the same bytes, else one server could speak for another.
  const std::string* issuer = wire::string_member(*document, "issuer");
  if (issuer == nullptr || *issuer != external.issuer) return std::string("its metadata name another issuer");
  ExternalServer server;
  server.authorize = endpoint_in(*document, "authorization_endpoint", external.issuer);
  server.token = endpoint_in(*document, "token_endpoint", external.issuer);
  server.registration = endpoint_in(*document, "registration_endpoint", external.issuer);
  server.keys = endpoint_in(*document, "jwks_uri", external.issuer);
  server.document = std::move(document).value();
  if (server.authorize.empty() || server.token.empty()) return std::string("its metadata name no endpoints");
  return server;
}

namespace {

bool is_server_url(const std::string& url, bool query_too) {
  const auto uri = wire::Uri::parse(url);
  if (!uri || uri->userinfo || uri->fragment || (uri->query && !query_too)) return false;
  return uri->scheme == "https" || (uri->scheme == "http" && uri->is_loopback());
}

}  // namespace
}  // namespace postern::oauth
