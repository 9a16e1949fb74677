#include "core/mcp/reply.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/mcp/notifications.hpp"
#include "core/wire/http.hpp"
#include "core/wire/json.hpp"

namespace postern::mcp {

Reply json_reply(int status, std::string body) {
  return {status, {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}}, std::move(body), std::nullopt};
}

Reply error_reply(int status, std::string_view id, const RpcError& error) {
  return json_reply(status, error_text(id, error));
}

std::optional<Reply> refuse_content_type(const HttpRequest& request) {
  const std::string* type = wire::find_header(request.headers, "Content-Type");
  const auto parsed = type == nullptr ? std::nullopt : wire::parse_media_type(*type);
  if (!parsed || parsed->type != "application/json" || wire::count_header(request.headers, "Content-Type") != 1) {
    return error_reply(415, {}, {code::invalid_request, "Expected Content-Type to be application/json", {}});
  }
  return std::nullopt;
}

Reply accepted() { return {202, {{"Cache-Control", "no-store"}}, "", std::nullopt}; }

Reply method_not_allowed(std::string_view allowed) {
  Reply reply =
      error_reply(405, {}, {code::invalid_request, "Expected one of the methods " + std::string(allowed), {}});
  reply.headers.push_back({"Allow", std::string(allowed)});
  return reply;
}

Outcome answered(int status, std::string body, const std::vector<std::string>& events, Commit commit,
                 std::vector<Topic> topics) {
  if (events.empty()) {
    return Answer{json_reply(status, std::move(body)), std::move(commit), std::move(topics), {}};
  }
  Outcome outcome(
      Answer{{200, event_stream_headers(), frame(body), std::nullopt}, std::move(commit), std::move(topics), {}});
  for (const std::string& event : events) outcome.events.push_back(frame(event));
  outcome.event_headers = event_stream_headers();
  return outcome;
}

Outcome audited(Outcome outcome, std::vector<AuditEvent> audit) {
  if (Answer* answer = outcome.answer()) {
    std::move(audit.begin(), audit.end(), std::back_inserter(answer->audit));
  }
  return outcome;
}

Outcome waiting(const Ask& ask, const std::vector<std::string>& events, std::string_view failure) {
  Outcome outcome = ask.needs();
  if (events.empty()) return outcome;
  if (Answer* answer = outcome.answer()) answer->reply = {200, event_stream_headers(), frame(failure), std::nullopt};
  for (const std::string& event : events) outcome.events.push_back(frame(event));
  outcome.event_headers = event_stream_headers();
  return outcome;
}

RpcError unavailable_error() { return {code::internal_error, "The server can't answer now; try again", {}}; }

std::optional<std::string> progress_token(const Json& params) {
  const Json* meta = wire::object_member(params, "_meta");
  const Json* token = meta == nullptr ? nullptr : wire::member(*meta, "progressToken");
  if (token == nullptr) return "";
  if (!token->is_string() && !token->is_number_integer()) return std::nullopt;
  return wire::dump_json(*token);
}

}  // namespace postern::mcp
