// What the C library would ask of its host, answered here: so the module has no imports at all, and any runtime that
// knows WebAssembly starts it without a shim.
#include <cstddef>
#include <cstdlib>

/// Emscripten tells its JavaScript that views of the memory have to be made anew. Ours makes them for each call.
extern "C" void emscripten_notify_memory_growth(std::size_t) {}

/// Where abort() ends, in WASI's proc_exit. A trap ends the call just as well, and the host sees where it was.
extern "C" void _Exit(int) { __builtin_trap(); }
