#include "core/crypto/aead.hpp"

#include <mbedtls/chacha20.h>
#include <mbedtls/chachapoly.h>
#include <mbedtls/platform_util.h>

#include <array>
#include <cstdint>

namespace postern::crypto {
namespace {

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

std::uint32_t read_word(const unsigned char* at) {
  return std::uint32_t{at[0]} | std::uint32_t{at[1]} << 8 | std::uint32_t{at[2]} << 16 | std::uint32_t{at[3]} << 24;
}

void write_word(unsigned char* at, std::uint32_t word) {
  for (int i = 0; i < 4; ++i) at[i] = static_cast<unsigned char>(word >> (8 * i));
}

// The subkey's ChaCha20-Poly1305, ready for use; wiped when it goes.
class Box {
 public:
  Box(std::string_view key, std::string_view nonce) {
    std::string subkey = hchacha20(key, nonce.substr(0, 16));
    mbedtls_chachapoly_init(&context_);
    mbedtls_chachapoly_setkey(&context_, bytes_of(subkey));
    mbedtls_platform_zeroize(subkey.data(), subkey.size());
    for (std::size_t i = 0; i < 8; ++i) nonce_[4 + i] = static_cast<unsigned char>(nonce[16 + i]);
  }
  Box(const Box&) = delete;
  Box& operator=(const Box&) = delete;
  ~Box() { mbedtls_chachapoly_free(&context_); }

  mbedtls_chachapoly_context* context() { return &context_; }
  const unsigned char* nonce() const { return nonce_.data(); }

 private:
  mbedtls_chachapoly_context context_;
  std::array<unsigned char, 12> nonce_{};
};

}  // namespace

std::string aead_seal(std::string_view key, std::string_view nonce, std::string_view associated,
                      std::string_view plaintext) {
  if (key.size() != aead_key_size || nonce.size() != aead_nonce_size) __builtin_trap();
  Box box(key, nonce);
  std::string sealed(plaintext.size() + aead_tag_size, '\0');
  const int failed = mbedtls_chachapoly_encrypt_and_tag(box.context(), plaintext.size(), box.nonce(),
                                                        bytes_of(associated), associated.size(), bytes_of(plaintext),
                                                        bytes_of(sealed), bytes_of(sealed) + plaintext.size());
  if (failed != 0) __builtin_trap();  // Nothing half-sealed may leave.
  return sealed;
}

std::optional<std::string> aead_open(std::string_view key, std::string_view nonce, std::string_view associated,
                                     std::string_view sealed) {
  if (key.size() != aead_key_size || nonce.size() != aead_nonce_size || sealed.size() < aead_tag_size) {
    return std::nullopt;
  }
  Box box(key, nonce);
  const std::size_t size = sealed.size() - aead_tag_size;
  std::string plaintext(size, '\0');
  const int failed =
      mbedtls_chachapoly_auth_decrypt(box.context(), size, box.nonce(), bytes_of(associated), associated.size(),
                                      bytes_of(sealed) + size, bytes_of(sealed), bytes_of(plaintext));
  if (failed != 0) return std::nullopt;
  return plaintext;
}

// A ChaCha20 block is the permuted state plus the initial state. HChaCha20 wants the permuted words 0-3 and 12-15, and
// of exactly these the initial words are known: the constants, and the input itself. So one block, minus those.
std::string hchacha20(std::string_view key, std::string_view input) {
  static constexpr std::array<std::uint32_t, 4> constants = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
  const std::array<unsigned char, 64> zeros{};
  std::array<unsigned char, 64> block{};
  mbedtls_chacha20_crypt(bytes_of(key), bytes_of(input) + 4, read_word(bytes_of(input)), zeros.size(), zeros.data(),
                         block.data());
  std::string subkey(32, '\0');
  for (std::size_t i = 0; i < 4; ++i) {
    write_word(bytes_of(subkey) + 4 * i, read_word(block.data() + 4 * i) - constants[i]);
    write_word(bytes_of(subkey) + 16 + 4 * i,
               read_word(block.data() + 48 + 4 * i) - read_word(bytes_of(input) + 4 * i));
  }
  mbedtls_platform_zeroize(block.data(), block.size());
  return subkey;
}

}  // namespace postern::crypto
