#include "core/client/discovery.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/client/exchange.hpp"
#include "core/client/server_metadata.hpp"
#include "core/wire/challenge.hpp"
#include "core/wire/json.hpp"
#include "core/wire/uri.hpp"

namespace postern::client {
namespace {

struct Resource {
  std::string identifier;
  std::string issuer;
  ScopeSet scopes;
};

Result<Resource, Failed> find_resource(Ask& ask, const ClientConfig& config, const Hint& hint, std::string_view known);
Result<Resource, Failed> read_resource(const ClientConfig& config, const std::string& text, bool at_root,
                                       std::string_view known);
bool is_ours(const ClientConfig& config, const std::string& identifier, bool at_root);
const std::string* choose_issuer(const ClientConfig& config, const Json& servers, std::string_view known);
ScopeSet scopes_in(const Json& document);

}  // namespace

Hint hint_of(const wire::Headers& headers) {
  Hint hint;
  for (const wire::Header& header : headers) {
    if (!wire::equal_ignoring_case(header.name, "WWW-Authenticate")) continue;
    const auto challenges = wire::parse_challenges(header.value);
    if (!challenges) continue;
    for (const wire::Challenge& challenge : *challenges) {
      if (!wire::equal_ignoring_case(challenge.scheme, "Bearer")) continue;
      const auto text = [&challenge](std::string_view name) {
        const std::string* value = challenge.parameter(name);
        return value == nullptr ? std::string() : *value;
      };
      hint.resource_metadata = text("resource_metadata");
      hint.error = text("error");
      if (const auto scopes = ScopeSet::parse(text("scope")); scopes && !scopes->empty()) hint.scopes = scopes;
      return hint;
    }
  }
  return hint;
}

Result<Discovered, Failed> discover(Ask& ask, const ClientConfig& config, const Hint& hint, std::string_view known) {
  if (is_own_authorization_server(config.revision)) {
    const auto uri = wire::Uri::parse(config.server_url);
    if (!uri) return Failed{ClientRefusal::bad_server_url, uri.error().what};
    auto server = find_own_server(ask, config, uri->origin());
    if (!server) return server.error();
    return Discovered{std::move(server).value(), {}};
  }
  auto resource = find_resource(ask, config, hint, known);
  if (!resource) return resource.error();
  auto server = find_server(ask, config, resource->issuer);
  if (!server) return server.error();
  server.value().resource = resource->identifier;
  return Discovered{std::move(server).value(), resource->scopes};
}

namespace {

Result<Resource, Failed> find_resource(Ask& ask, const ClientConfig& config, const Hint& hint, std::string_view known) {
  const auto uri = wire::Uri::parse(config.server_url);
  if (!uri) return Failed{ClientRefusal::bad_server_url, uri.error().what};
  const std::string root = uri->origin() + "/.well-known/oauth-protected-resource";
  std::vector<std::string> places;
  if (!hint.resource_metadata.empty()) {
    places = {hint.resource_metadata};
  } else {
    // RFC 9728 s. 3.1: between host and path, the query kept.
    const std::string query = uri->query ? "?" + *uri->query : std::string();
    if (uri->path != "/" || uri->query) places.push_back(root + (uri->path == "/" ? "" : uri->path) + query);
    if (places.empty() || places.back() != root) places.push_back(root);
  }
  for (const std::string& place : places) {
    const auto fetched = exchange(ask, config, document_request(config, place));
    if (!fetched) return fetched.error();
    const Fetched& answer = **fetched;
    if (answer.status == 200) return read_resource(config, answer.body, place == root, known);
  }
  return Failed{ClientRefusal::no_resource_metadata, "expected metadata of the resource at one of its places"};
}

Result<Resource, Failed> read_resource(const ClientConfig& config, const std::string& text, bool at_root,
                                       std::string_view known) {
  const auto document = wire::parse_json(text);
  if (!document) return Failed{ClientRefusal::malformed_resource_metadata, document.error().what};
  const std::string* identifier = wire::string_member(*document, "resource");
  if (identifier == nullptr) {
    return Failed{ClientRefusal::malformed_resource_metadata, "expected resource as a string"};
  }
  if (!is_ours(config, *identifier, at_root)) {
    return Failed{ClientRefusal::resource_differs, "expected the resource " + config.server_url + ", received another"};
  }
  const Json* servers = wire::array_member(*document, "authorization_servers");
  const std::string* issuer = servers == nullptr ? nullptr : choose_issuer(config, *servers, known);
  if (issuer == nullptr) {
    return Failed{ClientRefusal::no_authorization_server, "expected authorization_servers with one at least"};
  }
  return Resource{*identifier, *issuer, scopes_in(*document)};
}

// RFC 9728 s. 3.3: a document that describes another resource is not to be used, else a token for that one would go to
// this server. The document of the root describes the root.
bool is_ours(const ClientConfig& config, const std::string& identifier, bool at_root) {
  const auto said = wire::Uri::parse(identifier);
  const auto own = wire::Uri::parse(config.server_url);
  if (!said || !own || said->fragment) return false;
  if (wire::same_resource(*said, *own)) return true;
  const auto root = wire::Uri::parse(own->origin());
  return at_root && root && wire::same_resource(*said, *root);
}

const std::string* choose_issuer(const ClientConfig& config, const Json& servers, std::string_view known) {
  const std::string* first = nullptr;
  const std::string* registered = nullptr;
  for (const Json& server : servers) {
    const auto* issuer = server.get_ptr<const std::string*>();
    if (issuer == nullptr) continue;
    const bool has_credentials =
        std::any_of(config.credentials.begin(), config.credentials.end(),
                    [issuer](const Credentials& credentials) { return credentials.issuer == *issuer; });
    if (has_credentials) return issuer;
    if (first == nullptr) first = issuer;
    if (registered == nullptr && *issuer == known) registered = issuer;
  }
  return registered != nullptr ? registered : first;
}

ScopeSet scopes_in(const Json& document) {
  ScopeSet all;
  const Json* list = wire::array_member(document, "scopes_supported");
  if (list == nullptr) return all;
  std::string text;
  for (const Json& scope : *list) {
    if (const auto* token = scope.get_ptr<const std::string*>()) text += *token + ' ';
  }
  return ScopeSet::parse(text).value_or(all);
}

}  // namespace
}  // namespace postern::client
