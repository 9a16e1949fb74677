// The two grant types of the token endpoint, each a step of its own. token.cpp has checked the form and read the client.
#pragma once

#include <string>

#include "core/flow/facts.hpp"
#include "core/flow/outcome.hpp"
#include "core/oauth/authority.hpp"
#include "core/oauth/client_auth.hpp"
#include "core/store/records.hpp"
#include "core/wire/form.hpp"

namespace postern::oauth {

struct TokenRequest {
  const Authority& authority;
  const wire::Form& form;
  const ClientCredentials& client;  ///< Claimed; each grant type proves it, by check_client.
};

/// grant_type=authorization_code. OAuth 2.1 s. 4.1.3, RFC 7636 s. 4.6, RFC 8707 s. 2.2.
Outcome redeem_code(const TokenRequest& request, const Facts& facts);

/// grant_type=refresh_token. OAuth 2.1 s. 4.3.
Outcome refresh(const TokenRequest& request, const Facts& facts);

/// The tokens of this grant: an access token with `scopes`, and the refresh token of the grant's generation.
/// OAuth 2.1 s. 3.2.3.
Reply token_reply(const Authority& authority, const std::string& grant_id, const store::Grant& grant,
                  const ScopeSet& scopes, const Facts& facts);

}  // namespace postern::oauth
