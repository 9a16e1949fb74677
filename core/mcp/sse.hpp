// HTTP+SSE, the transport of 2024-11-05 (basic/transports, "HTTP with SSE"), for clients from before Streamable HTTP.
//
// GET /sse begins a session and opens its stream, whose first event names where to send messages. POST /messages takes
// one message, and says only that it was taken: the response comes as an event of the stream, carried there by the topic
// `session_message`. Within a session everything is as in the other legacy revisions (legacy.hpp), and any of them may be
// agreed on: clients of 2025 still open this transport when they are given its URL.
#pragma once

#include <optional>
#include <string_view>

#include "core/mcp/call.hpp"
#include "core/wire/json.hpp"

namespace postern::mcp {

/// /sse. `messages`: the path of the other endpoint, as clients have to call it.
Outcome serve_sse(const Context& context, std::string_view messages);

/// /messages.
Outcome serve_messages(const Context& context, const wire::JsonLimits& limits);

/// The record that `serve_messages` will ask for first, if any.
std::optional<Load> first_read_of_message(const HttpRequest& request);

}  // namespace postern::mcp
