// Consent: the page, and the form that comes back. Only this form gives a code, only with a login that is still good, and
// only in the browser that was shown the page.
#pragma once

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

/// The consent page for this user and this request. `query` is read again when the form comes back.
Reply ask_for_consent(const Authority& authority, const Browser& browser, const AuthorizationRequest& request,
                      std::string query, const store::Client& client, const store::User& user, const Facts& facts);

/// The form of that page: `allow`, `deny` or `switch`. However often it is sent, there is one code, or one denial: the first
/// of the two counts.
Outcome decide(const Authority& authority, const HttpRequest& request, const wire::Form& form, const ConsentFlow& flow,
               const Facts& facts);

}  // namespace postern::oauth
