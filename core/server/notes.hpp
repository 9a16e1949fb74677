// The default server's tools: who am I, and notes kept per user. Small, but real: scopes, users, resources and
// subscriptions mean something here.
#pragma once

#include <vector>

#include "core/flow/scope.hpp"
#include "core/mcp/catalog.hpp"

namespace postern {

/// Adds `whoami`, `get_user_profile` (scope `user`), `list_notes`, `read_note` (`notes:read`), `write_note`,
/// `delete_note` (`notes:write`), and every note as the resource `note://<id>`.
void add_notes_tools(mcp::Catalog& catalog);

/// The scopes that these tools ask for. `notes:write` implies `notes:read`.
std::vector<ScopeDefinition> notes_scopes();

}  // namespace postern
