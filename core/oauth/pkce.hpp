// PKCE, RFC 7636, S256 alone: plain would show the verifier to whoever sees the authorization request.
#pragma once

#include <string_view>

namespace postern::oauth::pkce {

/// 43 characters of base64url: a SHA-256 (RFC 7636 s. 4.2).
bool is_challenge(std::string_view text);

/// 43 to 128 unreserved characters (RFC 7636 s. 4.1).
bool is_verifier(std::string_view text);

/// RFC 7636 s. 4.6.
bool matches(std::string_view challenge, std::string_view verifier);

}  // namespace postern::oauth::pkce
