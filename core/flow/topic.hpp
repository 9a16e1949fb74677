// News that an answer publishes once its commit has held, and the open streams that may care. The host only carries
// topics; core/mcp/streams.hpp decides what a stream says to one.
#pragma once

#include <string>
#include <vector>

#include "core/base/time.hpp"

namespace postern {

struct Topic {
  enum class Kind {
    tools_changed,
    prompts_changed,
    resources_changed,  ///< The list of resources of `subject` changed.
    resource_updated,   ///< The resource `name` of `subject` changed.
    session_changed,    ///< The MCP session `name` has other subscriptions: streams of it read it again.
    session_ended,      ///< The MCP session `name` is gone.
    session_message,    ///< `frames`, for the stream of the MCP session `name` alone (HTTP+SSE of 2024-11-05).
    grant_ended         ///< The grant `name` is revoked.
  };
  Kind kind = Kind::tools_changed;
  std::string subject;      ///< Whose news it is. Empty: everybody's.
  std::string name;         ///< URI, session key or grant id.
  std::string frames = {};  ///< session_message: event-stream frames, as they are sent.
  bool operator==(const Topic&) const = default;
};

/// An open event stream, as a plain value that the host keeps beside its connection.
struct Stream {
  enum class Era { legacy, modern };
  Era era = Era::legacy;
  std::string subject;
  std::string grant;            ///< The stream closes when it ends. Empty: authorization is switched off, or elsewhere.
  std::string session;          ///< legacy: key of the session record.
  std::string subscription_id;  ///< modern: the id of the listen request, as JSON text.
  bool tools_changed = false;
  bool prompts_changed = false;
  bool resources_changed = false;
  std::vector<std::string> resources;  ///< URIs whose updates are wanted.
  UnixSeconds expires{};  ///< Where authorization is elsewhere: the stream closes with its token. Zero: never.
  /// Where that server is asked about tokens: the stream's own, sealed, to be asked about again.
  std::string token = {};
  bool owns_session = false;  ///< HTTP+SSE: the session ends with its stream, since nobody could hear its answers.
  bool operator==(const Stream&) const = default;
};

}  // namespace postern
