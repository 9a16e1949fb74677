// Base64 and base64url, RFC 4648. Decoding is strict: two texts never decode to the same bytes, so a token, a hash or a
// code challenge has one spelling only, and comparing texts is comparing bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace postern::wire {

/// Any bytes, in the URL-safe alphabet, without padding. RFC 4648 s. 5, RFC 7515 s. 2.
std::string base64url(std::string_view bytes);

/// base64url that begins with a letter (the first bit is left out): an id that a person can give to a command, where a word
/// with "-" in front is an option.
std::string identifier(std::string_view bytes);

/// The bytes of a base64url text. Absent when it has padding, white space, a character of the other alphabet, an
/// impossible length, or trailing bits that are not zero (RFC 4648 s. 3.5).
std::optional<std::string> from_base64url(std::string_view text);

/// Any bytes, in the standard alphabet, padded. RFC 4648 s. 4.
std::string base64(std::string_view bytes);

/// The bytes of a padded base64 text. Absent when the padding is missing or wrong, and for the same reasons as above.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace postern::wire
