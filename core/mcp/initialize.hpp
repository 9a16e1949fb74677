// initialize: the revision is agreed, and a session begins. basic/lifecycle of the legacy revisions.
#pragma once

#include "core/mcp/call.hpp"

namespace postern::mcp {

Outcome initialize(const Context& context, const Message& message);

}  // namespace postern::mcp
