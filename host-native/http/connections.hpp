// The connections that are open, and the two powers that the rest of the server has over them: a deadline for whatever
// their thread is waiting for, and an end. Threads may therefore simply block on their sockets: who is too slow is cut off
// from outside, however it spreads its bytes over time.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <unordered_set>

namespace postern::http {

using Milliseconds = std::chrono::milliseconds;

/// What the table knows of one connection. Lives on the stack of its thread.
class ConnectionState {
 public:
  explicit ConnectionState(int descriptor) : descriptor_(descriptor) {}

  /// From now on, what the thread does has to be done in time, or the socket is shut down.
  void must_finish_in(Milliseconds time);
  void may_take_any_time() { deadline_.store(0); }
  /// Waiting for a request, of which nothing has come yet: may be ended at any time without loss.
  void set_idle(bool idle) { idle_.store(idle); }

 private:
  friend class Connections;
  const int descriptor_;
  std::atomic<std::int64_t> deadline_{0};  // milliseconds of the steady clock; 0: none
  std::atomic<std::int64_t> since_{0};
  std::atomic<bool> idle_{false};
};

class Connections {
 public:
  explicit Connections(std::size_t most) : most_(most) {}
  ~Connections();

  /// False: there are too many, and none of them is idle; the new one is to be refused. Otherwise the connection that
  /// has been idle longest makes room.
  bool add(ConnectionState& connection);
  void remove(ConnectionState& connection);

  /// No request is to be waited for any more. Idle connections end at once.
  void drain();
  bool draining() const { return draining_.load(); }
  /// Waits until no connection is left. False: time is over.
  bool wait_until_empty(Milliseconds time);
  /// Ends all of them, whatever they are doing.
  void end_all();

 private:
  void watch();

  const std::size_t most_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::unordered_set<ConnectionState*> connections_;
  std::atomic<bool> draining_{false};
  bool stopped_ = false;
  std::thread watcher_;  // started with the first connection
};

}  // namespace postern::http
