// What a client knows of one MCP server: a plain value, kept by the host between events, and nobody else's to see.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/base/secret.hpp"
#include "core/base/time.hpp"
#include "core/client/machine.hpp"
#include "core/client/refusal.hpp"
#include "core/flow/scope.hpp"

namespace postern::client {

/// How a client proves itself at the token endpoint. OAuth 2.1 s. 2.4.
enum class AuthMethod { none, client_secret_basic, client_secret_post };

/// Where a client's identifier comes from. MCP client-registration, in its order.
enum class Origin { pre_registered, document, dynamic };

/// An authorization server as its own metadata describe it (RFC 8414 s. 2), or the default paths of MCP 2025-03-26.
struct AuthorizationServer {
  std::string issuer;
  std::string authorization_endpoint;
  std::string token_endpoint;
  std::string registration_endpoint;  ///< Empty: none.
  std::string resource;               ///< What `resource` says in every request (RFC 8707). Empty in MCP 2025-03-26.
  bool tells_issuer = false;          ///< `iss` comes with every authorization response (RFC 9207 s. 3).
  bool reads_documents = false;       ///< `client_id_metadata_document_supported`.
  bool offers_none = true;            ///< token_endpoint_auth_methods_supported, as far as they concern us.
  bool offers_basic = true;
  bool offers_post = true;
  bool offline_access = false;  ///< Has that scope, for refresh tokens.
  bool operator==(const AuthorizationServer&) const = default;
};

/// Who this client is to one authorization server. No other server ever sees it (mix-up).
struct Registration {
  std::string issuer;
  std::string client_id;
  Secret client_secret;
  AuthMethod auth_method = AuthMethod::none;
  Origin origin = Origin::dynamic;
  std::string redirect_uri;            ///< The one that was registered, where it was.
  std::optional<UnixSeconds> expires;  ///< The secret's end (RFC 7591 s. 3.2.1). Never, when empty.
  bool operator==(const Registration&) const = default;
};

struct Tokens {
  std::string issuer;  ///< Who gave them: the refresh token goes there and nowhere else.
  Secret access;
  Secret refresh;                      ///< Empty: none.
  std::optional<UnixSeconds> expires;  ///< Of the access token, where it was told.
  ScopeSet scopes;
  std::int64_t generation = 0;  ///< One more with each set of tokens, so that a late 401 is known as late.
  bool operator==(const Tokens&) const = default;
};

/// One authorization request that is out: what its response has to fit. Forgotten with the first response that fits.
struct Flow {
  Secret state;     ///< 256 bits (RFC 6749 s. 10.12).
  Secret verifier;  ///< RFC 7636 s. 4.1, 256 bits.
  ScopeSet scopes;
  UnixSeconds started;
  bool operator==(const Flow&) const = default;
};

struct ClientState {
  Phase phase = Phase::unauthorized;  ///< One in which the client rests (machine.hpp).
  std::optional<AuthorizationServer> server;
  std::optional<Registration> registration;
  std::optional<Tokens> tokens;
  std::optional<Flow> flow;          ///< In the phases waiting and stepping_up.
  ScopeSet asked;                    ///< The scopes of the last authorization request: a step-up adds to these.
  std::int64_t generations = 0;      ///< Sets of tokens so far.
  std::int64_t attempts = 0;         ///< Renewals and authorizations since the server last accepted a request.
  std::int64_t step_ups = 0;         ///< The same of step-ups.
  std::optional<ClientRefusal> why;  ///< In the phase failed.
  bool operator==(const ClientState&) const = default;
};

}  // namespace postern::client
