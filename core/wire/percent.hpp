// Percent-encoding, RFC 3986 s. 2.1, and its form variant with '+' for a space (RFC 6749 app. B).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace postern::wire {

/// The bytes behind the escapes; '+' stays '+'. Absent when a '%' is not followed by two hexadecimal digits. The result
/// may hold any byte, NUL too: it is for the caller to judge.
std::optional<std::string> percent_decode(std::string_view text);

/// Every byte escaped with upper-case digits, save the unreserved ones (RFC 3986 s. 2.3: letters, digits, "-._~").
std::string percent_encode(std::string_view bytes);

/// As percent_decode, and '+' is a space.
std::optional<std::string> form_percent_decode(std::string_view text);

/// One name or value of a form, as browsers write it: a space is '+', and letters, digits and "*-._" are kept
/// (WHATWG URL, application/x-www-form-urlencoded percent-encode set).
std::string form_percent_encode(std::string_view bytes);

}  // namespace postern::wire
