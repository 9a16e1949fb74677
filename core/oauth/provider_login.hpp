// Login by a third party: our consent first, then the provider's page, then back to `/<id>/callback`.
//
// Theory. When the user has allowed the client, and not before, a record is made of what was allowed and in which
// browser (store::Pending), and the browser goes to the provider with a `state` that only this deployment can make. Only
// that browser, with that state, once, and in time, comes back to something. What the consent stood on is checked again
// then, since the client may be another one by now. The provider's code is redeemed under a claim: whoever sends the
// callback twice redeems it once.
#pragma once

#include <string>
#include <string_view>

#include "core/flow/facts.hpp"
#include "core/flow/outcome.hpp"
#include "core/oauth/authority.hpp"
#include "core/oauth/authorization_request.hpp"
#include "core/oauth/cookies.hpp"
#include "core/oauth/flow.hpp"
#include "core/store/record.hpp"
#include "core/store/records.hpp"
#include "core/wire/form.hpp"

namespace postern::oauth {

/// Where a provider sends its users back to. To be registered there.
std::string callback_url(const Authority& authority, const Provider& provider);

/// The consent page of a login that will be made at this provider.
Reply ask_for_provider_consent(const Authority& authority, const Browser& browser, const AuthorizationRequest& request,
                               std::string query, const store::Client& client, const Provider& provider,
                               const Facts& facts);

/// The form of that page: `allow` goes on to the provider. However often it is sent, there is one state.
Outcome decide_provider_login(const Authority& authority, const HttpRequest& request, const wire::Form& form,
                              const ConsentFlow& flow, const Facts& facts);

/// On to the provider with no client to allow anything: a login to the account page.
Outcome begin_account_login(const Authority& authority, const Browser& browser, const Provider& provider,
                            const Facts& facts);

/// GET `/<id>/callback`. RFC 6749 s. 4.1.2, RFC 9207, OpenID Connect Core 1.0 s. 3.1.2.5.
Outcome provider_callback(const Authority& authority, const Provider& provider, const HttpRequest& request,
                          const Facts& facts);

/// The provider whose callback this path is, below the issuer's path or at the root; null: it is none.
const Provider* provider_of_callback(const Authority& authority, std::string_view path);

}  // namespace postern::oauth
