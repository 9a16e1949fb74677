#include "core/oauth/page_form.hpp"

#include "core/oauth/cookies.hpp"
#include "core/wire/http.hpp"
#include "core/wire/uri.hpp"

namespace postern::oauth {

// Our own pages are no-referrer, so their Origin is `null`: there the cookie and the sealed flow decide.
std::optional<Refused> check_sender(const Authority& authority, const HttpRequest& request) {
  const std::string* site = wire::find_header(request.headers, "Sec-Fetch-Site");
  if (site != nullptr && *site != "same-origin") {
    return Refused{Refusal::cross_site, "expected a form of this server's own page"};
  }
  const std::string* origin = wire::find_header(request.headers, "Origin");
  if (origin == nullptr || *origin == "null") return std::nullopt;
  const auto own = wire::Uri::parse(authority.issuer);
  if (own && wire::lower_case(*origin) == own->origin()) return std::nullopt;
  return Refused{Refusal::cross_site, "expected a form of this server's own page"};
}

std::optional<Refused> check_flow(const Authority& authority, const HttpRequest& request, std::string_view browser,
                                  UnixSeconds expires, UnixSeconds now) {
  if (now >= expires) return Refused{Refusal::expired_flow};
  const auto known = known_browser(authority, request);
  if (!known || known->hash() != browser) return Refused{Refusal::other_browser};
  return std::nullopt;
}

}  // namespace postern::oauth
