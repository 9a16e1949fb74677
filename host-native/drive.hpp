// The loop: evaluate, perform what is needed, evaluate again; commit; if a guard fails, forget what was read and start
// over; reply only after the commit has held.
#pragma once

#include <functional>
#include <string_view>

#include "core/flow/outcome.hpp"
#include "core/wire/http.hpp"
#include "host-native/perform.hpp"

namespace postern {

/// A pure decision: the server's `evaluate` bound to its deployment, or one of the command line.
using Evaluate = std::function<Outcome(const HttpRequest&, const Facts&)>;

/// Where events go while a request is still being worked on. A client that is gone is no reason to stop: what it asked
/// for may have effects, so sending to it does nothing and never fails.
class EventSink {
 public:
  virtual ~EventSink() = default;
  /// Once, before the first frames: the reply is now 200 with these headers.
  virtual void begin(const wire::Headers& headers) = 0;
  virtual void send(std::string_view frames) = 0;
};

struct Driven {
  Reply reply;
  bool began = false;  ///< `begin` was called: of the reply only the body is still to be sent, as the last frames.
};

constexpr int most_attempts = 5;
constexpr int most_rounds = 8;  ///< Rounds that wait for time, for a tool or for a tool's request do not count.

/// Decides the request, which the audit calls `request_id`. 503 when the store can't, and when five attempts were lost.
/// Never throws.
Driven drive(const Host& host, const Evaluate& evaluate, const HttpRequest& request, EventSink& events,
             std::string_view request_id = {});

/// The same for decisions without events.
Reply drive(const Host& host, const Evaluate& evaluate, const HttpRequest& request, std::string_view request_id = {});

}  // namespace postern
