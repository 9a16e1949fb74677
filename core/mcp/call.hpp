// One call on its way: what an era has read out of a request, and what came of it. The methods behind the dispatcher see
// these and know of no transport.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/flow/ask.hpp"
#include "core/mcp/catalog.hpp"
#include "core/mcp/endpoint.hpp"
#include "core/mcp/json_rpc.hpp"
#include "core/mcp/version.hpp"

namespace postern::mcp {

/// What all calls of a request share.
struct Context {
  const Catalog& catalog;
  const ScopePolicy& policy;
  const Principal& principal;
  const ScopeChallenge& challenge;
  const HttpRequest& request;
  const Facts& facts;
  const FetchAsUser* upstream = nullptr;  ///< Null: nobody can be asked.
  bool takes_stream = true;  ///< The answer may be an event stream. False: what a tool says meanwhile is lost.

  /// The caller may do what needs these scopes. Everybody may where authorization is off.
  bool allows(const ScopeSet& needed) const {
    return principal.subject.empty() || needed.empty() || policy.allows(principal.scopes, needed);
  }
};

struct Call {
  std::string_view method;
  const Json& params;
  Version version = newest_legacy;
  const Json* client_capabilities = nullptr;       ///< An object. Null: see the text.
  std::string_view client_capabilities_text = {};  ///< As the session remembers it, read only when a tool asks for one.
  std::optional<LogLevel> log_level = {};          ///< The least that the client wants to hear of; empty: nothing.
  std::string progress_token = {};                 ///< JSON text; empty: none.
  std::uint32_t place = 0;                         ///< In its batch.
};

/// The members of a result, and the write that made it true.
struct Success {
  std::string members;                                               ///< JSON text without braces: `"tools":[]`
  enum class Cache { none, everybody, caller } cache = Cache::none;  ///< 2026-07-28: who may keep it for how long.
  Commit commit;
  std::vector<Topic> topics;
  bool tool_failed = false;  ///< tools/call: the result says that the tool did.
};

/// What came of a call: not known yet (the Ask has the needs), a result, an error, or an answer of its own (403).
struct Done {
  std::variant<std::monostate, Success, RpcError, Answer> what;
  std::vector<std::string> events;  ///< Notifications for the client, as JSON texts.
  std::vector<AuditEvent> audit;    ///< What the operator is told with the answer.
  std::string fault;                ///< tools/call: what the tool's author has to mend.

  Done() = default;
  Done(Success success) : what(std::move(success)) {}  // NOLINT(google-explicit-constructor)
  Done(RpcError error) : what(std::move(error)) {}     // NOLINT(google-explicit-constructor)
  Done(Answer refusal) : what(std::move(refusal)) {}   // NOLINT(google-explicit-constructor)
};

}  // namespace postern::mcp
