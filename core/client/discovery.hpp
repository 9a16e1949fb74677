// Who is the authorization server of this MCP server? MCP authorization server discovery, RFC 9728, RFC 8414.
#pragma once

#include <optional>
#include <string>

#include "core/base/result.hpp"
#include "core/client/advance.hpp"
#include "core/flow/ask.hpp"

namespace postern::client {

/// What the Bearer challenge of an answer says (RFC 6750 s. 3, RFC 9728 s. 5.1). Empty where it says nothing: a field
/// that is not well formed is as good as none, since discovery has a way of its own then.
struct Hint {
  std::string resource_metadata;
  std::string error;
  std::optional<ScopeSet> scopes;
};

Hint hint_of(const wire::Headers& headers);

struct Discovered {
  AuthorizationServer server;
  ScopeSet scopes;  ///< The resource's scopes_supported.
};

/// Asks in the order of the specification, one document at a time, and takes the first that is there. `known`: the
/// issuer that we are registered with, preferred where the resource names several (RFC 9728 s. 7.6). Means nothing while
/// `ask.pending()`.
Result<Discovered, Failed> discover(Ask& ask, const ClientConfig& config, const Hint& hint, std::string_view known);

}  // namespace postern::client
