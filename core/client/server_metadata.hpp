// The metadata of an authorization server: where they are, and what in them is believed. RFC 8414, OpenID Connect
// Discovery 1.0, and the default paths of MCP 2025-03-26.
#pragma once

#include <string>

#include "core/base/result.hpp"
#include "core/client/advance.hpp"
#include "core/flow/ask.hpp"

namespace postern::client {

/// MCP 2025-03-26 and before: there is no metadata of the resource, and no `resource` parameter.
constexpr bool is_own_authorization_server(mcp::Version revision) { return revision <= mcp::Version::v2025_03_26; }

/// The server that the resource named, its issuer byte for byte as it was named. Means nothing while `ask.pending()`.
Result<AuthorizationServer, Failed> find_server(Ask& ask, const ClientConfig& config, const std::string& issuer);

/// The MCP server itself, `origin`: its metadata, or /authorize, /token and /register where it has none. Means nothing
/// while `ask.pending()`.
Result<AuthorizationServer, Failed> find_own_server(Ask& ask, const ClientConfig& config, const std::string& origin);

}  // namespace postern::client
