// What a client asks for by `scope`, and what of it there is here. RFC 6749 s. 3.3 lets a server leave out
// of it what it likes, as long as the `scope` of the answer says what was given.
//
// Theory. Clients ask for `openid offline_access profile` as a habit, whatever the server. What nobody declared is left
// out, at /authorize, at registration and at refresh alike, and nothing known left counts as nothing asked for.
// `offline_access` is one of these: a refresh token always comes, so it is advertised (core/oauth/metadata.cpp) and
// changes nothing. No scope is for some clients only: what a registration names binds nobody, since whoever wants more
// may register again (docs/decisions/030-scopes.md).
#pragma once

#include <string_view>

#include "core/base/result.hpp"
#include "core/flow/scope.hpp"
#include "core/oauth/authority.hpp"
#include "core/oauth/refusal.hpp"

namespace postern::oauth {

/// Asked for by clients that want a refresh token (OpenID Connect Core 1.0 s. 11). Of the authorization server alone: a
/// resource names it neither in its metadata nor in a challenge.
inline constexpr std::string_view offline_access = "offline_access";

/// The declared scopes among those of the text; empty: none of them, or none asked for.
/// Error: malformed_scope, for a text that is no list of at most 64 scope tokens.
Result<ScopeSet, Refused> known_scopes(const Authority& authority, std::string_view text);

/// The same at a refresh: what was granted is known, too, whether or not it is still declared.
Result<ScopeSet, Refused> known_scopes(const Authority& authority, std::string_view text, const ScopeSet& granted);

}  // namespace postern::oauth
