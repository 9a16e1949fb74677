// The endpoints of the authorization server, one file each: pure functions of the request and the facts.
//
// Each checks its own method (405 with Allow) and parses its own request; none looks at the path. OPTIONS, CORS fields,
// the Host check and the limits are the caller's (core/server). Errors: JSON {"error", "error_description"} on every
// endpoint but `authorize`, which answers with a page or a redirect.
#pragma once

#include "core/flow/facts.hpp"
#include "core/flow/outcome.hpp"
#include "core/oauth/authority.hpp"

namespace postern::oauth {

/// GET, HEAD. RFC 8414 s. 3; the same document as OpenID configuration (OpenID Connect Discovery 1.0 s. 4).
Outcome authorization_server_metadata(const Authority& authority, const HttpRequest& request, const Facts& facts);

/// GET, HEAD. RFC 9728 s. 3.
Outcome protected_resource_metadata(const Authority& authority, const HttpRequest& request, const Facts& facts);

/// The same under the name that clients of HTTP+SSE know the resource by.
Outcome sse_resource_metadata(const Authority& authority, const HttpRequest& request, const Facts& facts);

/// POST, JSON. RFC 7591 s. 3.
Outcome register_client(const Authority& authority, const HttpRequest& request, const Facts& facts);

/// GET: OAuth 2.1 s. 4.1.1, RFC 7636 s. 4.3, RFC 8707 s. 2, RFC 9207: the login page, the consent page, or an error.
/// POST: the forms of these two pages. Pages for people: no CORS.
Outcome authorize(const Authority& authority, const HttpRequest& request, const Facts& facts);

/// POST, form. OAuth 2.1 s. 3.2, 4.1.3 and 4.3: code and refresh token.
Outcome token(const Authority& authority, const HttpRequest& request, const Facts& facts);

/// POST, form. RFC 7009.
Outcome revoke(const Authority& authority, const HttpRequest& request, const Facts& facts);

/// POST, form. RFC 7662.
Outcome introspect(const Authority& authority, const HttpRequest& request, const Facts& facts);

// Where the authorization server is elsewhere, for clients of MCP 2025-03-26, which look for everything at the root of this
// host (core/oauth/external.hpp).

/// GET, HEAD. Its own metadata, with the endpoints below in the place of its own.
Outcome external_metadata(const Authority& authority, const HttpRequest& request, const Facts& facts);

/// GET, HEAD. Leads the browser on to it; `resource` is added where the client does not know of it (RFC 8707 s. 2.1).
Outcome external_authorize(const Authority& authority, const HttpRequest& request, const Facts& facts);

/// POST. Hands the request on, and what it answers back.
Outcome external_token(const Authority& authority, const HttpRequest& request, const Facts& facts);
Outcome external_register(const Authority& authority, const HttpRequest& request, const Facts& facts);

}  // namespace postern::oauth
