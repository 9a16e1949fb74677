// What is advertised works; what works is advertised. Every identifier comes from the configured public URL.
#include "core/oauth/endpoints.hpp"
#include "core/oauth/replies.hpp"
#include "core/oauth/requested_scopes.hpp"
#include "core/wire/json.hpp"

namespace postern::oauth {
namespace {

Outcome document(const HttpRequest& request, Json (*make)(const Authority&), const Authority& authority);
Json authorization_server(const Authority& authority);
Json protected_resource(const Authority& authority);
Json sse_resource(const Authority& authority);

}  // namespace

Outcome authorization_server_metadata(const Authority& authority, const HttpRequest& request, const Facts&) {
  return document(request, authorization_server, authority);
}

Outcome protected_resource_metadata(const Authority& authority, const HttpRequest& request, const Facts&) {
  return document(request, protected_resource, authority);
}

Outcome sse_resource_metadata(const Authority& authority, const HttpRequest& request, const Facts&) {
  return document(request, sse_resource, authority);
}

namespace {

Outcome document(const HttpRequest& request, Json (*make)(const Authority&), const Authority& authority) {
  if (request.method != "GET" && request.method != "HEAD") return refuse_method("metadata", request, "GET, HEAD");
  return Reply{200,
               {{"Content-Type", "application/json"}, {"Cache-Control", "public, max-age=300"}},
               wire::dump_json(make(authority)),
               std::nullopt};
}

// RFC 8414 s. 2, RFC 9207 s. 3, RFC 9728 s. 4.
Json authorization_server(const Authority& authority) {
  Json document = wire::parse_json(R"({
    "response_types_supported":["code"],
    "response_modes_supported":["query"],
    "grant_types_supported":["authorization_code","refresh_token"],
    "token_endpoint_auth_methods_supported":["none","client_secret_basic","client_secret_post","private_key_jwt"],
    "token_endpoint_auth_signing_alg_values_supported":["ES256","RS256","PS256"],
    "revocation_endpoint_auth_methods_supported":["none","client_secret_basic","client_secret_post","private_key_jwt"],
    "revocation_endpoint_auth_signing_alg_values_supported":["ES256","RS256","PS256"],
    "introspection_endpoint_auth_methods_supported":["client_secret_basic","client_secret_post","private_key_jwt"],
    "introspection_endpoint_auth_signing_alg_values_supported":["ES256","RS256","PS256"],
    "code_challenge_methods_supported":["S256"],
    "authorization_response_iss_parameter_supported":true})")
                      .value();
  document["issuer"] = authority.issuer;
  document["authorization_endpoint"] = authority.endpoint("/authorize");
  document["token_endpoint"] = authority.endpoint("/token");
  document["registration_endpoint"] = authority.endpoint("/register");
  document["revocation_endpoint"] = authority.endpoint("/revoke");
  document["introspection_endpoint"] = authority.endpoint("/introspect");
  document["client_id_metadata_document_supported"] = authority.client_documents;
  document["scopes_supported"] = authority.scopes.all().united_with({offline_access}).tokens();
  document["protected_resources"].push_back(authority.resource);
  if (!authority.sse_resource.empty()) document["protected_resources"].push_back(authority.sse_resource);
  if (!authority.documentation.empty()) document["service_documentation"] = authority.documentation;
  return document;
}

// RFC 9728 s. 2.
Json protected_resource(const Authority& authority) {
  Json document = wire::parse_json(R"({"bearer_methods_supported":["header"]})").value();
  document["resource"] = authority.resource;
  document["authorization_servers"].push_back(authority.external ? authority.external->issuer : authority.issuer);
  document["scopes_supported"] = authority.scopes.all().tokens();
  document["resource_name"] = authority.name;
  if (!authority.documentation.empty()) document["resource_documentation"] = authority.documentation;
  return document;
}

Json sse_resource(const Authority& authority) {
  Json document = protected_resource(authority);
  document["resource"] = authority.sse_resource;
  return document;
}

}  // namespace
}  // namespace postern::oauth
