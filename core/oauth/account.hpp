// The account page: which applications the user of this browser has let in, and their end.
//
// Theory. The page is a list of the user's grants with a button each. A button is a form of this very page: sealed for
// the user and the browser that were shown it, and refused where another site sent it, as on the consent page. What is
// ended has to be this user's own; the ids in the form are only names. Who is not logged in meets the login page first.
#pragma once

#include "core/flow/facts.hpp"
#include "core/flow/outcome.hpp"
#include "core/oauth/authority.hpp"

namespace postern::oauth {

/// GET: the page, or the login page before it. POST: `revoke` (a grant's id), or `action` revoke-all or logout; then 303
/// back to the page. A page for people: no CORS.
Outcome account(const Authority& authority, const HttpRequest& request, const Facts& facts);

}  // namespace postern::oauth
