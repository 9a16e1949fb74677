// The authorization request that goes out by the browser, and the response that comes back by it. OAuth 2.1 s. 4.1.1
// and 4.1.2, RFC 7636, RFC 8707, RFC 9207.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/client/advance.hpp"

namespace postern::client {

/// How long the user has for login and consent.
inline constexpr Seconds flow_lifetime{600};

/// What the response will have to fit. State and verifier are drawn from the facts.
Flow begin_flow(ScopeSet scopes, const Facts& facts);

/// The URL for the browser.
std::string authorization_url(const ClientConfig& config, const AuthorizationServer& server,
                              const Registration& registration, const Flow& flow);

/// Why a callback gives no code. Without an event it is not the response to our request, whoever sent it, and the flow
/// goes on: a page in the same browser can call the redirect URI too, and must not end a login by that.
struct NoCode {
  Failed failed;
  std::optional<Event> event;
};

Result<Secret, NoCode> read_callback(const ClientConfig& config, const AuthorizationServer& server, const Flow& flow,
                                     std::string_view url, UnixSeconds now);

}  // namespace postern::client
