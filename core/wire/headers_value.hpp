// Values of MCP's own header fields (Mcp-Name, Mcp-Param-*), MCP 2026-07-28 basic/transports/streamable-http: plain
// where a header can carry them, else as =?base64?...?= of their UTF-8.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace postern::wire {

/// The value that a header field stands for. A text with both the prefix and the suffix is decoded, strictly; any other
/// text stands for itself, without the white space around it. Absent when the base64 inside the markers is broken or
/// gives invalid UTF-8, and when a plain text has characters that it may not have: such a request is refused (-32020).
std::optional<std::string> decode_mcp_header(std::string_view field);

/// The field that decodes to `value`: plain when it is safe, else encoded.
std::string encode_mcp_header(std::string_view value);

}  // namespace postern::wire
