// What the module serves beside what the settings declare. Another module of the same core (the one that the official
// conformance suite is run against) has another definition of this function; the rest is the same.
#pragma once

#include <optional>
#include <string>

#include "core/server/deployment.hpp"

namespace postern::wasm {

/// Completes the catalogue of the settings. What is wrong, if something is.
std::optional<std::string> supply(Settings& settings);

}  // namespace postern::wasm
