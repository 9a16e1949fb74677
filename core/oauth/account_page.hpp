// How the account page looks.
#pragma once

#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/flow/outcome.hpp"
#include "core/oauth/authority.hpp"
#include "core/oauth/page_parts.hpp"
#include "core/store/records.hpp"

namespace postern::oauth {

/// One client, with all that the user has granted to it.
struct AccountApp {
  std::string grant;                        ///< One of its grants: what the button names.
  std::string client_name;                  ///< Hostile text; may be empty.
  bool is_known = false;                    ///< Its registration is still here.
  std::vector<std::string> redirect_hosts;  ///< Where answers to it go.
  std::vector<std::string> scopes;          ///< Of all its grants, in words.
  UnixSeconds granted;                      ///< The first time.
  UnixSeconds used;                         ///< The last time, to within an hour.
  int times = 0;                            ///< How many of its grants live.
  std::vector<std::string> providers;       ///< What they are called, each once. Logins here are not among them.
};

struct AccountPage {
  std::string flow;  ///< Sealed.
  std::string user_name;
  std::string provider;  ///< Of this login. Empty: here.
  std::vector<AccountApp> apps;
  bool more = false;  ///< There are other grants, which are not shown.
};

Reply account_page(const Authority& authority, const AccountPage& page, UnixSeconds now);

/// The hosts of a client's redirect URIs, each once and at most three, "this computer" for loopback.
std::vector<std::string> redirect_hosts(const Authority& authority, const store::Client& client);

/// `23 November 2026`, in UTC.
std::string date_in_words(UnixSeconds time);
/// `within the last hour`, `5 hours ago`, `12 days ago`, then the date.
std::string use_in_words(UnixSeconds used, UnixSeconds now);

}  // namespace postern::oauth
