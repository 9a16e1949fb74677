// The authorization request, checked. OAuth 2.1 s. 4.1.1, RFC 7636 s. 4.3, RFC 8707 s. 2.1.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.hpp"
#include "core/flow/outcome.hpp"
#include "core/oauth/authority.hpp"
#include "core/oauth/refusal.hpp"
#include "core/store/record.hpp"
#include "core/store/records.hpp"
#include "core/wire/form.hpp"
#include "core/wire/redirect_uri.hpp"

namespace postern::oauth {

struct AuthorizationRequest {
  std::string client_id;
  wire::RedirectUri redirect;
  std::string state;  ///< Empty: none came.
  std::string challenge;
  ScopeSet scopes;           ///< Declared ones: those asked for, or the default scopes.
  bool may_ask = true;       ///< Not prompt=none.
  bool must_log_in = false;  ///< prompt=login or select_account.
};

/// The query, or why not even its client can be looked up.
Result<wire::Form, Refused> read_query(std::string_view query);

/// `client`: who the query says it is; null: there is no such client. The request; or the answer that refuses it: a page
/// as long as it is not sure that the redirect URI is the client's (OAuth 2.1 s. 4.1.2.1), then a redirect with error,
/// state and iss.
Result<AuthorizationRequest, Answer> check_request(const Authority& authority, const wire::Form& query,
                                                   const store::Client* client);

/// 303 to the client with these parameters, `state` and `iss` (RFC 9207).
Reply redirect_back(const Authority& authority, const AuthorizationRequest& request,
                    std::vector<std::pair<std::string, std::string>> parameters);

/// The same with `error` and `error_description`, and its audit.
Answer refuse_by_redirect(const Authority& authority, const AuthorizationRequest& request, const Refused& refused);

}  // namespace postern::oauth
