// `x-mcp-header`: tool parameters that a client mirrors into Mcp-Param-* header fields, so that a proxy can route without
// reading the body. MCP 2026-07-28, basic/transports/streamable-http, "Custom Headers from Tool Parameters".
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/json.hpp"
#include "core/base/result.hpp"
#include "core/wire/http.hpp"

namespace postern::mcp {

struct ParameterHeader {
  enum class Type { string, integer, boolean };
  std::string field;              ///< `Mcp-Param-Region`
  std::vector<std::string> path;  ///< Names of nested properties, from the arguments down.
  Type type = Type::string;
};

/// All annotations of an input schema; or why one of them makes the tool invalid. Clients drop such a tool.
Result<std::vector<ParameterHeader>, std::string> parameter_headers(const Json& input_schema);

/// Why the fields and the arguments do not say the same; nothing when they do. A proxy that routed by a field must not
/// have seen another value than the tool gets.
std::optional<std::string> header_mismatch(const std::vector<ParameterHeader>& expected, const Json& arguments,
                                           const wire::Headers& headers);

}  // namespace postern::mcp
