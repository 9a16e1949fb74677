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
