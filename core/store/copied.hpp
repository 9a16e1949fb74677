// Which records a host may read from a copy, at most a second old, where the store is far away (host-wasm/workerd/copies.mjs).
#pragma once

#include <array>
#include <string_view>

namespace postern::store {

/// Beginnings of keys: a grant, an MCP session. What a copy of them can be late with is an end, of either. All others tell
/// what a request goes on to do, and are always read: a code that was redeemed, a client, a user, a note.
inline constexpr std::array<std::string_view, 2> copied = {"grant/", "session/"};

}  // namespace postern::store
