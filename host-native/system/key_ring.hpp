// The deployment's master keys, in one file of its owner. Whoever has it can make tokens; it is not in the store, so that
// a copy of the store is worth nothing.
//
// One key a line: `id base64url`, 8 characters and 32 bytes. The first line is the key that seals; all of them open. A
// line that begins with '#' is left out.
#pragma once

#include <filesystem>
#include <optional>

#include "core/crypto/sealer.hpp"

namespace postern {

/// Nothing when there is no file. Errors: Refused, when it is not as above or others may read it.
std::optional<crypto::KeyRing> read_key_ring(const std::filesystem::path& file);

/// The ring in the file, which is made with one new key where it is missing. Errors: Refused.
crypto::KeyRing read_or_create_key_ring(const std::filesystem::path& file);

/// One new key.
crypto::KeyRing new_key_ring();

}  // namespace postern
