// JSON-RPC batches of 2025-03-26 (basic, "Batching"), and the step that a batch and a single call share.
#pragma once

#include "core/base/json.hpp"
#include "core/mcp/call.hpp"
#include "core/mcp/session.hpp"

namespace postern::mcp {

/// A POST whose body is an array.
Outcome serve_batch(const Context& context, Ask& ask, const store::Found<store::Session>* session, const Json& body);

/// One request within a session, `initialize` aside. `place`: in its batch.
Done run_in_session(const Context& context, const Message& message, std::uint32_t place, SessionVisit& visit, Ask& ask);

}  // namespace postern::mcp
