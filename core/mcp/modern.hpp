// The wire of 2026-07-28: no handshake, no session; every request tells its version and capabilities in `_meta`, and
// repeats in header fields what proxies route by.
#pragma once

#include "core/base/json.hpp"
#include "core/mcp/call.hpp"

namespace postern::mcp {

/// A POST.
Outcome serve_modern(const Context& context, const Json& body);

/// The error of a request whose header fields and body do not agree, or whose `_meta` is not complete: checked in the
/// order `_meta`, version, method, name. Absent: they do.
std::optional<RpcError> refuse_metadata(const Message& message, const wire::Headers& headers);

/// subscriptions/listen: the acknowledgement, and the stream that stays open after it.
std::variant<Reply, RpcError> listen(const Context& context, const Message& message);

}  // namespace postern::mcp
