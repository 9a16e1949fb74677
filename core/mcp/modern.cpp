#include "core/mcp/modern.hpp"

#include <utility>

#include "core/mcp/dispatch.hpp"
#include "core/mcp/meta.hpp"
#include "core/mcp/notifications.hpp"
#include "core/mcp/reply.hpp"
#include "core/wire/json.hpp"

namespace postern::mcp {
namespace {

constexpr int fresh_for_everybody_ms = 300'000;  // the catalogue changes when the server is replaced

std::optional<RpcError> read_call(const Message& message, Call& call);
Success discover(const Catalog& catalog);
std::string members_of(const Success& success, const Catalog& catalog);
int status_of(int code);

}  // namespace

Outcome serve_modern(const Context& context, const Json& body) {
  const auto read = read_message(body);
  if (const auto* bad = std::get_if<BadMessage>(&read)) return error_reply(400, bad->id, bad->error);
  const Message& message = *std::get_if<Message>(&read);
  if (message.kind == Message::Kind::notification) return accepted();
  if (message.kind == Message::Kind::response) {
    return error_reply(400, {},
                       {code::invalid_request, "Invalid request: expected a request, received a response", {}});
  }
  Call call{message.method, *message.params};
  std::optional<RpcError> refused = refuse_metadata(message, context.request.headers);
  if (!refused) refused = read_call(message, call);
  // A client takes a 400 for a server that does not know this revision, unless the code tells otherwise; what is wrong
  // with `_meta` is 400 by the text (basic, "_meta").
  if (refused) return error_reply(400, message.id, *refused);

  Ask ask(context.facts);
  Done done;
  if (call.method == "server/discover") {
    done = discover(context.catalog);
  } else if (call.method == "subscriptions/listen") {
    auto listening = listen(context, message);
    if (auto* reply = std::get_if<Reply>(&listening)) return std::move(*reply);
    done = std::move(*std::get_if<RpcError>(&listening));
  } else {
    done = dispatch(context, call, ask);
  }
  if (auto* refusal = std::get_if<Answer>(&done.what)) return audited(std::move(*refusal), std::move(done.audit));
  if (const auto* error = std::get_if<RpcError>(&done.what)) {
    return audited(answered(status_of(error->code), error_text(message.id, *error), done.events, {}, {}),
                   std::move(done.audit));
  }
  if (auto* success = std::get_if<Success>(&done.what)) {
    return audited(answered(200, result_text(message.id, members_of(*success, context.catalog)), done.events,
                            std::move(success->commit), std::move(success->topics)),
                   std::move(done.audit));
  }
  return waiting(ask, done.events, error_text(message.id, unavailable_error()));
}

namespace {

std::optional<RpcError> read_call(const Message& message, Call& call) {
  call.version = Version::v2026_07_28;
  const Json* meta = wire::object_member(*message.params, "_meta");
  if (meta == nullptr) return invalid_params("Expected params._meta, an object");
  call.client_capabilities = wire::object_member(*meta, meta_key::client_capabilities);
  std::optional<std::string> token = progress_token(*message.params);
  if (!token) return invalid_params("Expected _meta.progressToken to be a string or an integer");
  call.progress_token = std::move(*token);
  if (const Json* level = wire::member(*meta, meta_key::log_level)) {
    const auto* name = level->get_ptr<const std::string*>();
    call.log_level = name == nullptr ? std::nullopt : parse_log_level(*name);
    if (!call.log_level)
      return invalid_params("Expected _meta[\"io.modelcontextprotocol/logLevel\"] to be a log level");
  }
  return std::nullopt;
}

Success discover(const Catalog& catalog) {
  Success success;
  success.members = R"("supportedVersions":[")" + std::string(to_string(Version::v2026_07_28)) +
                    R"("],"capabilities":)" + capabilities_text(catalog);
  if (!catalog.instructions.empty()) success.members += R"(,"instructions":)" + json_string(catalog.instructions);
  success.cache = Success::Cache::everybody;
  return success;
}

std::string members_of(const Success& success, const Catalog& catalog) {
  std::string text = R"("resultType":"complete")";
  text.reserve(success.members.size() + 256);
  if (!success.members.empty()) text.append(",").append(success.members);
  if (success.cache == Success::Cache::everybody) {
    text.append(R"(,"ttlMs":)").append(std::to_string(fresh_for_everybody_ms)).append(R"(,"cacheScope":"public")");
  } else if (success.cache == Success::Cache::caller) {
    text.append(R"(,"ttlMs":0,"cacheScope":"private")");
  }
  text.append(R"(,"_meta":{")").append(meta_key::server_info).append(R"(":)");
  return text.append(server_info_text(catalog, true)).append("}");
}

// basic/transports/streamable-http: 404 for an unknown method, 400 for what the headers or capabilities lack. Any other
// error is an ordinary answer: a 400 would make some clients fall back to `initialize`.
int status_of(int code) {
  if (code == code::method_not_found) return 404;
  return code <= code::header_mismatch && code >= code::unsupported_version ? 400 : 200;
}

}  // namespace
}  // namespace postern::mcp
