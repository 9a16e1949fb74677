#include "core/oauth/replies.hpp"

#include "core/wire/json.hpp"
#include "core/wire/text.hpp"
#include "core/wire/uri.hpp"

namespace postern::oauth {

Reply json_reply(int status, const Json& body) {
  return Reply{status,
               {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}, {"Pragma", "no-cache"}},
               wire::dump_json(body),
               std::nullopt};
}

Answer refuse_method(std::string_view what, const HttpRequest& request, std::string_view allow) {
  Answer answer = refuse_json(what, {Refusal::wrong_method, "expected " + std::string(allow) + ", received " +
                                                                wire::display_name(request.method, 20)});
  answer.reply.headers.push_back({"Allow", std::string(allow)});
  return answer;
}

Result<wire::Form, Refused> read_form(const HttpRequest& request) {
  const std::string* field = wire::find_header(request.headers, "Content-Type");
  const auto type = field == nullptr ? std::nullopt : wire::parse_media_type(*field);
  if (!type || type->type != "application/x-www-form-urlencoded") {
    return Refused{Refusal::wrong_content_type, "expected Content-Type application/x-www-form-urlencoded, received " +
                                                    (field == nullptr ? "none" : wire::display_name(*field))};
  }
  auto form = wire::Form::parse(request.body);
  if (!form) return Refused{Refusal::malformed_request, form.error().what};
  if (auto twice = repeated_parameter(*form)) return *twice;
  return std::move(form).value();
}

std::optional<Refused> repeated_parameter(const wire::Form& form) {
  for (const auto& [name, value] : form.fields()) {
    if (name != "resource" && form.repeated(name)) {
      return Refused{Refusal::repeated_parameter,
                     "expected " + wire::display_name(name) + " once, received it several times"};
    }
  }
  return std::nullopt;
}

Refused missing(std::string_view parameter) {
  return Refused{Refusal::missing_parameter, "expected " + std::string(parameter) + ", received none"};
}

std::optional<Refused> check_resource(const Authority& authority, const wire::Form& form, std::string_view expected) {
  const auto ours = wire::Uri::parse(expected);
  const auto also = wire::Uri::parse(expected == authority.resource ? authority.sse_resource : "");
  for (const std::string_view value : form.all("resource")) {
    if (value.empty()) continue;  // RFC 6749 s. 3.1: without a value is as if omitted.
    const auto theirs = wire::Uri::parse(value);
    const bool known = theirs && !theirs->fragment &&
                       ((ours && wire::same_resource(*ours, *theirs)) || (also && wire::same_resource(*also, *theirs)));
    if (!known) {
      return Refused{Refusal::wrong_resource,
                     "expected resource " + std::string(expected) + ", received " + wire::display_name(value, 200)};
    }
  }
  return std::nullopt;
}

}  // namespace postern::oauth
