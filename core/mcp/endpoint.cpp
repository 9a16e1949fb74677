#include "core/mcp/endpoint.hpp"

#include <utility>

#include "core/mcp/legacy.hpp"
#include "core/mcp/meta.hpp"
#include "core/mcp/modern.hpp"
#include "core/mcp/reply.hpp"
#include "core/mcp/session.hpp"
#include "core/wire/http.hpp"

namespace postern::mcp {
namespace {

enum class Told { nothing, legacy, modern, unknown };

Outcome post(const Context& context, const wire::JsonLimits& limits);
std::optional<Reply> refuse_media_types(const HttpRequest& request);
Told told_by_header(const HttpRequest& request);
bool is_modern(const HttpRequest& request, const Json& body);

}  // namespace

Outcome serve(const Catalog& catalog, const ScopePolicy& policy, const Principal& principal,
              const ScopeChallenge& challenge, const HttpRequest& request, const Facts& facts,
              const wire::JsonLimits& limits, const FetchAsUser* upstream) {
  return serve(Context{catalog, policy, principal, challenge, request, facts, upstream}, limits);
}

Outcome serve(const Context& context, const wire::JsonLimits& limits) {
  const HttpRequest& request = context.request;
  if (request.method == "POST") return post(context, limits);
  if (request.method == "GET") return open_session_stream(context);
  if (request.method == "DELETE") return end_session(context);
  return method_not_allowed("GET, POST, DELETE");
}

std::optional<Load> first_read(const HttpRequest& request) {
  if (request.method != "POST" && request.method != "GET" && request.method != "DELETE") return std::nullopt;
  const Told told = told_by_header(request);
  if (told == Told::modern || told == Told::unknown) return std::nullopt;
  std::optional<std::string> key = session_key_of(request);
  if (!key) return std::nullopt;
  return Load{std::move(*key)};
}

namespace {

Outcome post(const Context& context, const wire::JsonLimits& limits) {
  if (std::optional<Reply> refusal = refuse_media_types(context.request)) return std::move(*refusal);

  // The session is read before the body: the body is parsed in one evaluation only, unless a tool has questions.
  Ask ask(context.facts);
  std::optional<store::Found<store::Session>> session;
  if (std::optional<Load> read = first_read(context.request)) {
    session = store::load<store::Session>(ask, std::move(read->key));
    if (ask.pending()) return ask.needs();
  }
  const auto body = wire::parse_json(context.request.body, limits);
  if (!body) return error_reply(400, {}, {code::parse_error, "Parse error: " + body.error().what, {}});
  Context heard = context;
  heard.takes_stream = wire::accepts(wire::joined_header(context.request.headers, "Accept"), "text/event-stream");
  if (is_modern(context.request, *body)) return serve_modern(heard, *body);
  return serve_legacy(heard, ask, session ? &*session : nullptr, *body);
}

// Clients have to accept either (basic/transports). Some accept JSON alone and are served with it: what a tool says while it
// runs is left out then, and what is a stream is refused (listen, the GET). No Accept at all accepts everything, RFC 9110
// s. 12.5.1.
std::optional<Reply> refuse_media_types(const HttpRequest& request) {
  if (std::optional<Reply> refusal = refuse_content_type(request)) return refusal;
  if (wire::accepts(wire::joined_header(request.headers, "Accept"), "application/json")) return std::nullopt;
  return error_reply(406, {}, {code::invalid_request, "Expected Accept to have application/json", {}});
}

Told told_by_header(const HttpRequest& request) {
  const std::string* field = wire::find_header(request.headers, "MCP-Protocol-Version");
  if (field == nullptr) return Told::nothing;
  const std::optional<Version> version = parse_version(wire::trim_ows(*field));
  if (!version) return Told::unknown;
  return is_legacy(*version) ? Told::legacy : Told::modern;
}

// `initialize` is where a revision is agreed on (basic/lifecycle), so one that we have not heard of in the header is no reason
// to refuse it: a client that is newer than this server learns what there is. Anything else of such a client is refused.
bool is_modern(const HttpRequest& request, const Json& body) {
  const Told told = told_by_header(request);
  if (told == Told::modern) return true;
  const std::string* method = wire::string_member(body, "method");
  if (told == Told::unknown && (method == nullptr || *method != "initialize")) return true;
  const Json* params = wire::object_member(body, "params");
  const Json* meta = params == nullptr ? nullptr : wire::object_member(*params, "_meta");
  return meta != nullptr && wire::member(*meta, meta_key::protocol_version) != nullptr;
}

}  // namespace
}  // namespace postern::mcp
