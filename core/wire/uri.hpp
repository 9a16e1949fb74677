// Absolute URIs, RFC 3986. One parser for everything that is compared or fetched, so that the text that was checked is
// read the same way by whoever uses it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/wire/malformed.hpp"

namespace postern::wire {

/// The longest URI that is read, in bytes.
inline constexpr std::size_t max_uri_bytes = 8 * 1024;

/// An absolute URI in its parts. Escapes are verified and left as they came.
struct Uri {
  std::string scheme;                   ///< lower-cased, never empty
  std::optional<std::string> userinfo;  ///< without the '@'; present even when empty ("https://@h")
  bool has_authority = false;           ///< "//" followed the scheme
  std::string host;                     ///< lower-cased; an IPv6 literal in its brackets; empty without an authority
  std::optional<std::uint16_t> port;    ///< absent also for "h:" (RFC 3986 s. 6.2.3)
  std::string path;                     ///< "" or begins with '/' when there is an authority; dot segments are kept
  std::optional<std::string> query;     ///< without the '?'
  std::optional<std::string> fragment;  ///< without the '#'

  bool operator==(const Uri&) const = default;

  /// Errors: longer than max_uri_bytes, no scheme, a character outside RFC 3986 (so also backslash, space, controls,
  /// non-ASCII), a broken escape, an escape in the
  /// host, a broken IP literal or dotted address, a port above 65535, http(s) without a host.
  static Result<Uri, Malformed> parse(std::string_view text);

  /// The parts put together again (RFC 3986 s. 5.3). It parses to an equal Uri.
  std::string to_string() const;

  /// The port, or the scheme's default (http and ws 80, https and wss 443), or 0.
  std::uint16_t effective_port() const;

  /// The host is exactly 127.0.0.1, [::1] or localhost. Not 127.0.0.2, not localhost.example, not [::ffff:127.0.0.1].
  bool is_loopback() const;

  /// scheme://host[:port], the default port left out, lower case (RFC 6454 s. 6.2). "null" without a host.
  std::string origin() const;
};

/// The two name the same OAuth resource or issuer: equal scheme, host and effective port, equal path, query and
/// fragment byte for byte, except that an empty path equals "/". A slash on a non-empty path is never folded: "/mcp"
/// and "/mcp/" are two resources. RFC 8707 s. 2, RFC 3986 s. 6.2.3.
bool same_resource(const Uri& left, const Uri& right);

/// A segment of the path is "." or "..", a dot written "%2e" included: browsers fold these (WHATWG URL s. 4.1), so a
/// path with them is not the path that is asked for.
bool has_dot_segment(std::string_view path);

/// `encoded` (an already encoded query, without '?') added to the query of `uri`, before a fragment; what `uri` had is
/// kept (RFC 6749 s. 3.1.2). An empty `encoded` changes nothing.
std::string append_query(std::string_view uri, std::string_view encoded);

}  // namespace postern::wire
