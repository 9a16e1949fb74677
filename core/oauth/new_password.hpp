// A password that was given out (printed at the first start, told to a new user) is known to more than its user: in logs, in
// a terminal's history, to the operator. So it is good for one thing, to choose another one (OWASP ASVS 2.3.1); nobody is
// logged in by it.
#pragma once

#include "core/flow/facts.hpp"
#include "core/flow/outcome.hpp"
#include "core/oauth/authority.hpp"
#include "core/oauth/flow.hpp"
#include "core/store/records.hpp"
#include "core/wire/form.hpp"

namespace postern::oauth {

/// The page, for the user whose one-time password has just been right.
Reply ask_for_new_password(const Authority& authority, const LoginFlow& login, const store::User& user,
                           const Facts& facts);

/// The form of that page: `new_password` twice. The user is then logged in and back where the login began. Once: when the
/// password has been changed since the page was made, by it or by the operator, the login is asked for again.
Outcome take_new_password(const Authority& authority, const wire::Form& form, const NewPasswordFlow& flow,
                          const Facts& facts);

}  // namespace postern::oauth
