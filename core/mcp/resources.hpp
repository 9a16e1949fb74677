// Who may see which resources: the same answer for reading, subscribing and listening.
#pragma once

#include <string_view>
#include <vector>

#include "core/mcp/call.hpp"

namespace postern::mcp {

/// The longest URI of a resource that is looked at, in bytes.
constexpr std::size_t longest_resource_uri = 2048;
/// How many resources one session or one stream may subscribe to.
constexpr std::size_t most_subscriptions = 100;

struct Providers {
  std::vector<const ResourceProvider*> allowed;  ///< Have this URI's prefix, and the caller may ask them.
  const ResourceProvider* refused = nullptr;     ///< One that the caller has not the scopes for.
};

Providers providers_of(const Context& context, std::string_view uri);

/// -32002 up to 2025-11-25, then -32602; `data.uri` in both (server/resources, "Error Handling").
RpcError resource_not_found(Version version, std::string_view uri);

}  // namespace postern::mcp
