// Open event streams, after their answer: what news they get, and whether they go on. A stream is a plain value
// (core/flow/topic.hpp) that the host keeps beside its connection.
#pragma once

#include <optional>
#include <string>

#include "core/flow/topic.hpp"
#include "core/store/records.hpp"

namespace postern {

/// What an open stream says to a topic. Nothing to say: empty bytes, unchanged.
struct StreamStep {
  std::string bytes;   ///< Event-stream frames to send.
  bool close = false;  ///< End the stream after them.
  bool operator==(const StreamStep&) const = default;
};
StreamStep tell(const Stream& stream, const Topic& topic);

namespace mcp {

/// The stream to go on with, now that its session was read again; nothing: close it. `session`: null when there is no
/// such record any more. A stream of 2026-07-28 has no session and stays as it is.
std::optional<Stream> refreshed(const Stream& stream, const store::Session* session);

}  // namespace mcp
}  // namespace postern
