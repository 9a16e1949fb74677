// What is on its way while a person decides: sealed into the pages and the login cookie, stored nowhere. Each is bound
// to the browser it was made for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/flow/facts.hpp"
#include "core/flow/outcome.hpp"
#include "core/oauth/authority.hpp"

namespace postern::oauth {

/// Inside the login page.
struct LoginFlow {
  std::string query;        ///< Of the authorization request; the login goes back to it. Empty: to the account page.
  std::string client_name;  ///< For the page alone: hostile text.
  std::string browser;      ///< Browser::hash()
  UnixSeconds expires;
  bool operator==(const LoginFlow&) const = default;

  template <class V, class Self>
  static void fields(V& visit, Self& self) {
    visit.field(1, "query", self.query);
    visit.field(2, "client_name", self.client_name);
    visit.field(3, "browser", self.browser);
    visit.field(4, "expires", self.expires);
  }
};

/// Inside the page that asks for a new password: whose password was right, and is good for this page only.
struct NewPasswordFlow {
  std::string query;  ///< As of the login that it belongs to.
  std::string subject;
  std::string user_name;
  std::int64_t epoch = 0;  ///< store::User::epoch: a password that was changed meanwhile is not changed again.
  std::string browser;
  UnixSeconds expires;
  bool operator==(const NewPasswordFlow&) const = default;

  template <class V, class Self>
  static void fields(V& visit, Self& self) {
    visit.field(1, "query", self.query);
    visit.field(2, "subject", self.subject);
    visit.field(3, "user_name", self.user_name);
    visit.field(4, "epoch", self.epoch);
    visit.field(5, "browser", self.browser);
    visit.field(6, "expires", self.expires);
  }
};

/// Inside the consent page: what the user is shown is what is given. Client, redirect URI, state, challenge and
/// resource are in the query, which is read again, by the same function, when the form comes back.
struct ConsentFlow {
  std::string id;  ///< 32 random bytes; the code is made from it.
  std::string query;
  ScopeSet scopes;  ///< As shown: the query may name none, and the defaults may have changed since.
  std::string subject;
  std::string user_name;
  std::int64_t epoch = 0;
  std::string browser;
  UnixSeconds expires;
  std::string provider =
      {};                 ///< Where the user will log in after this page; then there is no subject yet. Empty: here.
  ScopeSet offered = {};  ///< Beside what was asked for, as shown: what a ticked box may name.
  bool operator==(const ConsentFlow&) const = default;

  template <class V, class Self>
  static void fields(V& visit, Self& self) {
    visit.field(1, "id", self.id);
    visit.field(2, "query", self.query);
    visit.field(3, "scopes", self.scopes);
    visit.field(4, "subject", self.subject);
    visit.field(5, "user_name", self.user_name);
    visit.field(6, "epoch", self.epoch);
    visit.field(7, "browser", self.browser);
    visit.field(8, "expires", self.expires);
    visit.field(9, "provider", self.provider);
    visit.field(10, "offered", self.offered);
  }
};

/// Inside the account page: whose page it is.
struct AccountFlow {
  std::string subject;
  std::int64_t epoch = 0;
  std::string browser;
  UnixSeconds expires;
  bool operator==(const AccountFlow&) const = default;

  template <class V, class Self>
  static void fields(V& visit, Self& self) {
    visit.field(1, "subject", self.subject);
    visit.field(2, "epoch", self.epoch);
    visit.field(3, "browser", self.browser);
    visit.field(4, "expires", self.expires);
  }
};

/// Inside the login cookie.
struct LoginSession {
  std::string subject;
  std::string user_name;
  std::int64_t epoch = 0;  ///< store::User::epoch at login: a new password ends it.
  std::string browser;
  UnixSeconds expires;
  std::string provider = {};  ///< Who said so. Empty: the user logged in here.
  bool operator==(const LoginSession&) const = default;

  template <class V, class Self>
  static void fields(V& visit, Self& self) {
    visit.field(1, "subject", self.subject);
    visit.field(2, "user_name", self.user_name);
    visit.field(3, "epoch", self.epoch);
    visit.field(4, "browser", self.browser);
    visit.field(5, "expires", self.expires);
    visit.field(6, "provider", self.provider);
  }
};

std::string seal(const Authority& authority, const LoginFlow& flow, const Facts& facts);
std::string seal(const Authority& authority, const NewPasswordFlow& flow, const Facts& facts);
std::string seal(const Authority& authority, const ConsentFlow& flow, const Facts& facts);
std::string seal(const Authority& authority, const AccountFlow& flow, const Facts& facts);
std::string seal(const Authority& authority, const LoginSession& session, const Facts& facts);

/// Nothing when the text is not ours, or is of the other kind. Expiry and browser are for the caller to check.
std::optional<LoginFlow> open_login_flow(const Authority& authority, std::string_view text);
std::optional<NewPasswordFlow> open_new_password_flow(const Authority& authority, std::string_view text);
std::optional<ConsentFlow> open_consent_flow(const Authority& authority, std::string_view text);
std::optional<AccountFlow> open_account_flow(const Authority& authority, std::string_view text);

/// This login goes to the account page, and no client is waiting for it.
inline bool is_for_account(const LoginFlow& flow) { return flow.query.empty(); }

/// The login of this request's browser, unexpired. Whether the user is still the same is for the caller to check.
std::optional<LoginSession> session_of(const Authority& authority, const HttpRequest& request, UnixSeconds now);

}  // namespace postern::oauth
