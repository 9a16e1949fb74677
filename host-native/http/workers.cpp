#include "host-native/http/workers.hpp"

#include <chrono>
#include <system_error>
#include <thread>
#include <utility>

namespace postern::http {
namespace {

constexpr std::chrono::seconds longest_idle{10};

}  // namespace

bool Workers::run(std::function<void()> job) {
  const std::lock_guard lock(mutex_);
  if (finished_) return false;
  jobs_.push_back(std::move(job));
  if (jobs_.size() <= idle_) {
    wanted_.notify_one();
    return true;
  }
  if (threads_ < most_) {
    try {
      std::thread([this] { work(); }).detach();
      ++threads_;
      return true;
    } catch (const std::system_error&) {  // The machine has no more threads: the job is refused.
    }
  }
  jobs_.pop_back();
  return false;
}

void Workers::finish() {
  std::unique_lock lock(mutex_);
  finished_ = true;
  wanted_.notify_all();
  ended_.wait(lock, [this] { return threads_ == 0; });
}

void Workers::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    ++idle_;
    const bool found = wanted_.wait_for(lock, longest_idle, [this] { return finished_ || !jobs_.empty(); });
    --idle_;
    if (!jobs_.empty()) {
      std::function<void()> job = std::move(jobs_.front());
      jobs_.pop_front();
      lock.unlock();
      job();
      job = nullptr;
      lock.lock();
      continue;
    }
    if (finished_ || (!found && threads_ > kept_)) break;
  }
  --threads_;
  ended_.notify_all();
}

}  // namespace postern::http
