// Login of the server's own users: the page, and the form that comes back. Throttled by name, known or not, so that
// passwords can't be tried in bulk; a name that is not known takes as long and says the same.
#pragma once

#include <string>
#include <string_view>

#include "core/flow/facts.hpp"
#include "core/flow/outcome.hpp"
#include "core/oauth/authority.hpp"
#include "core/oauth/cookies.hpp"
#include "core/oauth/flow.hpp"
#include "core/oauth/refusal.hpp"
#include "core/store/records.hpp"
#include "core/wire/form.hpp"

namespace postern::oauth {

/// The login page for this authorization request. `query` is where a correct login goes back to; empty: to the account
/// page.
Reply ask_for_login(const Authority& authority, const Browser& browser, std::string query, std::string_view client_name,
                    const Facts& facts);

/// The form of that page.
Outcome log_in(const Authority& authority, const wire::Form& form, const LoginFlow& flow, const Facts& facts);

/// Sets the cookie by which this browser is this user's from now on. `browser`: Browser::hash().
void let_in(const Authority& authority, const store::User& user, const std::string& browser, const Facts& facts,
            Reply& reply);

/// Back to the authorization request with this query; empty: to the account page.
Reply to_where_the_login_began(const Authority& authority, const std::string& query);

/// How long the next attempt has to wait after so many failures in a row, in seconds: none after four, then 2, 4, 8 up
/// to 60.
Seconds delay_after(std::int64_t failures);

/// Where a login goes back to, on this server.
std::string authorize_path(const Authority& authority, std::string_view query);
std::string account_path(const Authority& authority);

}  // namespace postern::oauth
