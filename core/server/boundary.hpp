// What every request has to pass before it is anybody's business: size, target, Host, Origin.
#pragma once

#include <optional>
#include <variant>

#include "core/flow/outcome.hpp"
#include "core/server/deployment.hpp"
#include "core/wire/http.hpp"

namespace postern::server {

/// The refusal of a request that breaks a limit, has a packed body or no readable target, or names a host that is not ours (DNS
/// rebinding: a page of another site that was made to resolve to this machine still says its own name).
/// Otherwise its target.
std::variant<wire::Target, Reply> pass_boundary(const Deployment& deployment, const HttpRequest& request);

/// The MCP endpoint answers programs, pages of this server, pages on loopback, and configured origins. Nothing when the
/// request's Origin is fine. MCP 2025-03-26 and later, transports, security warning.
std::optional<Reply> refuse_origin(const Deployment& deployment, const HttpRequest& request);

/// CORS for the endpoints that programs in browsers use: any origin, never with credentials. On errors, too.
void allow_cross_origin(Reply& reply);

/// The answer to a preflight (OPTIONS), which carries no authorization.
Reply preflight(const Deployment& deployment, const HttpRequest& request);

/// A JSON error body: {"error":..., "error_description":...}.
Reply json_error(int status, std::string_view error, std::string_view description);

}  // namespace postern::server
