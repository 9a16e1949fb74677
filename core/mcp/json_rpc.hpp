// The envelope of every MCP message: JSON-RPC 2.0 as MCP narrows it (basic, "Messages"): ids are strings or integers,
// never null; parameters are an object.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "core/base/json.hpp"

namespace postern::mcp {

namespace code {
constexpr int parse_error = -32700;
constexpr int invalid_request = -32600;
constexpr int method_not_found = -32601;
constexpr int invalid_params = -32602;
constexpr int internal_error = -32603;
constexpr int resource_not_found = -32002;  // up to 2025-11-25
constexpr int header_mismatch = -32020;     // from 2026-07-28 on, as the two below
constexpr int missing_client_capability = -32021;
constexpr int unsupported_version = -32022;
}  // namespace code

struct RpcError {
  int code = 0;
  std::string message;  ///< What was expected and what came.
  std::string data;     ///< JSON text; empty: none.
  bool operator==(const RpcError&) const = default;
};

struct Message {
  enum class Kind { request, notification, response };
  Kind kind = Kind::request;
  std::string id;  ///< JSON text: `1`, `"a"`. Empty for a notification.
  std::string_view method;
  const Json* params =
      nullptr;  ///< An object, empty when there was none. Part of the value that was read, as `method`.
};

/// A message that can't be served. `id`: where it could be read.
struct BadMessage {
  std::string id;
  RpcError error;
};

/// Reads one message. The value has to outlive what comes back.
std::variant<Message, BadMessage> read_message(const Json& value);

/// `{"jsonrpc":"2.0","id":...,"result":{...}}`. `members`: JSON text of the members of the result, without braces.
std::string result_text(std::string_view id, std::string_view members);

/// Without `id` when it is empty: MCP never sends null.
std::string error_text(std::string_view id, const RpcError& error);

/// The text as a JSON string, in quotes.
std::string json_string(std::string_view text);

}  // namespace postern::mcp
