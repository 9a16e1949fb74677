// What stays of a denial: the same browser can't allow the same authorization request any more, neither by the way back, which
// shows the page anew, nor in a second tab. Who has changed their mind starts again in the application, which then asks with
// another state and another challenge.
#pragma once

#include <string>
#include <string_view>

#include "core/flow/commit.hpp"
#include "core/flow/outcome.hpp"
#include "core/oauth/authority.hpp"
#include "core/store/record.hpp"
#include "core/store/records.hpp"
#include "core/wire/form.hpp"

namespace postern::oauth {

/// Where it is stored: under a hash of the browser and of the whole request, `prompt` aside.
/// `query`: of the authorization request. `browser`: Browser::hash().
std::string denial_key(const wire::Form& query, std::string_view browser);

/// The request is denied until no page can be sent that was shown for it before. Denied already, it stands on that.
void put_denial(Commit& commit, const store::Found<store::Denial>& denial, const Lifetimes& lifetimes, UnixSeconds now);

/// The pages for a decision that comes too late. `subject` may be empty.
Answer refuse_denied(const Authority& authority, std::string_view client_id, std::string_view subject);
Answer refuse_allowed(const Authority& authority, std::string_view client_id, std::string_view subject);

}  // namespace postern::oauth
