// The event streams that are open in this process. A request that publishes news never waits for a stream's client: each
// stream has a box of limited size, which the stream's own thread empties; whose box overflows is dropped.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/flow/topic.hpp"
#include "core/server/evaluate.hpp"
#include "host-native/perform.hpp"
#include "host-native/system/wake.hpp"

namespace postern {

/// The pure functions that decide about streams (core/server/evaluate.hpp), bound to the deployment.
struct StreamRules {
  std::function<StreamStep(const Stream&, const Topic&)> tell;
  std::function<StreamCheck(const Stream&, const Facts&)> check;
  std::function<Outcome(const Stream&, const Facts&)> closed = {};  ///< Empty: nothing is to be written at its end.
};

struct StreamLimits {
  std::size_t outbox_bytes = 256 << 10;
  /// The same for a stream that answers come by (HTTP+SSE): one of them may be larger than all news together.
  std::size_t answers_bytes = 4 << 20;
  std::chrono::milliseconds check_every = std::chrono::seconds(stream_check_every);
};

/// One open stream, shared between its own thread and those that publish.
class OpenStream {
 public:
  explicit OpenStream(Stream stream) : stream_(std::move(stream)) {}

  /// Becomes readable when there is something to take or to check. For poll.
  int descriptor() const { return wake_.descriptor(); }

  struct Taken {
    std::string bytes;
    bool check = false;  ///< The stream has to be checked before anything else is said.
    bool end = false;    ///< Send the bytes, then close.
  };
  /// Everything that has come since; the descriptor is quiet then.
  Taken take();

 private:
  friend class Streams;

  const Wake wake_;
  std::mutex mutex_;
  Stream stream_;
  std::string outbox_;
  bool check_ = false;
  bool end_ = false;
};

class Streams {
 public:
  explicit Streams(StreamRules rules, StreamLimits limits = {});

  /// From now on the stream hears all news: register first, then look whether its grant still lives, so that no
  /// revocation falls between.
  std::shared_ptr<OpenStream> open(Stream stream);
  void close(const std::shared_ptr<OpenStream>& open);

  /// Its connection is over: what the rules want written then. What can't be written expires by itself.
  void settle(const Host& host, OpenStream& open) const;

  /// Asks the rules whether the stream goes on. False: close it. Trouble with the store is no reason to.
  bool check(const Host& host, OpenStream& open) const;

  /// News for all streams. Returns without waiting for any client.
  void publish(const std::vector<Topic>& topics);

  /// The server stops: every stream ends.
  void end_all();

  std::size_t size() const;
  const StreamLimits& limits() const { return limits_; }

 private:
  void tell(OpenStream& open, const std::vector<Topic>& topics) const;

  const StreamRules rules_;
  const StreamLimits limits_;
  mutable std::shared_mutex mutex_;
  std::set<std::shared_ptr<OpenStream>> streams_;
  bool ended_ = false;
};

}  // namespace postern
