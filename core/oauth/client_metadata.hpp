// The body of a registration, checked. RFC 7591 s. 2.
#pragma once

#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/flow/outcome.hpp"
#include "core/oauth/authority.hpp"
#include "core/oauth/refusal.hpp"
#include "core/wire/redirect_uri.hpp"

namespace postern::oauth {

struct ClientMetadata {
  std::vector<wire::RedirectUri> redirect_uris;  ///< 1 to 20, of at most 2048 bytes each, as sent.
  std::string auth_method;                       ///< RFC 7591 s. 2: client_secret_basic where none is named.
  std::string name;                              ///< At most 200 bytes; hostile text.
  std::string uri;                               ///< http or https, or empty.
};

/// Metadata that are not known here are ignored (RFC 7591 s. 2); those that are known have to make sense.
Result<ClientMetadata, Refused> read_client_metadata(const Authority& authority, const HttpRequest& request);

/// The same client gives the same id: a hash of all that is registered, the ports of loopback URIs and the order left
/// out, since a native application takes another port at each start (RFC 8252 s. 7.3).
std::string public_client_id(const ClientMetadata& metadata);

}  // namespace postern::oauth
