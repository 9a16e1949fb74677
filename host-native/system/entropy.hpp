// The host's random device.
#pragma once

#include <cstddef>
#include <string>

namespace postern {

/// Bytes that nobody can foresee, straight from the kernel: nothing of them is kept in this process. At most 256.
/// Ends the program when the kernel has none to give: nothing can be decided without.
std::string system_entropy(std::size_t size);

}  // namespace postern
