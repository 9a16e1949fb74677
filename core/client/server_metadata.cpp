#include "core/client/server_metadata.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "core/client/exchange.hpp"
#include "core/wire/json.hpp"
#include "core/wire/uri.hpp"

namespace postern::client {
namespace {

std::vector<std::string> places_of(const wire::Uri& issuer);
Result<AuthorizationServer, Failed> read(const ClientConfig& config, const std::string& text,
                                         const std::vector<std::string>& issuers);
std::optional<Failed> read_endpoints(const ClientConfig& config, const Json& document, AuthorizationServer& server);
void read_auth_methods(const Json& document, AuthorizationServer& server);
bool lists(const Json* array, std::string_view value);

}  // namespace

Result<AuthorizationServer, Failed> find_server(Ask& ask, const ClientConfig& config, const std::string& issuer) {
  if (auto unsafe = judge(config, issuer)) return *unsafe;
  const auto uri = wire::Uri::parse(issuer);
  // RFC 8414 s. 2.
  if (!uri || uri->query) return Failed{ClientRefusal::no_authorization_server, "expected an issuer without a query"};
  for (std::string& place : places_of(*uri)) {
    const auto fetched = exchange(ask, config, document_request(config, std::move(place)));
    if (!fetched) return fetched.error();
    const Fetched& answer = **fetched;
    if (answer.status == 200) return read(config, answer.body, {issuer});
  }
  return Failed{ClientRefusal::no_server_metadata, "expected metadata of the authorization server at its places"};
}

Result<AuthorizationServer, Failed> find_own_server(Ask& ask, const ClientConfig& config, const std::string& origin) {
  const std::string place = origin + "/.well-known/oauth-authorization-server";
  const auto fetched = exchange(ask, config, document_request(config, place));
  if (!fetched) return fetched.error();
  const Fetched& answer = **fetched;
  // Nobody told us how this issuer is spelt, and both spellings have their metadata at this place.
  if (answer.status == 200) return read(config, answer.body, {origin, origin + "/"});
  AuthorizationServer server;
  server.issuer = origin;
  server.authorization_endpoint = origin + "/authorize";
  server.token_endpoint = origin + "/token";
  server.registration_endpoint = origin + "/register";
  return server;
}

namespace {

// MCP authorization server discovery, in its order.
std::vector<std::string> places_of(const wire::Uri& issuer) {
  std::string path = issuer.path;
  if (path.ends_with('/')) path.pop_back();  // RFC 8414 s. 3.1
  const std::string host = issuer.origin();
  std::vector<std::string> places = {host + "/.well-known/oauth-authorization-server" + path,
                                     host + "/.well-known/openid-configuration" + path};
  if (!path.empty()) places.push_back(host + path + "/.well-known/openid-configuration");
  return places;
}

Result<AuthorizationServer, Failed> read(const ClientConfig& config, const std::string& text,
                                         const std::vector<std::string>& issuers) {
  const auto document = wire::parse_json(text);
  if (!document) return Failed{ClientRefusal::malformed_server_metadata, document.error().what};
  const std::string* issuer = wire::string_member(*document, "issuer");
  if (issuer == nullptr) return Failed{ClientRefusal::malformed_server_metadata, "expected issuer as a string"};
  // The same bytes, else one server could speak for another (mix-up).
  if (std::find(issuers.begin(), issuers.end(), *issuer) == issuers.end()) {
    return Failed{ClientRefusal::issuer_differs, "expected the issuer " + issuers.front() + ", received another"};
  }
  AuthorizationServer server;
  server.issuer = *issuer;
  if (auto failed = read_endpoints(config, *document, server)) return *failed;
  if (!lists(wire::array_member(*document, "code_challenge_methods_supported"), "S256")) {
    return Failed{ClientRefusal::pkce_not_offered, "expected S256 among code_challenge_methods_supported"};
  }
  const Json* types = wire::array_member(*document, "response_types_supported");
  if (types != nullptr && !lists(types, "code")) {
    return Failed{ClientRefusal::code_flow_not_offered, "expected code among response_types_supported"};
  }
  const auto flag = [&](std::string_view name) { return wire::bool_member(*document, name).value_or(false); };
  server.tells_issuer = flag("authorization_response_iss_parameter_supported");
  server.reads_documents = flag("client_id_metadata_document_supported");
  server.offline_access = lists(wire::array_member(*document, "scopes_supported"), "offline_access");
  read_auth_methods(*document, server);
  return server;
}

std::optional<Failed> read_endpoints(const ClientConfig& config, const Json& document, AuthorizationServer& server) {
  const std::array<std::pair<std::string_view, std::string*>, 3> endpoints = {
      {{"authorization_endpoint", &server.authorization_endpoint},
       {"token_endpoint", &server.token_endpoint},
       {"registration_endpoint", &server.registration_endpoint}}};
  for (const auto& [name, into] : endpoints) {
    const std::string* url = wire::string_member(document, name);
    if (url == nullptr) {
      if (name == "registration_endpoint") continue;
      return Failed{ClientRefusal::malformed_server_metadata, "expected " + std::string(name) + " as a string"};
    }
    if (auto unsafe = judge(config, *url)) return Failed{unsafe->why, std::string(name) + ": " + unsafe->detail};
    *into = *url;
  }
  return std::nullopt;
}

// Where nothing is said every method is tried: RFC 8414 s. 2 means client_secret_basic then, and servers that let public
// clients in forget to say so.
void read_auth_methods(const Json& document, AuthorizationServer& server) {
  const Json* methods = wire::array_member(document, "token_endpoint_auth_methods_supported");
  if (methods == nullptr) return;
  server.offers_none = lists(methods, "none");
  server.offers_basic = lists(methods, "client_secret_basic");
  server.offers_post = lists(methods, "client_secret_post");
}

bool lists(const Json* array, std::string_view value) {
  return array != nullptr && std::any_of(array->begin(), array->end(), [value](const Json& element) {
           const auto* text = element.get_ptr<const std::string*>();
           return text != nullptr && *text == value;
         });
}

}  // namespace
}  // namespace postern::client
