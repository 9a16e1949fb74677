// The host's clock.
#pragma once

#include <string>

#include "core/base/time.hpp"

namespace postern {

UnixSeconds system_now();

/// Appends the time as RFC 3339 has it: `2026-11-23T08:00:00.000Z`.
void append_time(std::string& line);

}  // namespace postern
