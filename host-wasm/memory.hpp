// The module's memory. A call is a pure function, so once its answer has been read nobody needs what it allocated: nothing is
// given back piece by piece, and all of it at once when the next call begins. `delete` does nothing, so no code is there for
// what would lead to it, and memory can't be lost from call to call.
// docs/decisions/023-memory-put-back.md has the figures.
#pragma once

#include <cstddef>

namespace postern::wasm::memory {

/// A call begins: what was allocated since the last `keep` is forgotten.
void put_back();

/// What has been allocated so far stays as long as the instance does.
void keep();

/// Null when there is no room for so much. Everything else that asks for too much ends in a trap.
char* take(std::size_t size);

}  // namespace postern::wasm::memory
