// What 2026-07-28 wants to hear twice. A proxy may have decided by a header field: a request whose body says something
// else is refused (basic/transports/streamable-http, "Server Validation").
#include <array>

#include "core/mcp/dispatch.hpp"
#include "core/mcp/meta.hpp"
#include "core/mcp/modern.hpp"
#include "core/wire/headers_value.hpp"
#include "core/wire/http.hpp"
#include "core/wire/json.hpp"

namespace postern::mcp {
namespace {

struct NamedMethod {
  std::string_view method;
  std::string_view parameter;  ///< Where the body says what Mcp-Name says.
};
constexpr std::array named_methods = {NamedMethod{"tools/call", "name"}, NamedMethod{"prompts/get", "name"},
                                      NamedMethod{"resources/read", "uri"}};

/// The value of a field that has to come once; empty when it does not.
std::string_view only(const wire::Headers& headers, std::string_view name);
RpcError mismatch(std::string why);
RpcError unsupported(std::string_view requested);
std::optional<RpcError> refuse_name(const Message& message, const wire::Headers& headers);

}  // namespace

std::optional<RpcError> refuse_metadata(const Message& message, const wire::Headers& headers) {
  const std::string_view told = only(headers, "MCP-Protocol-Version");
  const Json* meta = wire::object_member(*message.params, "_meta");
  const std::string* version = meta == nullptr ? nullptr : wire::string_member(*meta, meta_key::protocol_version);
  if (version == nullptr) {
    // A revision that nobody here knows may well put its version somewhere else.
    if (!told.empty() && !parse_version(told)) return unsupported(told);
    return invalid_params("Expected _meta[\"io.modelcontextprotocol/protocolVersion\"], a string");
  }
  if (wire::object_member(*meta, meta_key::client_capabilities) == nullptr) {
    return invalid_params("Expected _meta[\"io.modelcontextprotocol/clientCapabilities\"], an object");
  }
  if (const Json* info = wire::member(*meta, meta_key::client_info); info != nullptr && !info->is_object()) {
    return invalid_params("Expected _meta[\"io.modelcontextprotocol/clientInfo\"] to be an object");
  }
  if (told.empty()) return mismatch("expected one MCP-Protocol-Version header");
  if (told != *version) return mismatch("MCP-Protocol-Version differs from _meta");
  if (*version != to_string(Version::v2026_07_28)) return unsupported(*version);

  const std::string_view method = only(headers, "Mcp-Method");
  if (method.empty()) return mismatch("expected one Mcp-Method header");
  if (method != message.method) return mismatch("Mcp-Method differs from the body's method");
  return refuse_name(message, headers);
}

namespace {

std::optional<RpcError> refuse_name(const Message& message, const wire::Headers& headers) {
  for (const NamedMethod& named : named_methods) {
    if (named.method != message.method) continue;
    const std::string* name = wire::string_member(*message.params, named.parameter);
    if (name == nullptr) {
      return invalid_params(std::string(named.method) + ": expected " + std::string(named.parameter) + ", a string");
    }
    const std::string_view field = only(headers, "Mcp-Name");
    if (field.empty()) return mismatch("expected one Mcp-Name header");
    const std::optional<std::string> decoded = wire::decode_mcp_header(field);
    if (!decoded) return mismatch("Mcp-Name is not well formed");
    if (*decoded != *name) return mismatch("Mcp-Name differs from the body's " + std::string(named.parameter));
  }
  return std::nullopt;
}

std::string_view only(const wire::Headers& headers, std::string_view name) {
  const std::string* field = wire::find_header(headers, name);
  if (field == nullptr || wire::count_header(headers, name) != 1) return {};
  return wire::trim_ows(*field);
}

RpcError mismatch(std::string why) { return {code::header_mismatch, "Header mismatch: " + why, {}}; }

RpcError unsupported(std::string_view requested) {
  return {code::unsupported_version, "Unsupported protocol version",
          R"({"supported":[")" + std::string(to_string(Version::v2026_07_28)) + R"("],"requested":)" +
              json_string(requested) + "}"};
}

}  // namespace
}  // namespace postern::mcp
