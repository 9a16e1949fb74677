#include "core/mcp/legacy_batch.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/mcp/dispatch.hpp"
#include "core/mcp/reply.hpp"
#include "core/wire/json.hpp"

namespace postern::mcp {
namespace {

constexpr std::size_t largest_batch = 32;  // messages

/// The calls of one batch: run side by side, answered and written together.
class Batch {
 public:
  Batch(const Context& context, SessionVisit& visit, Ask& ask) : context_(context), visit_(visit), ask_(ask) {}

  /// The 403, when the caller has not the scopes for this message: then nothing of the batch is done.
  std::optional<Answer> take(const Json& value);
  Outcome outcome();

 private:
  std::optional<Answer> take_request(const Message& message);
  bool runs_twice(const Message& message);
  void respond(std::string text);

  const Context& context_;
  SessionVisit& visit_;
  Ask& ask_;
  std::uint32_t place_ = 0;
  bool waits_ = false;
  std::string responses_;
  std::string failures_;
  std::vector<std::string> events_;
  std::vector<const Json*> host_calls_;
  Commit commit_;
  std::vector<Topic> topics_;
  std::vector<AuditEvent> audit_;
};

bool write_the_same(const Commit& left, const Commit& right);
void append(std::string& array, std::string_view element);

}  // namespace

Outcome serve_batch(const Context& context, Ask& ask, const store::Found<store::Session>* session, const Json& body) {
  if (std::optional<Reply> refusal = refuse_session(context, session)) return std::move(*refusal);
  SessionVisit visit(*session);
  if (!has_batches(visit.version())) {
    return error_reply(400, {}, {code::invalid_request, "Invalid request: expected one message, received a batch", {}});
  }
  if (body.empty() || body.size() > largest_batch) {
    return error_reply(
        400, {},
        {code::invalid_request,
         "Invalid request: expected a batch of 1 to 32 messages, received " + std::to_string(body.size()),
         {}});
  }
  Batch batch(context, visit, ask);
  for (const Json& value : body) {
    if (std::optional<Answer> refused = batch.take(value)) return std::move(*refused);
  }
  return batch.outcome();
}

namespace {

std::optional<Answer> Batch::take(const Json& value) {
  const auto read = read_message(value);
  if (const auto* bad = std::get_if<BadMessage>(&read)) {
    respond(error_text(bad->id, bad->error));
    return std::nullopt;
  }
  const Message& message = *std::get_if<Message>(&read);
  if (message.kind != Message::Kind::request) return std::nullopt;
  append(failures_, error_text(message.id, unavailable_error()));
  if (message.method == "initialize") {  // nothing else makes sense before it: basic/lifecycle
    respond(
        error_text(message.id, {code::invalid_request, "Invalid request: initialize must not be part of a batch", {}}));
    return std::nullopt;
  }
  if (runs_twice(message)) {
    respond(
        error_text(message.id, {code::invalid_request, "Invalid request: the same call is in this batch twice", {}}));
    return std::nullopt;
  }
  return take_request(message);
}

std::optional<Answer> Batch::take_request(const Message& message) {
  Done done = run_in_session(context_, message, place_++, visit_, ask_);
  if (auto* refusal = std::get_if<Answer>(&done.what)) {
    std::move(done.audit.begin(), done.audit.end(), std::back_inserter(refusal->audit));
    return std::move(*refusal);
  }
  std::move(done.audit.begin(), done.audit.end(), std::back_inserter(audit_));
  // What a call says while one before it still waits is held back: the next evaluation may have more to put before it,
  // and what was sent has to stay the beginning of what will be sent.
  if (!waits_) std::move(done.events.begin(), done.events.end(), std::back_inserter(events_));
  if (std::holds_alternative<std::monostate>(done.what)) {
    waits_ = true;
  } else if (const auto* error = std::get_if<RpcError>(&done.what)) {
    respond(error_text(message.id, *error));
  } else if (auto* success = std::get_if<Success>(&done.what)) {
    if (write_the_same(commit_, success->commit)) {
      if (!done.audit.empty()) audit_.back().outcome = "rpc_error";  // nothing of it is done
      respond(error_text(message.id,
                         {code::internal_error, "Another call of this batch writes the same; send it alone", {}}));
      return std::nullopt;
    }
    respond(result_text(message.id, success->members));
    commit_.join(std::move(success->commit));
    std::move(success->topics.begin(), success->topics.end(), std::back_inserter(topics_));
  }
  return std::nullopt;
}

Outcome Batch::outcome() {
  if (waits_) return waiting(ask_, events_, "[" + failures_ + "]");
  visit_.leave(context_.facts.now(), commit_, topics_);
  if (responses_.empty()) return Answer{accepted(), std::move(commit_), std::move(topics_), {}};
  return audited(answered(200, "[" + responses_ + "]", events_, std::move(commit_), std::move(topics_)),
                 std::move(audit_));
}

/// A host runs equal calls of one request once (a need is what it says), so two of them can't both be honoured.
bool Batch::runs_twice(const Message& message) {
  if (message.method != "tools/call") return false;
  const std::string* name = wire::string_member(*message.params, "name");
  const Catalog::RegisteredTool* registered = name == nullptr ? nullptr : context_.catalog.find_tool(*name);
  if (registered == nullptr || registered->tool.handler) return false;
  const Json* arguments = wire::member(*message.params, "arguments");
  const auto same = [&](const Json* earlier) {
    const Json* theirs = wire::member(*earlier, "arguments");
    const bool equal = arguments != nullptr && theirs != nullptr ? *arguments == *theirs : arguments == theirs;
    return equal && *wire::string_member(*earlier, "name") == *name;
  };
  if (std::any_of(host_calls_.begin(), host_calls_.end(), same)) return true;
  host_calls_.push_back(message.params);
  return false;
}

void Batch::respond(std::string text) { append(responses_, text); }

bool write_the_same(const Commit& left, const Commit& right) {
  const auto writes = [&left](const std::string& key) {
    return std::any_of(left.puts.begin(), left.puts.end(), [&key](const Put& put) { return put.key == key; }) ||
           std::find(left.deletes.begin(), left.deletes.end(), key) != left.deletes.end();
  };
  return std::any_of(right.puts.begin(), right.puts.end(), [&writes](const Put& put) { return writes(put.key); }) ||
         std::any_of(right.deletes.begin(), right.deletes.end(), writes);
}

void append(std::string& array, std::string_view element) {
  if (!array.empty()) array += ',';
  array += element;
}

}  // namespace
}  // namespace postern::mcp
