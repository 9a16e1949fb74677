// MCP sessions of the legacy revisions. A session belongs to one user through one client; to anybody else it does not
// exist: 404, as for one that never was, so that a guessed or stolen id tells nothing and opens nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/flow/ask.hpp"
#include "core/mcp/call.hpp"
#include "core/store/record.hpp"
#include "core/store/records.hpp"

namespace postern::mcp {

constexpr Seconds session_lifetime{24 * 3600};  ///< After the last renewal.
constexpr Seconds session_renewal_after{3600};  ///< So that not every request writes.

/// The key of the record behind this Mcp-Session-Id: its hash, so that the store holds nothing that opens a session.
std::string session_key(std::string_view id);

/// The key for this request; empty: it has no Mcp-Session-Id, or several.
std::optional<std::string> session_key_of(const HttpRequest& request);

/// What a request does to its session: read once, changed in memory by any number of calls, written once.
struct SessionVisit {
  store::Found<store::Session> loaded;
  store::Session next;
  bool changed = false;
  bool subscriptions_changed = false;

  explicit SessionVisit(store::Found<store::Session> found) : loaded(std::move(found)) {
    if (loaded) next = *loaded;
  }
  Version version() const { return parse_version(next.protocol_version).value_or(Version::v2025_03_26); }

  /// Writes what was changed, and renews what is old.
  void leave(UnixSeconds now, Commit& commit, std::vector<Topic>& topics);
};

/// The session is there, and it is this caller's.
bool is_own_session(const Context& context, const store::Found<store::Session>& session);

/// Why this caller can't use the session: 400 without an id, 404 for an unknown or foreign one.
std::optional<Reply> refuse_session(const Context& context, const store::Found<store::Session>* session);

/// 406 to who does not take an event stream.
std::optional<Reply> refuse_without_event_stream(const HttpRequest& request);

/// The stream of the session behind `key`, for its owner.
Stream stream_of_session(const Context& context, std::string key, std::vector<std::string> subscriptions);

/// GET: the stream of a session, for news that no request asked for.
Outcome open_session_stream(const Context& context);

/// DELETE.
Outcome end_session(const Context& context);

}  // namespace postern::mcp
