// The server's own certificate and key, looked at before they are used: which of the two files is wrong, and what belongs there.
#pragma once

#include <filesystem>

namespace postern::http {

/// Errors: Refused, naming the option and the file: one that is not there or can't be read, no certificate, no key, a key with a
/// passphrase, the key of another certificate.
void check_certificate(const std::filesystem::path& cert, const std::filesystem::path& key);

}  // namespace postern::http
