#include "host-native/http/connections.hpp"

#include <sys/socket.h>

namespace postern::http {
namespace {

constexpr Milliseconds watch_every{200};

std::int64_t now_in_milliseconds() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<Milliseconds>(now).count() + 1;
}

}  // namespace

void ConnectionState::must_finish_in(Milliseconds time) {
  const std::int64_t now = now_in_milliseconds();
  since_.store(now);
  deadline_.store(now + time.count());
}

Connections::~Connections() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_all();
  if (watcher_.joinable()) watcher_.join();
}

bool Connections::add(ConnectionState& connection) {
  const std::lock_guard lock(mutex_);
  if (connections_.size() >= most_) {
    ConnectionState* oldest = nullptr;
    for (ConnectionState* other : connections_) {
      if (other->idle_.load() && (oldest == nullptr || other->since_ < oldest->since_)) oldest = other;
    }
    if (oldest == nullptr) return false;
    oldest->idle_.store(false);  // it is leaving: the next one has to find another
    ::shutdown(oldest->descriptor_, SHUT_RDWR);
  }
  connections_.insert(&connection);
  if (!watcher_.joinable()) watcher_ = std::thread([this] { watch(); });
  if (connections_.size() == 1) changed_.notify_all();
  return true;
}

void Connections::remove(ConnectionState& connection) {
  const std::lock_guard lock(mutex_);
  connections_.erase(&connection);
  if (connections_.empty()) changed_.notify_all();
}

void Connections::drain() {
  // A connection says that it is idle and then looks whether we drain; we say that we drain and then look who is idle.
  // One of the two sees the other.
  draining_.store(true);
  const std::lock_guard lock(mutex_);
  for (ConnectionState* connection : connections_) {
    if (connection->idle_.load()) ::shutdown(connection->descriptor_, SHUT_RD);
  }
}

bool Connections::wait_until_empty(Milliseconds time) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, time, [this] { return connections_.empty(); });
}

void Connections::end_all() {
  const std::lock_guard lock(mutex_);
  for (ConnectionState* connection : connections_) ::shutdown(connection->descriptor_, SHUT_RDWR);
}

void Connections::watch() {
  std::unique_lock lock(mutex_);
  while (!stopped_) {
    if (connections_.empty()) {
      changed_.wait(lock, [this] { return stopped_ || !connections_.empty(); });
      continue;
    }
    changed_.wait_for(lock, watch_every, [this] { return stopped_; });
    const std::int64_t now = now_in_milliseconds();
    for (ConnectionState* connection : connections_) {
      const std::int64_t deadline = connection->deadline_.load();
      if (deadline != 0 && deadline < now) ::shutdown(connection->descriptor_, SHUT_RDWR);
    }
  }
}

}  // namespace postern::http
