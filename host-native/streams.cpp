#include "host-native/streams.hpp"

#include <utility>

#include "host-native/drive.hpp"

namespace postern {

OpenStream::Taken OpenStream::take() {
  wake_.lower();  // before looking, so that what comes after is heard again
  const std::lock_guard lock(mutex_);
  Taken taken{std::move(outbox_), check_, end_};
  outbox_.clear();
  check_ = false;
  return taken;
}

Streams::Streams(StreamRules rules, StreamLimits limits) : rules_(std::move(rules)), limits_(limits) {}

std::shared_ptr<OpenStream> Streams::open(Stream stream) {
  auto open = std::make_shared<OpenStream>(std::move(stream));
  const std::unique_lock lock(mutex_);
  if (ended_) {
    open->end_ = true;
    open->wake_.raise();
  }
  streams_.insert(open);
  return open;
}

void Streams::close(const std::shared_ptr<OpenStream>& open) {
  const std::unique_lock lock(mutex_);
  streams_.erase(open);
}

void Streams::settle(const Host& host, OpenStream& open) const {
  Stream stream;
  {
    const std::lock_guard lock(open.mutex_);
    stream = open.stream_;
  }
  if (!rules_.closed || !stream.owns_session) return;
  const Evaluate closed = [&](const HttpRequest&, const Facts& facts) { return rules_.closed(stream, facts); };
  drive(host, closed, HttpRequest{});
}

bool Streams::check(const Host& host, OpenStream& open) const {
  Facts facts(host.now(), host.entropy());
  Done done;
  Stream stream;
  {
    const std::lock_guard lock(open.mutex_);
    stream = open.stream_;
  }
  for (int round = 0; round < most_rounds; ++round) {
    StreamCheck checked = rules_.check(stream, facts);
    if (const auto* needs = std::get_if<Needs>(&checked.step)) {
      perform(host, *needs, facts, done);
      continue;
    }
    if (auto* next = std::get_if<Stream>(&checked.step)) {
      const std::lock_guard lock(open.mutex_);
      open.stream_ = std::move(*next);
      return true;
    }
    return false;
  }
  return true;
}

void Streams::publish(const std::vector<Topic>& topics) {
  if (topics.empty()) return;
  const std::shared_lock lock(mutex_);
  for (const auto& open : streams_) tell(*open, topics);
}

void Streams::tell(OpenStream& open, const std::vector<Topic>& topics) const {
  bool changed = false;
  {
    const std::lock_guard lock(open.mutex_);
    for (const Topic& topic : topics) {
      if (open.end_) break;  // by the topic before: it is to be told
      if (topic.kind == Topic::Kind::session_changed && topic.name == open.stream_.session) {
        open.check_ = changed = true;
      }
      const StreamStep step = rules_.tell(open.stream_, topic);
      open.outbox_ += step.bytes;
      changed = changed || step.close || !step.bytes.empty();
      open.end_ = step.close;
      if (open.outbox_.size() > (open.stream_.owns_session ? limits_.answers_bytes : limits_.outbox_bytes)) {
        open.outbox_.clear();
        open.end_ = changed = true;
      }
    }
  }
  if (changed) open.wake_.raise();
}

void Streams::end_all() {
  const std::unique_lock lock(mutex_);
  ended_ = true;
  for (const auto& open : streams_) {
    {
      const std::lock_guard inner(open->mutex_);
      open->end_ = true;
    }
    open->wake_.raise();
  }
}

std::size_t Streams::size() const {
  const std::shared_lock lock(mutex_);
  return streams_.size();
}

}  // namespace postern
