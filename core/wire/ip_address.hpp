// The syntax of IP addresses in hosts, RFC 3986 s. 3.2.2.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace postern::wire {

/// Four numbers up to 255 without leading zeros (some readers take those for octal).
bool is_ipv4(std::string_view text);

/// Without brackets and without a zone. RFC 4291 s. 2.2, all three forms.
bool is_ipv6(std::string_view text);

/// The bytes of an address in network order: of one for which `is_ipv4` or `is_ipv6` holds.
std::optional<std::array<std::uint8_t, 4>> ipv4_bytes(std::string_view text);
std::optional<std::array<std::uint8_t, 16>> ipv6_bytes(std::string_view text);

/// Browsers and resolvers read such a host as an IPv4 address, whatever its form: "127.1", "2130706433", "0x7f.0.0.1"
/// (WHATWG URL s. 3.5). One that is not is_ipv4 is a way round every check of hosts.
bool ends_in_number(std::string_view host);

}  // namespace postern::wire
