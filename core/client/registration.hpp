// Who is this client to an authorization server? MCP client registration, in its order.
#pragma once

#include <string_view>

#include "core/base/result.hpp"
#include "core/client/advance.hpp"
#include "core/flow/ask.hpp"

namespace postern::client {

/// Pre-registered credentials of this issuer; else our document, where the server reads documents; else `kept`, if this
/// issuer gave it; else dynamic registration (RFC 7591). Means nothing while `ask.pending()`.
Result<Registration, Failed> identify(Ask& ask, const ClientConfig& config, const AuthorizationServer& server,
                                      const std::optional<Registration>& kept);

/// The name of the method in metadata. RFC 7591 s. 2.
std::string_view name_of(AuthMethod method);
std::optional<AuthMethod> auth_method_by_name(std::string_view name);

}  // namespace postern::client
