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

struct AccountRow {
  std::string grant;
  std::string client_name;                  ///< Hostile text; may be empty.
  bool is_known = false;                    ///< Its registration is still here.
  std::vector<std::string> redirect_hosts;  ///< Where answers to it go.
  std::vector<std::string> scopes;          ///< In words.
  UnixSeconds granted;
  UnixSeconds used;      ///< To within an hour.
  std::string provider;  ///< What it is called. Empty: the user logged in here.
};

struct AccountPage {
  std::string flow;  ///< Sealed.
  std::string user_name;
  std::string provider;  ///< Of this login. Empty: here.
  std::vector<AccountRow> rows;
  bool more = false;  ///< There are others, which are not shown.
};

Reply account_page(const Authority& authority, const AccountPage& page, UnixSeconds now);

/// The hosts of a client's redirect URIs, each once and at most three, "this computer" for loopback.
std::vector<std::string> redirect_hosts(const Authority& authority, const store::Client& client);

/// `23 November 2026`, in UTC.
std::string date_in_words(UnixSeconds time);
/// `within the last hour`, `5 hours ago`, `12 days ago`, then the date.
std::string use_in_words(UnixSeconds used, UnixSeconds now);

}  // namespace postern::oauth
