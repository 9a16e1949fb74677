#include "core/mcp/sse.hpp"

#include <string>
#include <utility>
#include <variant>

#include "core/mcp/initialize.hpp"
#include "core/mcp/legacy.hpp"
#include "core/mcp/notifications.hpp"
#include "core/mcp/reply.hpp"
#include "core/mcp/session.hpp"
#include "core/wire/base64.hpp"
#include "core/wire/form.hpp"
#include "core/wire/http.hpp"
#include "core/wire/sse.hpp"

namespace postern::mcp {
namespace {

using FoundSession = store::Found<store::Session>;

std::string sse_session_key(std::string_view id);
std::optional<std::string> session_key_in_query(const HttpRequest& request);
Outcome answer_to(const Context& context, Ask& ask, const FoundSession& session, const Json& body);
Answer begin(const Context& context, const FoundSession& session, const Message& message);
Outcome onto_stream(Outcome outcome, std::string_view subject, const std::string& session);

}  // namespace

Outcome serve_sse(const Context& context, std::string_view messages) {
  if (context.request.method != "GET") return method_not_allowed("GET");
  if (std::optional<Reply> refusal = refuse_without_event_stream(context.request)) return std::move(*refusal);

  const std::string id = wire::base64url(context.facts.draw("mcp sse session"));
  store::Session session;
  session.subject = context.principal.subject;
  session.client = context.principal.client;
  // Until initialize agrees on another one. It may never come: the event source of a browser or of the TypeScript SDK
  // opens a broken stream again by itself, and its client goes on with what it agreed on before.
  session.protocol_version = to_string(Version::v2024_11_05);
  session.renewed = context.facts.now();

  Stream stream = stream_of_session(context, sse_session_key(id), {});
  stream.owns_session = true;
  std::string endpoint(messages);
  endpoint.append("?session_id=").append(id);
  Answer answer{{200, event_stream_headers(), wire::print({std::nullopt, "endpoint", endpoint, std::nullopt}), stream},
                {},
                {},
                {}};
  store::create(answer.commit, stream.session, session, context.facts.now() + session_lifetime);
  return answer;
}

Outcome serve_messages(const Context& context, const wire::JsonLimits& limits) {
  if (context.request.method != "POST") return method_not_allowed("POST");
  if (std::optional<Reply> refusal = refuse_content_type(context.request)) return std::move(*refusal);
  const std::optional<std::string> key = session_key_in_query(context.request);
  if (!key) {
    return error_reply(400, {}, {code::invalid_request, "Expected one session_id in the query: open the stream", {}});
  }
  Ask ask(context.facts);
  const auto session = store::load<store::Session>(ask, *key);
  if (ask.pending()) return ask.needs();
  // Whose session it is decides, not who knows its id: that stands in a URL, and URLs get into logs.
  if (!is_own_session(context, session)) {
    return error_reply(404, {}, {code::invalid_request, "There is no such session: open the stream", {}});
  }
  const auto body = wire::parse_json(context.request.body, limits);
  if (!body) return error_reply(400, {}, {code::parse_error, "Parse error: " + body.error().what, {}});
  return onto_stream(answer_to(context, ask, session, *body), context.principal.subject, *key);
}

std::optional<Load> first_read_of_message(const HttpRequest& request) {
  if (request.method != "POST") return std::nullopt;
  std::optional<std::string> key = session_key_in_query(request);
  if (!key) return std::nullopt;
  return Load{std::move(*key)};
}

namespace {

/// No id of Streamable HTTP gives such a key, since no header field has a line end: a session is of one transport, and
/// in the other one there is none of that id.
std::string sse_session_key(std::string_view id) { return session_key("sse\n" + std::string(id)); }

std::optional<std::string> session_key_in_query(const HttpRequest& request) {
  const auto target = wire::parse_target(request.target);
  if (!target) return std::nullopt;
  const auto query = wire::Form::parse(target->query);
  if (!query || query->get("session_id").empty() || query->repeated("session_id")) return std::nullopt;
  return sse_session_key(query->get("session_id"));
}

Outcome answer_to(const Context& context, Ask& ask, const FoundSession& session, const Json& body) {
  if (!body.is_array()) {
    const auto read = read_message(body);
    const auto* message = std::get_if<Message>(&read);
    if (message != nullptr && message->kind == Message::Kind::request && message->method == "initialize") {
      return begin(context, session, *message);
    }
  }
  return serve_legacy(context, ask, &session, body);
}

/// The session has been there since the stream was opened; now its revision is agreed.
Answer begin(const Context& context, const FoundSession& session, const Message& message) {
  auto agreed = agree(context, message);
  if (const auto* error = std::get_if<RpcError>(&agreed)) {
    return Answer{json_reply(200, error_text(message.id, *error)), {}, {}, {}};
  }
  Agreement& agreement = *std::get_if<Agreement>(&agreed);
  agreement.session.subscriptions = session->subscriptions;  // the stream has them
  Answer answer{json_reply(200, result_text(message.id, agreement.members)), {}, {}, {}};
  store::replace(answer.commit, session, agreement.session, context.facts.now() + session_lifetime);
  return answer;
}

/// What the answer says goes to the stream once the commit has held; the POST is told that it was taken. Refusals stay
/// with the POST: that is where clients look for a challenge. Progress and log messages go out together with the result,
/// since a topic is published only with the answer.
Outcome onto_stream(Outcome outcome, std::string_view subject, const std::string& session) {
  std::string frames;
  for (const std::string& event : outcome.events) frames.append(message_type).append(event);
  const bool body_is_frame = !outcome.events.empty();
  outcome.events.clear();
  outcome.event_headers.clear();
  Answer* answer = outcome.answer();
  if (answer == nullptr || (answer->reply.status != 200 && answer->reply.status != 202)) return outcome;
  if (answer->reply.status == 200) {
    frames.append(message_type).append(body_is_frame ? answer->reply.body : frame(answer->reply.body));
    answer->topics.push_back({Topic::Kind::session_message, std::string(subject), session, std::move(frames)});
  }
  answer->reply = {
      202, {{"Content-Type", "text/plain; charset=utf-8"}, {"Cache-Control", "no-store"}}, "Accepted", std::nullopt};
  return outcome;
}

}  // namespace
}  // namespace postern::mcp
