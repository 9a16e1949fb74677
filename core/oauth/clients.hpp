// Registered clients: how long they stay, and which redirect URIs are theirs.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/oauth/authority.hpp"
#include "core/oauth/refusal.hpp"
#include "core/store/record.hpp"
#include "core/store/records.hpp"
#include "core/wire/redirect_uri.hpp"

namespace postern::oauth {

/// The client is being used: its record lives on. Written only where it was not used before, or where less than half of
/// its life is left, so that a refresh every hour does not write a client every hour. Either way the commit stands on the
/// record as it was read.
void keep_used_client(Commit& commit, const store::Found<store::Client>& client, const Lifetimes& lifetimes,
                      UnixSeconds now);

/// What helps where the server and what an application has stored differ.
inline constexpr std::string_view connect_anew =
    "In the application, remove the stored login for this server (it may be called sign out, clear authentication, or "
    "remove "
    "the server and add it again), then connect again: it registers anew.";

/// The redirect URI of this request: the presented one, if the client registered it (OAuth 2.1 s. 2.3.1, RFC 8252
/// s. 7.3), or, where none is presented, the only one that it has (OAuth 2.1 s. 4.1.1).
Result<wire::RedirectUri, Refused> redirect_of(const Authority& authority, const store::Client& client,
                                               std::string_view presented);

/// Nobody but programs on this computer can receive what is sent to this client: every redirect URI is loopback http.
bool is_loopback_only(const Authority& authority, const store::Client& client);

}  // namespace postern::oauth
