#include "core/client/authorization.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "core/crypto/hash.hpp"
#include "core/wire/base64.hpp"
#include "core/wire/form.hpp"
#include "core/wire/uri.hpp"

namespace postern::client {
namespace {

std::optional<wire::Form> response_in(const ClientConfig& config, std::string_view url);
std::optional<NoCode> check_issuer(const AuthorizationServer& server, const wire::Form& response);
NoCode told_by(std::string_view error);

}  // namespace

Flow begin_flow(ScopeSet scopes, const Facts& facts) {
  return Flow{Secret(wire::base64url(facts.draw("client state"))),
              Secret(wire::base64url(facts.draw("client verifier"))), std::move(scopes), facts.now()};
}

std::string authorization_url(const ClientConfig& config, const AuthorizationServer& server,
                              const Registration& registration, const Flow& flow) {
  const auto challenge = wire::base64url(crypto::sha256(flow.verifier.expose_for(Reason::hashing)));
  std::vector<wire::Form::Field> query = {{"response_type", "code"},
                                          {"client_id", registration.client_id},
                                          {"redirect_uri", config.redirect_uri},
                                          {"state", std::string(flow.state.expose_for(Reason::performing))},
                                          {"code_challenge", challenge},
                                          {"code_challenge_method", "S256"}};
  if (!flow.scopes.empty()) query.emplace_back("scope", flow.scopes.to_string());
  if (!server.resource.empty()) query.emplace_back("resource", server.resource);
  return wire::append_query(server.authorization_endpoint, wire::form_encode(query));
}

Result<Secret, NoCode> read_callback(const ClientConfig& config, const AuthorizationServer& server, const Flow& flow,
                                     std::string_view url, UnixSeconds now) {
  const auto response = response_in(config, url);
  if (!response) {
    return NoCode{{ClientRefusal::malformed_callback, "expected the redirect URI with one form in its query"}, {}};
  }
  // RFC 6749 s. 10.12: before anything that it says is believed.
  const std::string_view state = response->get("state");
  if (!Secret::same_bytes(state, flow.state.expose_for(Reason::performing))) {
    return NoCode{{ClientRefusal::state_differs, "expected the state of the request, received another"}, {}};
  }
  if (now >= flow.started + flow_lifetime) {
    return NoCode{{ClientRefusal::flow_expired, "expected the response within 10 minutes"}, Event::refused};
  }
  if (auto wrong = check_issuer(server, *response)) return *wrong;
  if (const std::string* error = response->find("error")) return told_by(*error);
  const std::string_view code = response->get("code");
  if (code.empty()) return NoCode{{ClientRefusal::code_missing, "expected a code, received none"}, Event::refused};
  return Secret(std::string(code));
}

namespace {

std::optional<wire::Form> response_in(const ClientConfig& config, std::string_view url) {
  if (url.size() > wire::max_uri_bytes || !url.starts_with(config.redirect_uri)) return std::nullopt;
  url.remove_prefix(config.redirect_uri.size());
  const char separator = config.redirect_uri.find('?') == std::string::npos ? '?' : '&';
  if (!url.starts_with(separator)) return std::nullopt;
  url.remove_prefix(1);
  auto form = wire::Form::parse(url.substr(0, url.find('#')));
  // RFC 6749 s. 3.1: of two codes or issuers one would be checked and the other used.
  if (!form || form->repeated()) return std::nullopt;
  return std::move(form).value();
}

// RFC 9207 s. 2.4, MCP authorization response validation: the same bytes, on errors too.
std::optional<NoCode> check_issuer(const AuthorizationServer& server, const wire::Form& response) {
  const std::string* issuer = response.find("iss");
  if (issuer == nullptr) {
    if (!server.tells_issuer) return std::nullopt;
    return NoCode{{ClientRefusal::response_issuer_missing, "expected iss, received none"}, Event::refused};
  }
  if (*issuer == server.issuer) return std::nullopt;
  return NoCode{{ClientRefusal::response_issuer_differs, "expected iss " + server.issuer + ", received another"},
                Event::refused};
}

// Whoever sits in front of the client reads our words: error_description is a stranger's text in a page of ours.
NoCode told_by(std::string_view error) {
  if (error == "access_denied") {
    return NoCode{{ClientRefusal::denied_by_user, "received access_denied"}, Event::denied};
  }
  constexpr std::array<std::string_view, 9> known = {
      "invalid_request", "unauthorized_client", "unsupported_response_type",
      "invalid_scope",   "server_error",        "temporarily_unavailable",
      "invalid_target",  "login_required",      "consent_required"};
  const auto found = std::find(known.begin(), known.end(), error);
  const std::string_view name = found == known.end() ? "an error that OAuth does not know" : *found;
  return NoCode{{ClientRefusal::authorization_refused, "received " + std::string(name)}, Event::denied};
}

}  // namespace
}  // namespace postern::client
