// URI references as `$id` and `$ref` use them.
#pragma once

#include <string>
#include <string_view>

namespace postern::mcp::schema {

/// `reference` resolved against `base` (RFC 3986 s. 5.2), its fragment left out. A base may be empty or relative: a
/// schema without an `$id` has no URI of its own, and names inside it are still to be told apart.
std::string resolve_uri(std::string_view base, std::string_view reference);

/// What stands behind the '#', still encoded; "" without one.
std::string_view fragment_of(std::string_view reference);

}  // namespace postern::mcp::schema
