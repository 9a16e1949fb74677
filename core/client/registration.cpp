#include "core/client/registration.hpp"

#include <algorithm>
#include <array>

#include "core/client/exchange.hpp"
#include "core/wire/json.hpp"
#include "core/wire/redirect_uri.hpp"

namespace postern::client {
namespace {

constexpr std::array<std::string_view, 3> method_names = {"none", "client_secret_basic", "client_secret_post"};

Result<Registration, Failed> from_credentials(const ClientConfig& config, const AuthorizationServer& server);
Result<Registration, Failed> from_document(const ClientConfig& config, const AuthorizationServer& server);
bool still_good(const Registration& kept, const ClientConfig& config, const AuthorizationServer& server,
                UnixSeconds now);
Result<Registration, Failed> register_at(Ask& ask, const ClientConfig& config, const AuthorizationServer& server);
std::optional<AuthMethod> method_for(const AuthorizationServer& server);
Fetch registration_request(const ClientConfig& config, const AuthorizationServer& server, AuthMethod method);
Result<Registration, Failed> read_registration(const std::string& text, AuthMethod asked);

}  // namespace

Result<Registration, Failed> identify(Ask& ask, const ClientConfig& config, const AuthorizationServer& server,
                                      const std::optional<Registration>& kept) {
  if (!config.credentials.empty()) return from_credentials(config, server);
  if (server.reads_documents && !config.client_document.empty()) return from_document(config, server);
  if (kept && still_good(*kept, config, server, ask.facts().now())) return *kept;
  if (server.registration_endpoint.empty()) {
    return Failed{ClientRefusal::no_way_to_register, "expected a registration_endpoint, received none"};
  }
  return register_at(ask, config, server);
}

std::string_view name_of(AuthMethod method) { return method_names[static_cast<std::size_t>(method)]; }

std::optional<AuthMethod> auth_method_by_name(std::string_view name) {
  const auto found = std::find(method_names.begin(), method_names.end(), name);
  if (found == method_names.end()) return std::nullopt;
  return static_cast<AuthMethod>(found - method_names.begin());
}

namespace {

// MCP client registration, authorization server binding: somebody else's credentials are told, not tried.
Result<Registration, Failed> from_credentials(const ClientConfig& config, const AuthorizationServer& server) {
  for (const Credentials& own : config.credentials) {
    if (own.issuer != server.issuer) continue;
    Registration registration;
    registration.issuer = own.issuer;
    registration.client_id = own.client_id;
    registration.client_secret = own.client_secret;
    registration.auth_method = own.auth_method;
    registration.origin = Origin::pre_registered;
    return registration;
  }
  return Failed{ClientRefusal::credentials_of_another_issuer, "expected credentials for " + server.issuer};
}

Result<Registration, Failed> from_document(const ClientConfig& config, const AuthorizationServer& server) {
  const auto uri = wire::Uri::parse(config.client_document);
  if (!uri || uri->scheme != "https" || uri->path.size() < 2 || uri->fragment || uri->userinfo) {
    return Failed{ClientRefusal::bad_client_document, "expected an https URL with a path"};
  }
  Registration registration;
  registration.issuer = server.issuer;
  registration.client_id = config.client_document;
  registration.origin = Origin::document;
  return registration;
}

bool still_good(const Registration& kept, const ClientConfig& config, const AuthorizationServer& server,
                UnixSeconds now) {
  return kept.origin == Origin::dynamic && kept.issuer == server.issuer && kept.redirect_uri == config.redirect_uri &&
         (!kept.expires || now < *kept.expires);
}

Result<Registration, Failed> register_at(Ask& ask, const ClientConfig& config, const AuthorizationServer& server) {
  const auto method = method_for(server);
  if (!method) return Failed{ClientRefusal::no_common_auth_method, "expected none, client_secret_basic or _post"};
  const auto fetched = exchange(ask, config, registration_request(config, server, *method));
  if (!fetched) return fetched.error();
  const Fetched& answer = **fetched;
  // RFC 7591 s. 3.2.1 says 201; servers answer 200 as well.
  if (answer.status != 201 && answer.status != 200) {
    return Failed{ClientRefusal::registration_refused,
                  "expected status 201, received " + std::to_string(answer.status)};
  }
  auto registration = read_registration(answer.body, *method);
  if (!registration) return registration;
  registration.value().issuer = server.issuer;
  registration.value().redirect_uri = config.redirect_uri;
  return registration;
}

// A client that runs on somebody's own machine keeps no secret (RFC 8252 s. 8.4), so it asks for none where it may.
std::optional<AuthMethod> method_for(const AuthorizationServer& server) {
  if (server.offers_none) return AuthMethod::none;
  if (server.offers_basic) return AuthMethod::client_secret_basic;
  if (server.offers_post) return AuthMethod::client_secret_post;
  return std::nullopt;
}

Fetch registration_request(const ClientConfig& config, const AuthorizationServer& server, AuthMethod method) {
  const auto redirect = wire::RedirectUri::parse(config.redirect_uri);
  const bool native = redirect && (redirect->is_loopback() || redirect->is_private_use());
  Json::object_t body;
  const auto say = [&body](std::string_view name, Json value) {
    body.insert_or_assign(std::string(name), std::move(value));
  };
  say("redirect_uris", Json::array_t{config.redirect_uri});
  say("grant_types", Json::array_t{"authorization_code", "refresh_token"});
  say("response_types", Json::array_t{"code"});
  say("token_endpoint_auth_method", name_of(method));
  // OpenID Connect Registration 1.0 s. 2: without it a loopback redirect is refused by OpenID providers.
  say("application_type", native ? "native" : "web");
  if (!config.client_name.empty()) say("client_name", config.client_name);
  if (!config.client_uri.empty()) say("client_uri", config.client_uri);
  return Fetch{.method = "POST",
               .url = server.registration_endpoint,
               .headers = {{"Content-Type", "application/json"}, {"Accept", "application/json"}},
               .body = wire::dump_json(body)};
}

// RFC 7591 s. 3.2.1: what was registered may be other than what was asked for.
Result<Registration, Failed> read_registration(const std::string& text, AuthMethod asked) {
  const auto malformed = [](std::string what) {
    return Failed{ClientRefusal::malformed_registration, std::move(what)};
  };
  const auto document = wire::parse_json(text);
  if (!document) return malformed(document.error().what);
  const std::string* id = wire::string_member(*document, "client_id");
  if (id == nullptr || id->empty()) return malformed("expected client_id as a string");
  Registration registration;
  registration.client_id = *id;
  registration.auth_method = asked;
  if (const std::string* method = wire::string_member(*document, "token_endpoint_auth_method")) {
    const auto known = auth_method_by_name(*method);
    if (!known) return Failed{ClientRefusal::no_common_auth_method, "expected none, client_secret_basic or _post"};
    registration.auth_method = *known;
  }
  if (registration.auth_method == AuthMethod::none) return registration;
  const std::string* secret = wire::string_member(*document, "client_secret");
  if (secret == nullptr || secret->empty()) return malformed("expected client_secret for the method that was given");
  registration.client_secret = Secret(*secret);
  const auto expires = wire::int_member(*document, "client_secret_expires_at").value_or(0);
  if (expires > 0) registration.expires = UnixSeconds{expires};
  return registration;
}

}  // namespace
}  // namespace postern::client
