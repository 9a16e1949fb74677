// What several endpoints need to read a request and to write a reply.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/json.hpp"
#include "core/base/result.hpp"
#include "core/flow/outcome.hpp"
#include "core/oauth/authority.hpp"
#include "core/oauth/refusal.hpp"
#include "core/wire/form.hpp"

namespace postern::oauth {

/// JSON that no cache keeps: RFC 6749 s. 5.1 wants Pragma, too.
Reply json_reply(int status, const Json& body);

/// 405 with Allow, in JSON.
Answer refuse_method(std::string_view what, const HttpRequest& request, std::string_view allow);

/// The body as a form: its media type, its syntax, and no parameter twice (RFC 6749 s. 3.2); of `resource` there may
/// be several (RFC 8707 s. 2.2).
Result<wire::Form, Refused> read_form(const HttpRequest& request);

/// The parameter that came twice against the rule above.
std::optional<Refused> repeated_parameter(const wire::Form& form);

/// "expected grant_type, received none"
Refused missing(std::string_view parameter);

/// Every `resource` of the form names the one expected (RFC 8707 s. 2, 2.2), by either name where it is ours; or there
/// is none.
std::optional<Refused> check_resource(const Authority& authority, const wire::Form& form, std::string_view expected);

}  // namespace postern::oauth
