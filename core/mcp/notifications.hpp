// Notifications from the server, as JSON texts, and the event-stream frames that carry messages.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/mcp/catalog.hpp"
#include "core/wire/http.hpp"

namespace postern::mcp {

std::string_view to_string(LogLevel level);
std::optional<LogLevel> parse_log_level(std::string_view text);

/// `{"jsonrpc":"2.0","method":...,"params":{...}}`. `members`: of the parameters; empty: no parameters.
std::string notification_text(std::string_view method, std::string_view members);

/// What a run noted that its caller wants to hear: progress under `progress_token` (JSON text; empty: none), and log
/// messages from `least` on (empty: none).
std::vector<std::string> notification_texts(const std::vector<Run::Note>& notes, std::string_view progress_token,
                                            std::optional<LogLevel> least);

/// One message as one frame.
std::string frame(std::string_view message);

/// In front of a frame on HTTP+SSE: its type. It is the one that a frame has anyway; clients of 2024 may look for it.
inline constexpr std::string_view message_type = "event: message\n";

/// Of every event stream. `X-Accel-Buffering: no`: nginx would keep events back otherwise.
wire::Headers event_stream_headers();

}  // namespace postern::mcp
