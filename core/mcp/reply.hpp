// How calls become HTTP replies, in both eras.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/flow/ask.hpp"
#include "core/flow/outcome.hpp"
#include "core/mcp/json_rpc.hpp"

namespace postern::mcp {

/// One JSON-RPC message, or a batch of them, as application/json.
Reply json_reply(int status, std::string body);

/// `id`: JSON text, empty where it could not be read.
Reply error_reply(int status, std::string_view id, const RpcError& error);

/// 415 unless the body is application/json. A web page can send text/plain to any server without asking;
/// application/json it can't (CVE-2026-33252).
std::optional<Reply> refuse_content_type(const HttpRequest& request);

/// 202 without a body: a notification or a response was taken.
Reply accepted();

/// 405, with what the endpoint has instead.
Reply method_not_allowed(std::string_view allowed);

/// The answer to calls: JSON; or, when there are events, the last frame after them. `events`: messages as JSON texts.
Outcome answered(int status, std::string body, const std::vector<std::string>& events, Commit commit,
                 std::vector<Topic> topics);

/// The same outcome, with what the operator is told of it.
Outcome audited(Outcome outcome, std::vector<AuditEvent> audit);

/// The calls wait, or can't be answered now. Once events may have been sent, a failure has to be a message on the
/// stream: `failure`.
Outcome waiting(const Ask& ask, const std::vector<std::string>& events, std::string_view failure);

/// -32603 for the case above.
RpcError unavailable_error();

/// The progress token that the parameters give, as JSON text; empty: none. Absent: it is no string or integer.
std::optional<std::string> progress_token(const Json& params);

}  // namespace postern::mcp
