// What a client says about itself, in a registration or in a document of its own, checked. RFC 7591 s. 2.
#pragma once

#include <string>
#include <vector>

#include "core/base/json.hpp"
#include "core/base/result.hpp"
#include "core/flow/outcome.hpp"
#include "core/oauth/authority.hpp"
#include "core/oauth/refusal.hpp"
#include "core/store/records.hpp"
#include "core/wire/redirect_uri.hpp"

namespace postern::oauth {

struct ClientMetadata {
  /// As sent, of at most 2048 bytes each; 1 to 20 where those that differ in the port of a loopback URI count once.
  std::vector<wire::RedirectUri> redirect_uris;
  std::string auth_method;    ///< RFC 7591 s. 2: client_secret_basic where none is named.
  std::string name;           ///< At most 200 bytes; hostile text.
  std::string uri;            ///< http or https, or empty.
  std::string jwks = {};      ///< private_key_jwt: the public keys, as JSON text; or
  std::string jwks_uri = {};  ///< where they are, https.
  ScopeSet scopes = {};       ///< Of a registration: those of its `scope` that are kept.
  std::string left_out = {};  ///< Redirect URIs that are not acceptable, and why, for the audit; bounded, empty: none.
};

/// Metadata that are not known here are ignored (RFC 7591 s. 2); those that are known have to make sense. Of several
/// redirect URIs those that are not acceptable are left out, which is no loss to who could not have used them.
Result<ClientMetadata, Refused> client_metadata_of(const Authority& authority, const Json& metadata);

/// The same from the body of a registration, with its `scope`: what of it is declared here, and the default scopes where
/// nothing of it is. It binds nobody (core/oauth/requested_scopes.hpp).
Result<ClientMetadata, Refused> read_client_metadata(const Authority& authority, const HttpRequest& request);
/// That body as JSON, by its media type.
Result<Json, Refused> read_metadata_body(const HttpRequest& request);

/// The record of such a client, not used yet. It holds 20 redirect URIs at most, one for each that differs in more than a
/// loopback port.
store::Client record_of(const ClientMetadata& metadata, const Lifetimes& lifetimes, UnixSeconds now);

/// The same client gives the same id: a hash of all that is registered, the ports of loopback URIs and the order left
/// out, since a native application takes another port at each start (RFC 8252 s. 7.3).
std::string public_client_id(const ClientMetadata& metadata);

}  // namespace postern::oauth
