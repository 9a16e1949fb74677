// The MCP endpoint: one HTTP request in, needs or an answer out. Streamable HTTP of the revisions 2025-03-26, 2025-06-18,
// 2025-11-25 (legacy: `initialize`, sessions) and 2026-07-28 (modern: every request tells its own version).
//
// A request is modern when its body's `_meta` names a protocol version, or when its MCP-Protocol-Version header is none of
// the legacy ones; but `initialize` under a version that nobody here knows is legacy, and negotiated. Everything else is
// legacy.
#pragma once

#include <functional>
#include <optional>

#include "core/flow/facts.hpp"
#include "core/flow/outcome.hpp"
#include "core/flow/principal.hpp"
#include "core/flow/scope.hpp"
#include "core/mcp/catalog.hpp"
#include "core/wire/json.hpp"

namespace postern::mcp {

/// The 403 for a call that needs `needed`: every scope of the call, so that one step-up is enough. RFC 6750 s. 3.1.
using ScopeChallenge = std::function<Answer(const ScopeSet& needed)>;

/// Decides one request whose bearer, Host and Origin have been checked already. `principal`: who calls; its subject is
/// empty where authorization is off, and then no scope is asked for. `upstream`: how tools send requests in the
/// caller's name; null: they can't.
Outcome serve(const Catalog& catalog, const ScopePolicy& policy, const Principal& principal,
              const ScopeChallenge& challenge, const HttpRequest& request, const Facts& facts,
              const wire::JsonLimits& limits, const FetchAsUser* upstream = nullptr);

struct Context;  // core/mcp/call.hpp

/// The same, for who has put it together already.
Outcome serve(const Context& context, const wire::JsonLimits& limits);

/// The record that `serve` will ask for first, if any: the caller asks for it in the same round as for the grant.
std::optional<Load> first_read(const HttpRequest& request);

}  // namespace postern::mcp
