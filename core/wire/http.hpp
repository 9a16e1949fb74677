// HTTP's own vocabulary: fields, media types, cookies, credentials, targets. RFC 9110, RFC 9112, RFC 6265.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.hpp"
#include "core/base/secret.hpp"
#include "core/wire/malformed.hpp"

namespace postern::wire {

struct Header {
  std::string name, value;
  bool operator==(const Header&) const = default;
};
using Headers = std::vector<Header>;

/// The value of the first field of that name, without case; nullptr when absent.
const std::string* find_header(const Headers& headers, std::string_view name);

/// The values of all fields of that name as one list (RFC 9110 s. 5.3): for fields that are lists. Empty when absent.
std::string joined_header(const Headers& headers, std::string_view name);

/// How many fields have that name. A field that may come once and comes twice is an attack or a broken proxy.
std::size_t count_header(const Headers& headers, std::string_view name);

/// ASCII letters without case, every other byte exactly.
bool equal_ignoring_case(std::string_view left, std::string_view right);

/// ASCII letters in lower case.
std::string lower_case(std::string_view text);

/// Without spaces and tabs on either side (RFC 9110 s. 5.6.3).
std::string_view trim_ows(std::string_view text);

/// A token of RFC 9110 s. 5.6.2: a method, a field name, a scheme.
bool is_token(std::string_view text);

/// A field value without CR, LF, NUL or another control character than tab (RFC 9110 s. 5.5): safe to print.
bool is_field_value(std::string_view text);

struct MediaType {
  std::string type;                                             ///< lower case, "application/json"
  std::vector<std::pair<std::string, std::string>> parameters;  ///< names in lower case, values unquoted

  /// The first parameter of that name (lower case); nullptr when absent.
  const std::string* parameter(std::string_view name) const;
};

/// RFC 9110 s. 8.3.1. Absent when it is not type/subtype followed by well-formed parameters, or has more than 32.
std::optional<MediaType> parse_media_type(std::string_view text);

/// An Accept field lets `media_type` ("application/json") be sent: the most specific range that covers it has a weight
/// above 0 (RFC 9110 s. 12.5.1). An empty field accepts everything; a malformed range counts for nothing.
bool accepts(std::string_view accept_header, std::string_view media_type);

/// The value of the first cookie of exactly that name (RFC 6265 s. 5.4), as it stands, quotes included.
std::optional<std::string_view> cookie(std::string_view cookie_header, std::string_view name);

struct Authorization {
  std::string scheme;       ///< lower case, "bearer"
  std::string credentials;  ///< the rest; secret
};

/// RFC 9110 s. 11.6.2: one scheme, spaces, the credentials. Absent when the scheme is no token or nothing follows it.
std::optional<Authorization> parse_authorization(std::string_view field);

struct BasicCredentials {
  std::string id;
  Secret secret;
};

/// The credentials of a client (RFC 6749 s. 2.3.1): base64, split at the first colon, each part then form-decoded.
/// Absent when any step fails, and when a part holds NUL or invalid UTF-8.
std::optional<BasicCredentials> parse_basic(std::string_view credentials);

/// The token of an Authorization field of scheme Bearer with the b64token syntax of RFC 6750 s. 2.1, else absent. It is
/// a part of the field that was given.
std::optional<std::string_view> bearer_token(std::string_view authorization_field);

struct Target {
  std::string path;   ///< raw, escapes kept, begins with '/'
  std::string query;  ///< raw, without '?'; "" when there is none
  bool operator==(const Target&) const = default;
};

/// The target of a request (RFC 9112 s. 3.2): origin form, or absolute form of http(s), whose authority is dropped.
/// Refused: other forms, characters outside RFC 3986, a broken escape, an escaped NUL, control character, slash or
/// backslash in the path, and dot segments (also escaped): a proxy in front may have judged another path than we would.
Result<Target, Malformed> parse_target(std::string_view text);

}  // namespace postern::wire
