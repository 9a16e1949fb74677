// Server-sent events, WHATWG HTML s. 9.2: a printer for the server and an incremental parser for the client.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::wire {

struct SseEvent {
  std::optional<std::string> id;  ///< when parsed: the id field of this very event; "" resets the last event id
  std::string event;              ///< "" and "message" mean the same to a browser
  std::string data;               ///< may have line feeds
  std::optional<int> retry_ms;    ///< milliseconds, not negative
  bool operator==(const SseEvent&) const = default;
};

/// The event with its empty line. Each line of the data (ended by LF, CRLF or CR) gets its own field, so data can never
/// start a new field or event. Line ends in the name, and line ends or NUL in the id, are left out for the same reason.
/// A data field is printed also when it is empty, as MCP 2025-11-25 primes a stream with an id and an empty data field;
/// only an event of nothing but a retry time goes without, and clients dispatch nothing for it.
std::string print(const SseEvent& event);

/// ": text" with an empty line: keeps a connection alive, and clients ignore it.
std::string sse_comment(std::string_view text);

/// Takes the bytes of a stream as they come, cut anywhere. An event comes out when its empty line has come in. Unlike a
/// browser it also hands out events without data when they carry an id or a retry time, for the reader's bookkeeping.
class SseParser {
 public:
  /// `max_event_bytes` bounds what one event (its lines, together) may hold in memory.
  explicit SseParser(std::size_t max_event_bytes = 4 << 20) : max_event_bytes_(max_event_bytes) {}

  /// The events that this chunk completes. Nothing more once the stream is overflown.
  std::vector<SseEvent> feed(std::string_view chunk);

  /// An event was larger than allowed: the stream is not to be read on.
  bool overflown() const { return overflown_; }

 private:
  void take_line(std::vector<SseEvent>& out);
  void take_field(std::string_view name, std::string_view value);
  void dispatch(std::vector<SseEvent>& out);

  std::size_t max_event_bytes_;
  std::string line_;       // the unfinished line
  SseEvent event_;         // the unfinished event
  bool has_data_ = false;  // "data:" came, even if empty
  bool after_cr_ = false;  // a LF that follows belongs to the CR
  bool at_start_ = true;   // a byte order mark may follow
  bool overflown_ = false;
};

}  // namespace postern::wire
