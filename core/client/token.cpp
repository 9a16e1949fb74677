#include "core/client/token.hpp"

#include <utility>
#include <vector>

#include "core/client/exchange.hpp"
#include "core/wire/base64.hpp"
#include "core/wire/form.hpp"
#include "core/wire/json.hpp"
#include "core/wire/percent.hpp"

namespace postern::client {
namespace {

using Fields = std::vector<wire::Form::Field>;

Result<Tokens, NoTokens> ask_for(Ask& ask, const ClientConfig& config, const AuthorizationServer& server,
                                 const Registration& registration, Fields fields, const ScopeSet& asked);
Fetch token_request(const AuthorizationServer& server, const Registration& registration, Fields fields);
Result<Tokens, NoTokens> read_tokens(const std::string& text, const ScopeSet& asked, UnixSeconds now);
NoTokens read_error(const Fetched& answer);

std::string text_of(const Secret& secret) { return std::string(secret.expose_for(Reason::sending_to_its_owner)); }

}  // namespace

Result<Tokens, NoTokens> redeem_code(Ask& ask, const ClientConfig& config, const AuthorizationServer& server,
                                     const Registration& registration, const Flow& flow, const Secret& code) {
  return ask_for(ask, config, server, registration,
                 {{"grant_type", "authorization_code"},
                  {"code", text_of(code)},
                  {"redirect_uri", config.redirect_uri},
                  {"code_verifier", text_of(flow.verifier)}},
                 flow.scopes);
}

Result<Tokens, NoTokens> refresh_tokens(Ask& ask, const ClientConfig& config, const AuthorizationServer& server,
                                        const Registration& registration, const Tokens& held) {
  auto tokens = ask_for(ask, config, server, registration,
                        {{"grant_type", "refresh_token"}, {"refresh_token", text_of(held.refresh)}}, held.scopes);
  // OAuth 2.1 s. 4.3.1: a server that does not rotate sends none, and the one at hand stays good.
  if (tokens && tokens->refresh.empty()) tokens.value().refresh = held.refresh;
  return tokens;
}

namespace {

Result<Tokens, NoTokens> ask_for(Ask& ask, const ClientConfig& config, const AuthorizationServer& server,
                                 const Registration& registration, Fields fields, const ScopeSet& asked) {
  const auto fetched = exchange(ask, config, token_request(server, registration, std::move(fields)));
  if (!fetched) return NoTokens{fetched.error(), Event::unavailable};
  const Fetched& answer = **fetched;
  if (answer.status != 200) return read_error(answer);
  auto tokens = read_tokens(answer.body, asked, ask.facts().now());
  if (tokens) tokens.value().issuer = server.issuer;
  return tokens;
}

Fetch token_request(const AuthorizationServer& server, const Registration& registration, Fields fields) {
  wire::Headers headers = {{"Content-Type", "application/x-www-form-urlencoded"}, {"Accept", "application/json"}};
  if (!server.resource.empty()) fields.emplace_back("resource", server.resource);
  switch (registration.auth_method) {
    case AuthMethod::client_secret_basic: {
      // RFC 6749 s. 2.3.1: each part is form-encoded first, so that a colon in it stays its own.
      const std::string both = wire::form_percent_encode(registration.client_id) + ':' +
                               wire::form_percent_encode(text_of(registration.client_secret));
      headers.push_back({"Authorization", "Basic " + wire::base64(both)});
      break;
    }
    case AuthMethod::client_secret_post:
      fields.emplace_back("client_id", registration.client_id);
      fields.emplace_back("client_secret", text_of(registration.client_secret));
      break;
    case AuthMethod::none:
      fields.emplace_back("client_id", registration.client_id);
      break;
  }
  return Fetch{
      .method = "POST", .url = server.token_endpoint, .headers = std::move(headers), .body = wire::form_encode(fields)};
}

Result<Tokens, NoTokens> read_tokens(const std::string& text, const ScopeSet& asked, UnixSeconds now) {
  const auto malformed = [](std::string what) {
    return NoTokens{{ClientRefusal::malformed_token_response, std::move(what)}, Event::refused};
  };
  const auto document = wire::parse_json(text);
  if (!document) return malformed(document.error().what);
  const std::string* access = wire::string_member(*document, "access_token");
  // It goes into a header field: RFC 6750 s. 2.1 has the characters.
  if (access == nullptr || !wire::bearer_token("Bearer " + *access)) return malformed("expected access_token");
  const std::string* type = wire::string_member(*document, "token_type");
  if (type == nullptr || !wire::equal_ignoring_case(*type, "Bearer")) return malformed("expected token_type Bearer");
  Tokens tokens;
  tokens.access = Secret(*access);
  if (const std::string* refresh = wire::string_member(*document, "refresh_token")) tokens.refresh = Secret(*refresh);
  constexpr std::int64_t longest = 10LL * 365 * 24 * 3600;
  const auto lifetime = wire::int_member(*document, "expires_in");
  if (lifetime && *lifetime >= 0 && *lifetime <= longest) tokens.expires = now + Seconds{*lifetime};
  // OAuth 2.1 s. 3.2.3: told where it is other than what was asked for.
  const std::string* scope = wire::string_member(*document, "scope");
  tokens.scopes = (scope == nullptr ? std::optional(asked) : ScopeSet::parse(*scope)).value_or(asked);
  return tokens;
}

NoTokens read_error(const Fetched& answer) {
  const auto document = wire::parse_json(answer.body);
  const std::string* error = document ? wire::string_member(*document, "error") : nullptr;
  if (error == nullptr || *error == "temporarily_unavailable" || *error == "server_error") {
    return {{ClientRefusal::unreachable, "expected tokens, received status " + std::to_string(answer.status)},
            Event::unavailable};
  }
  if (*error == "invalid_client" || *error == "unauthorized_client") {
    return {{ClientRefusal::client_refused, "received invalid_client"}, Event::client_refused};
  }
  if (*error == "invalid_grant")
    return {{ClientRefusal::grant_refused, "received invalid_grant"}, Event::grant_refused};
  // Asked in the same way again it would be refused again.
  return {{ClientRefusal::token_refused, "received another error of the token endpoint"}, Event::grant_refused};
}

}  // namespace
}  // namespace postern::client
