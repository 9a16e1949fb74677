// What the consent page offers beside what the client asked for, and what the user has chosen of it.
//
// Theory. A client that does not act on a 403 can never ask for more than the first challenge named, so its user may give
// more at once. Every scope that is not asked for is shown as a box, unticked: nothing is given that nobody chose. What was
// offered is sealed into the page (core/oauth/flow.hpp), so a form that names another scope was not made by that page. The
// token answer's `scope` says what was given.
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/flow/scope.hpp"
#include "core/oauth/authority.hpp"
#include "core/oauth/flow.hpp"
#include "core/oauth/refusal.hpp"
#include "core/wire/form.hpp"

namespace postern::oauth {

/// Every declared scope that `asked` does not contain, itself or by implication; the first 32 of them, since a form has no
/// more than 64 fields.
ScopeSet offered_beside(const Authority& authority, const ScopeSet& asked);

/// The name of a scope's box: `scope:notes:write`. It is in the form when it is ticked.
std::string box_of(std::string_view token);

/// What was asked for, and what is ticked. Error: scope_not_offered.
Result<ScopeSet, Refused> chosen_scopes(const ConsentFlow& flow, const wire::Form& form);

}  // namespace postern::oauth
