#include "core/mcp/session.hpp"

#include <utility>

#include "core/crypto/hash.hpp"
#include "core/mcp/notifications.hpp"
#include "core/mcp/reply.hpp"
#include "core/wire/base64.hpp"
#include "core/wire/http.hpp"
#include "core/wire/sse.hpp"

namespace postern::mcp {
namespace {

using FoundSession = store::Found<store::Session>;

std::optional<Reply> refuse_version(const HttpRequest& request);

}  // namespace

std::string session_key(std::string_view id) { return store::Session::key(wire::base64url(crypto::sha256(id))); }

std::optional<std::string> session_key_of(const HttpRequest& request) {
  const std::string* id = wire::find_header(request.headers, "Mcp-Session-Id");
  if (id == nullptr || wire::count_header(request.headers, "Mcp-Session-Id") != 1) return std::nullopt;
  return session_key(wire::trim_ows(*id));
}

void SessionVisit::leave(UnixSeconds now, Commit& commit, std::vector<Topic>& topics) {
  if (!changed && now - loaded->renewed < session_renewal_after) return;
  next.renewed = now;
  store::replace(commit, loaded, next, now + session_lifetime);
  if (subscriptions_changed) topics.push_back({Topic::Kind::session_changed, next.subject, loaded.key()});
}

bool is_own_session(const Context& context, const FoundSession& session) {
  Principal owner;
  if (session) {
    owner.subject = session->subject;
    owner.client = session->client;
  }
  return session && owner.same_party(context.principal);
}

std::optional<Reply> refuse_session(const Context& context, const FoundSession* session) {
  if (session == nullptr) {
    return error_reply(400, {},
                       {code::invalid_request, "Expected one Mcp-Session-Id header: begin with initialize", {}});
  }
  if (!is_own_session(context, *session)) {
    return error_reply(404, {}, {code::invalid_request, "There is no such session: begin with initialize", {}});
  }
  return std::nullopt;
}

std::optional<Reply> refuse_without_event_stream(const HttpRequest& request) {
  if (wire::accepts(wire::joined_header(request.headers, "Accept"), "text/event-stream")) return std::nullopt;
  return error_reply(406, {}, {code::invalid_request, "Expected Accept to have text/event-stream", {}});
}

Stream stream_of_session(const Context& context, std::string key, std::vector<std::string> subscriptions) {
  Stream stream;
  stream.era = Stream::Era::legacy;
  stream.subject = context.principal.subject;
  stream.grant = context.principal.grant;
  stream.session = std::move(key);
  stream.tools_changed = !context.catalog.tools().empty();
  stream.prompts_changed = !context.catalog.prompts().empty();
  stream.resources_changed = !context.catalog.resources().empty();
  stream.resources = std::move(subscriptions);
  return stream;
}

Outcome open_session_stream(const Context& context) {
  if (std::optional<Reply> refusal = refuse_without_event_stream(context.request)) return std::move(*refusal);
  if (std::optional<Reply> refusal = refuse_version(context.request)) return std::move(*refusal);
  const std::optional<std::string> key = session_key_of(context.request);
  if (!key) return std::move(*refuse_session(context, nullptr));
  Ask ask(context.facts);
  SessionVisit visit(store::load<store::Session>(ask, *key));
  if (ask.pending()) return ask.needs();
  if (std::optional<Reply> refusal = refuse_session(context, &visit.loaded)) return std::move(*refusal);

  Stream stream = stream_of_session(context, *key, visit.next.subscriptions);
  // The comment makes proxies and clients see at once that the stream is open.
  Answer answer{{200, event_stream_headers(), wire::sse_comment("open"), std::move(stream)}, {}, {}, {}};
  visit.leave(context.facts.now(), answer.commit, answer.topics);
  return answer;
}

Outcome end_session(const Context& context) {
  if (std::optional<Reply> refusal = refuse_version(context.request)) return std::move(*refusal);
  const std::optional<std::string> key = session_key_of(context.request);
  if (!key) return std::move(*refuse_session(context, nullptr));
  Ask ask(context.facts);
  const FoundSession session = store::load<store::Session>(ask, *key);
  if (ask.pending()) return ask.needs();
  if (std::optional<Reply> refusal = refuse_session(context, &session)) return std::move(*refusal);
  Answer answer{{204, {{"Cache-Control", "no-store"}}, "", std::nullopt}, {}, {}, {}};
  store::erase(answer.commit, session);
  answer.topics.push_back({Topic::Kind::session_ended, session->subject, *key});
  return answer;
}

namespace {

std::optional<Reply> refuse_version(const HttpRequest& request) {
  const std::string* field = wire::find_header(request.headers, "MCP-Protocol-Version");
  if (field == nullptr) return std::nullopt;
  const std::optional<Version> version = parse_version(wire::trim_ows(*field));
  if (version && is_legacy(*version)) return std::nullopt;
  if (version) return method_not_allowed("POST");  // 2026-07-28 has POST only
  return error_reply(400, {}, {code::invalid_request, "Unsupported MCP-Protocol-Version", {}});
}

}  // namespace
}  // namespace postern::mcp
