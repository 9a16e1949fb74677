// The wire of 2024-11-05, 2025-03-26, 2025-06-18 and 2025-11-25: `initialize`, then calls within a session.
#pragma once

#include "core/base/json.hpp"
#include "core/mcp/call.hpp"
#include "core/mcp/session.hpp"

namespace postern::mcp {

/// A POST. `session`: as loaded for its Mcp-Session-Id; null when it names none. `ask`: with nothing open.
Outcome serve_legacy(const Context& context, Ask& ask, const store::Found<store::Session>* session, const Json& body);

}  // namespace postern::mcp
