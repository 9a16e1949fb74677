// The authorization server as it was configured: immutable, built once from the deployment's settings, checked there.
// Every endpoint of core/oauth gets it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/crypto/sealer.hpp"
#include "core/flow/scope.hpp"
#include "core/oauth/external.hpp"
#include "core/oauth/provider.hpp"

namespace postern::oauth {

/// All positive.
struct Lifetimes {
  Seconds access{3600};          ///< Of an access token.
  Seconds refresh{30 * 86400};   ///< Of a refresh token, anew with each rotation.
  Seconds code{60};              ///< Of a code, (0, 600]. OAuth 2.1 s. 4.1.2.
  Seconds refresh_grace{60};     ///< A refresh token just rotated gives its successor again. May be 0.
  Seconds flow{600};             ///< Login and consent pages.
  Seconds login{8 * 3600};       ///< A browser stays logged in.
  Seconds unused_client{86400};  ///< A registration that no user has allowed anything.
  Seconds used_client{365 * 86400};
  Seconds provider_check{900};  ///< After so long a provider is asked again whether its user still lets us in.
};

/// A resource server that may ask the introspection endpoint about any token. RFC 7662 s. 2.1.
struct ResourceServer {
  std::string id;
  std::string secret_hash;  ///< SHA-256, 32 bytes.
};

struct Authority {
  // Identifiers: all made from the one configured public URL, never from a request.
  std::string issuer;    ///< `https://h` or `https://h/path`, no slash at the end.
  std::string path;      ///< The path of the issuer: empty, or `/path`.
  std::string resource;  ///< The protected resource: issuer + `/mcp`. Also the audience of every token.
  /// The same resource by the URL of HTTP+SSE, issuer + `/sse`: a client compares what the metadata name with the URL
  /// that it was given (RFC 9728 s. 3.3), so there are metadata under either name. It is one resource: a token asked for
  /// under either name is a token for both. Empty: that transport is not served.
  std::string sse_resource = {};
  bool secure = false;  ///< The issuer is https: cookies are Secure and have the __Host- prefix.

  std::string name;           ///< What the pages call this server.
  std::string documentation;  ///< service_documentation; empty: none.
  ScopePolicy scopes;
  ScopeSet default_scopes;  ///< Named by the first challenge, and given when a client asks for none.
  Lifetimes lifetimes;
  std::vector<ResourceServer> resource_servers;
  bool allow_private_use_redirects = true;

  // Who knows the users.
  bool own_users = true;                  ///< There is a password form.
  std::vector<Provider> providers;        ///< Third parties, by distinct ids.
  std::optional<External> external;       ///< An authorization server elsewhere instead of this one.
  bool client_documents = true;           ///< A client_id may be the URL of a client ID metadata document.
  std::vector<std::string> client_hosts;  ///< Hosts that such documents may lie on. Empty: any public one.

  std::string decoy_password;  ///< PHC string that no password matches; keeps unknown names as slow as known ones.

  // One sealer for each purpose: what one sealed, no other opens.
  crypto::Sealer access_tokens;
  crypto::Sealer refresh_tokens;
  crypto::Sealer codes;     ///< mac(): flow id -> code, so that a form sent twice gives one code.
  crypto::Sealer flows;     ///< The authorization request in flight, inside the page.
  crypto::Sealer logins;    ///< The login cookie.
  crypto::Sealer upstream;  ///< A provider's tokens in the store; mac(): state, verifier and nonce of a flow.

  const Provider* provider(std::string_view id) const {
    for (const Provider& one : providers) {
      if (one.id == id) return &one;
    }
    return nullptr;
  }

  std::string endpoint(std::string_view leaf) const { return issuer + std::string(leaf); }  ///< endpoint("/token")
};

}  // namespace postern::oauth
