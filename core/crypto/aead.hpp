// XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03): authenticated encryption whose 24-byte nonces may be drawn at random
// for ever, in constant time on every target, WebAssembly included.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace postern::crypto {

constexpr std::size_t aead_key_size = 32;
constexpr std::size_t aead_nonce_size = 24;
constexpr std::size_t aead_tag_size = 16;

/// Ciphertext, then the tag. `key` and `nonce` have the sizes above.
std::string aead_seal(std::string_view key, std::string_view nonce, std::string_view associated,
                      std::string_view plaintext);

/// The plaintext, or nothing when any byte of key, nonce, associated data or sealed text is another one.
std::optional<std::string> aead_open(std::string_view key, std::string_view nonce, std::string_view associated,
                                     std::string_view sealed);

/// Section 2.2 of the draft. `input`: 16 bytes. 32 bytes come back. Public for its test vector.
std::string hchacha20(std::string_view key, std::string_view input);

}  // namespace postern::crypto
