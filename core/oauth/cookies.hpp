// The two cookies of the pages. RFC 6265; draft-ietf-httpbis-rfc6265bis s. 4.1.3.2 for the __Host- prefix.
//
//   postern_browser  32 random bytes: which browser a page was made for. What one browser was shown, no other can send.
//   postern_login    sealed: who is logged in, in this browser only.
//
// HttpOnly, SameSite=Lax, Path=/. Where the issuer is https also Secure and __Host-: then no sibling domain and no plain
// connection can plant one.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/flow/facts.hpp"
#include "core/flow/outcome.hpp"
#include "core/oauth/authority.hpp"

namespace postern::oauth {

struct Browser {
  std::string value;    ///< base64url of 32 bytes.
  bool is_new = false;  ///< Came without: the reply has to set it.

  /// What pages are sealed with: the value itself stays between browser and server.
  std::string hash() const;
};

/// The browser of this request, or nothing when it has no cookie of ours.
std::optional<Browser> known_browser(const Authority& authority, const HttpRequest& request);
/// The same; one without cookie gets a new one.
Browser browser_of(const Authority& authority, const HttpRequest& request, const Facts& facts);

/// The sealed value of the login cookie.
std::optional<std::string> login_cookie(const Authority& authority, const HttpRequest& request);

/// Sets the browser's cookie where it is new.
void set_browser(const Authority& authority, const Browser& browser, Reply& reply);
void set_login(const Authority& authority, std::string_view sealed, Reply& reply);
void clear_login(const Authority& authority, Reply& reply);

}  // namespace postern::oauth
