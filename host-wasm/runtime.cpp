// What the C library would ask of its host, answered here: so the module has no imports at all, and any runtime that
// knows WebAssembly starts it without a shim. And a function of its own, for as much as is needed: the C library's makes the
// module larger by many KB.
#include <cstddef>
#include <cstdlib>

#include "host-wasm/decimal.hpp"

/// Emscripten tells its JavaScript that views of the memory have to be made anew. Ours makes them for each call.
extern "C" void emscripten_notify_memory_growth(std::size_t) {}

/// Where abort() ends, in WASI's proc_exit. A trap ends the call just as well, and the host sees where it was.
extern "C" void _Exit(int) { __builtin_trap(); }

/// For numbers as RFC 8259 writes them: the parser in core/wire gives it no others.
extern "C" double strtod(const char* text, char** end) { return postern::wasm::nearest_double(text, end); }

// Both stand beside strtod in the C library. std::stof and std::stold name them, and nobody calls those.
extern "C" float strtof(const char*, char**) { __builtin_trap(); }
extern "C" long double strtold(const char*, char**) { __builtin_trap(); }
