#include "core/oauth/pkce.hpp"

#include <algorithm>

#include "core/base/secret.hpp"
#include "core/crypto/hash.hpp"
#include "core/wire/base64.hpp"

namespace postern::oauth::pkce {
namespace {

bool is_unreserved(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

}  // namespace

bool is_challenge(std::string_view text) {
  const auto bytes = wire::from_base64url(text);
  return bytes && bytes->size() == 32;
}

bool is_verifier(std::string_view text) {
  return text.size() >= 43 && text.size() <= 128 && std::all_of(text.begin(), text.end(), is_unreserved);
}

bool matches(std::string_view challenge, std::string_view verifier) {
  return is_verifier(verifier) && Secret::same_bytes(challenge, wire::base64url(crypto::sha256(verifier)));
}

}  // namespace postern::oauth::pkce
