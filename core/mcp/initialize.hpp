// initialize: the revision is agreed, and a session begins. basic/lifecycle of the legacy revisions.
#pragma once

#include <string>
#include <variant>

#include "core/mcp/call.hpp"
#include "core/store/records.hpp"

namespace postern::mcp {

/// Streamable HTTP: a new session, told in Mcp-Session-Id.
Outcome initialize(const Context& context, const Message& message);

/// What is agreed on: the session as it begins, and the members of the result; or why nothing is.
struct Agreement {
  store::Session session;
  std::string members;
};
std::variant<RpcError, Agreement> agree(const Context& context, const Message& message);

}  // namespace postern::mcp
