// A host without sockets: a store in memory, a clock that stands still, a log that can be read.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>

#include "host-native/drive.hpp"

namespace postern {

// A folder of its own, gone at the end.
class TestFolder {
 public:
  TestFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "postern-host-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~TestFolder() { std::filesystem::remove_all(path_); }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// A store whose failures are made to order.
class TestStore final : public Store {
 public:
  std::vector<Loaded> load(const std::vector<std::string>& keys, UnixSeconds now) override {
    ++loads;
    if (fails) throw StoreFailure("made to fail");
    return inner->load(keys, now);
  }
  Scanned scan(std::string_view prefix, std::uint32_t limit, UnixSeconds now) override {
    if (fails) throw StoreFailure("made to fail");
    return inner->scan(prefix, limit, now);
  }
  Result commit(const Commit& commit, UnixSeconds now) override {
    ++commits;
    if (commit_fails) throw StoreFailure("made to fail");
    if (losses > 0) {
      --losses;
      return Result::lost;
    }
    return inner->commit(commit, now);
  }
  std::size_t sweep(UnixSeconds now, std::size_t limit) override { return inner->sweep(now, limit); }

  std::unique_ptr<Store> inner = make_memory_store();
  bool fails = false;
  bool commit_fails = false;
  std::atomic<int> losses = 0;
  std::atomic<int> loads = 0;
  std::atomic<int> commits = 0;
};

struct TestHost {
  TestStore store;
  Passwords passwords{2, 4};
  Pause pause;
  std::ostringstream lines;
  std::shared_ptr<Log> log = Log::to_stream(lines, Log::Level::debug, Log::Format::text);
  HostTools tools;
  std::vector<Topic> published;
  UnixSeconds time{1'700'000'000};
  std::atomic<int> draws{0};
  Host host{
      store,
      passwords,
      pause,
      *log,
      tools,
      [this](const std::vector<Topic>& topics) { published.insert(published.end(), topics.begin(), topics.end()); },
      [this] { return time; },
      [this] { return std::string(32, static_cast<char>(++draws)); }};
};

class RecordedEvents final : public EventSink {
 public:
  void begin(const wire::Headers& headers) override {
    ++begins;
    head = headers;
  }
  void send(std::string_view frames) override { sent.emplace_back(frames); }
  int begins = 0;
  wire::Headers head;
  std::vector<std::string> sent;
};

}  // namespace postern
