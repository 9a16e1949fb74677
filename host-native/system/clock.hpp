// The host's clock.
#pragma once

#include "core/base/time.hpp"

namespace postern {

UnixSeconds system_now();

}  // namespace postern
