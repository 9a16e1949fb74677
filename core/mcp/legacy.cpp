#include "core/mcp/legacy.hpp"

#include <algorithm>
#include <utility>

#include "core/mcp/dispatch.hpp"
#include "core/mcp/initialize.hpp"
#include "core/mcp/legacy_batch.hpp"
#include "core/mcp/notifications.hpp"
#include "core/mcp/reply.hpp"
#include "core/mcp/resources.hpp"
#include "core/wire/json.hpp"

namespace postern::mcp {
namespace {

Done set_level(const Call& call, SessionVisit& visit);
Done subscribe(const Context& context, const Call& call, SessionVisit& visit);
Done unsubscribe(const Context& context, const Call& call, SessionVisit& visit);

}  // namespace

Outcome serve_legacy(const Context& context, Ask& ask, const store::Found<store::Session>* session, const Json& body) {
  if (body.is_array()) return serve_batch(context, ask, session, body);
  const auto read = read_message(body);
  if (const auto* bad = std::get_if<BadMessage>(&read)) return error_reply(400, bad->id, bad->error);
  const Message& message = *std::get_if<Message>(&read);
  const bool is_request = message.kind == Message::Kind::request;
  if (is_request && message.method == "initialize") return initialize(context, message);
  if (std::optional<Reply> refusal = refuse_session(context, session)) return std::move(*refusal);

  SessionVisit visit(*session);
  Commit commit;
  std::vector<Topic> topics;
  if (!is_request) {
    visit.leave(context.facts.now(), commit, topics);
    return Answer{accepted(), std::move(commit), std::move(topics), {}};
  }
  Done done = run_in_session(context, message, 0, visit, ask);
  if (auto* refusal = std::get_if<Answer>(&done.what)) return audited(std::move(*refusal), std::move(done.audit));
  if (std::holds_alternative<std::monostate>(done.what)) {
    return waiting(ask, done.events, error_text(message.id, unavailable_error()));
  }
  std::string text;
  if (const auto* error = std::get_if<RpcError>(&done.what)) {
    text = error_text(message.id, *error);
  } else if (auto* success = std::get_if<Success>(&done.what)) {
    text = result_text(message.id, success->members);
    commit = std::move(success->commit);
    topics = std::move(success->topics);
  }
  visit.leave(context.facts.now(), commit, topics);
  return audited(answered(200, std::move(text), done.events, std::move(commit), std::move(topics)),
                 std::move(done.audit));
}

Done run_in_session(const Context& context, const Message& message, std::uint32_t place, SessionVisit& visit,
                    Ask& ask) {
  Call call{message.method, *message.params};
  call.version = visit.version();
  call.place = place;
  std::optional<std::string> token = progress_token(call.params);
  if (!token) return invalid_params("Expected _meta.progressToken to be a string or an integer");
  call.progress_token = std::move(*token);
  call.client_capabilities_text = visit.next.client_capabilities;
  // Until a client sets a level the server decides (server/utilities/logging).
  call.log_level = parse_log_level(visit.next.log_level).value_or(LogLevel::info);

  if (call.method == "ping") return Success{};
  if (call.method == "logging/setLevel") return set_level(call, visit);
  if (call.method == "resources/subscribe") return subscribe(context, call, visit);
  if (call.method == "resources/unsubscribe") return unsubscribe(context, call, visit);
  return dispatch(context, call, ask);
}

namespace {

Done set_level(const Call& call, SessionVisit& visit) {
  const std::string* level = wire::string_member(call.params, "level");
  if (level == nullptr || !parse_log_level(*level)) {
    return invalid_params(
        "logging/setLevel: expected level to be debug, info, notice, warning, error, critical, alert or emergency");
  }
  visit.changed = visit.changed || visit.next.log_level != *level;
  visit.next.log_level = *level;
  return Success{};
}

Done subscribe(const Context& context, const Call& call, SessionVisit& visit) {
  if (context.catalog.resources().empty()) return method_not_found(call.method);
  const std::string* uri = wire::string_member(call.params, "uri");
  if (uri == nullptr) return invalid_params("resources/subscribe: expected uri, a string");
  const Providers providers = providers_of(context, *uri);
  if (providers.allowed.empty()) {
    if (providers.refused != nullptr) return context.challenge(providers.refused->scopes);
    return resource_not_found(call.version, *uri);
  }
  std::vector<std::string>& list = visit.next.subscriptions;
  if (std::find(list.begin(), list.end(), *uri) != list.end()) return Success{};
  if (list.size() >= most_subscriptions) {
    return invalid_params("resources/subscribe: expected at most " + std::to_string(most_subscriptions) +
                          " subscriptions in a session");
  }
  list.push_back(*uri);
  visit.changed = visit.subscriptions_changed = true;
  return Success{};
}

Done unsubscribe(const Context& context, const Call& call, SessionVisit& visit) {
  if (context.catalog.resources().empty()) return method_not_found(call.method);
  const std::string* uri = wire::string_member(call.params, "uri");
  if (uri == nullptr) return invalid_params("resources/unsubscribe: expected uri, a string");
  std::vector<std::string>& list = visit.next.subscriptions;
  const auto at = std::find(list.begin(), list.end(), *uri);
  if (at == list.end()) return Success{};
  list.erase(at);
  visit.changed = visit.subscriptions_changed = true;
  return Success{};
}

}  // namespace
}  // namespace postern::mcp
