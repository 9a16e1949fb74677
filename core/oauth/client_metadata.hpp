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
  std::vector<wire::RedirectUri> redirect_uris;  ///< 1 to 20, of at most 2048 bytes each, as sent.
  std::string auth_method;                       ///< RFC 7591 s. 2: client_secret_basic where none is named.
  std::string name;                              ///< At most 200 bytes; hostile text.
  std::string uri;                               ///< http or https, or empty.
  std::string jwks = {};                         ///< private_key_jwt: the public keys, as JSON text; or
  std::string jwks_uri = {};                     ///< where they are, https.
};

/// Metadata that are not known here are ignored (RFC 7591 s. 2); those that are known have to make sense.
Result<ClientMetadata, Refused> client_metadata_of(const Authority& authority, const Json& metadata);

/// The same from the body of a registration.
Result<ClientMetadata, Refused> read_client_metadata(const Authority& authority, const HttpRequest& request);
/// That body as JSON, by its media type.
Result<Json, Refused> read_metadata_body(const HttpRequest& request);

/// The record of such a client, not used yet.
store::Client record_of(const ClientMetadata& metadata, const Lifetimes& lifetimes, UnixSeconds now);

/// The same client gives the same id: a hash of all that is registered, the ports of loopback URIs and the order left
/// out, since a native application takes another port at each start (RFC 8252 s. 7.3).
std::string public_client_id(const ClientMetadata& metadata);

}  // namespace postern::oauth
