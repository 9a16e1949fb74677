// The JSON value of the whole project.
//
// The core is built without exceptions: on a value that came from outside, check the type before `get`, use `find` and
// never `at` or a const `operator[]` on a key that may be missing. core/wire/json.hpp has the parser for hostile text
// and the readers that cannot abort.
#pragma once

#include <nlohmann/json.hpp>

namespace postern {

using Json = nlohmann::json;

}  // namespace postern

// Where a host puts all memory back at once after a call (host-wasm/memory.hpp), nothing in a value has to be visited to give
// it back.
#ifdef POSTERN_MEMORY_IS_PUT_BACK
template <>
inline void postern::Json::json_value::destroy(postern::Json::value_t) {}
#endif
