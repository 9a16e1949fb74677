// The certificate authorities that outgoing connections trust.
#pragma once

#include <filesystem>
#include <string>

namespace postern {

/// The system's bundle and `extra` (empty: none), PEM. Errors: Refused, where `extra` can't be read or holds no
/// certificate. Where the system has no bundle and there is no `extra`, nothing is trusted.
std::string trusted_certificates(const std::filesystem::path& extra);

}  // namespace postern
