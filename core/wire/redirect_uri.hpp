// Redirect URIs: the one place where a wrong answer hands a code to a stranger. Parsed, never globbed.
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/wire/malformed.hpp"
#include "core/wire/uri.hpp"

namespace postern::wire {

/// What a deployment lets clients register.
struct RedirectPolicy {
  /// Schemes of native applications: reversed domain names (RFC 8252 s. 7.1) and the short names that editors really
  /// use. Another application can claim the same scheme; PKCE (RFC 7636 s. 1) is what makes that harmless.
  bool allow_private_use = true;
};

/// A redirect URI that a client may have: https; http on a loopback host, any port; a private-use scheme. Without
/// fragment (RFC 6749 s. 3.1.2), userinfo, dot segments, control characters, backslashes, and with a host that is a name or
/// an address: "*" in it is refused. Never a scheme that a browser
/// runs or hands to a program (javascript, data, file, intent, ms-*, ...), whatever the policy.
class RedirectUri {
 public:
  /// Errors: what Uri::parse refuses, and whatever is outside the shape above.
  static Result<RedirectUri, Malformed> parse(std::string_view text, const RedirectPolicy& policy = {});

  /// Exactly as it was written. This is what the user agent is sent to.
  const std::string& text() const { return text_; }

  const Uri& uri() const { return uri_; }

  /// http on 127.0.0.1, [::1] or localhost.
  bool is_loopback() const { return uri_.scheme == "http" && uri_.is_loopback(); }

  /// A native application's own scheme.
  bool is_private_use() const { return uri_.scheme != "https" && uri_.scheme != "http"; }

  /// The text, and for a loopback URI the text without its port: native applications take a free port at each start
  /// (RFC 8252 s. 7.3), so the port is no part of who the client is.
  std::string without_loopback_port() const;

  /// What a consent page shows: the host, with a port that is not the default; for a private-use scheme
  /// "scheme:" or "scheme://host".
  std::string display_host() const;

  bool operator==(const RedirectUri& other) const { return text_ == other.text_; }

 private:
  RedirectUri(std::string text, Uri uri);

  std::string text_;
  Uri uri_;
};

/// The URI that a request presents is the one that was registered: the same bytes (OAuth 2.1 s. 2.3.1), except that the
/// port of a loopback URI is free (RFC 8252 s. 7.3). Host spelling, path and query have to be equal also there.
bool matches(const RedirectUri& registered, const RedirectUri& presented);

}  // namespace postern::wire
