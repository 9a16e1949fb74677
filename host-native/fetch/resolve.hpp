// Names to addresses, by the system's resolver.
#pragma once

#include <string>
#include <vector>

namespace postern {

/// IPv4 and IPv6 addresses as text, in the system's order; none: no such name. Blocks as long as the resolver does.
std::vector<std::string> resolve_by_system(const std::string& host);

}  // namespace postern
