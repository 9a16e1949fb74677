// Threads for connections: as many as there is work for, up to a limit. An open stream keeps its thread, so a job must
// never wait behind a busy one while another thread may be started.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>

namespace postern::http {

class Workers {
 public:
  /// `kept`: how many threads stay when there is nothing to do. `most`: how many there may be.
  Workers(std::size_t kept, std::size_t most) : kept_(kept), most_(most) {}
  ~Workers() { finish(); }

  /// False: no thread can be had for it.
  bool run(std::function<void()> job);
  /// Returns when all jobs are done and all threads have ended. Nothing is taken after that.
  void finish();

 private:
  void work();

  const std::size_t kept_;
  const std::size_t most_;
  std::mutex mutex_;
  std::condition_variable wanted_;
  std::condition_variable ended_;
  std::deque<std::function<void()>> jobs_;
  std::size_t threads_ = 0;
  std::size_t idle_ = 0;
  bool finished_ = false;
};

}  // namespace postern::http
