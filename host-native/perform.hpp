// The host's side of a round: it does what an evaluation needs, and tells the facts.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "core/flow/facts.hpp"
#include "core/flow/outcome.hpp"
#include "core/flow/upstream.hpp"
#include "host-native/fetch/fetcher.hpp"
#include "host-native/log/audit.hpp"
#include "host-native/log/log.hpp"
#include "host-native/store/store.hpp"
#include "host-native/system/passwords.hpp"
#include "postern.hpp"

namespace postern {

using HostTools = std::map<std::string, HostTool, std::less<>>;

/// Lets requests wait, and wakes all of them when the server stops.
class Pause {
 public:
  /// False: the server stops; the time has not passed.
  bool wait(std::uint32_t milliseconds);
  void stop();

 private:
  std::mutex mutex_;
  std::condition_variable stopped_changed_;
  bool stopped_ = false;
};

/// What a host is made of.
struct Host {
  Store& store;
  Passwords& passwords;
  Pause& pause;
  Log& log;
  const HostTools& tools;
  std::function<void(const std::vector<Topic>&)> publish;
  std::function<UnixSeconds()> now;
  std::function<std::string()> entropy;  ///< 32 bytes.
  Fetcher* fetcher = nullptr;            ///< Null: this host reaches no other server.
  AuditLog* audit = nullptr;             ///< Null: decisions go to the log alone.
  /// `fetch_as_user` of core/server/evaluate.hpp for the deployment. Empty: tools of this host have no user to ask for.
  std::function<Outcome(const Principal&, const UpstreamRequest&, const Facts&)> fetch_as_user = {};
};

/// What was done for one request and is not done again when it starts over after a lost commit: passwords, waits, and
/// above all tools and requests to other servers, which have effects of their own.
struct Done {
  std::vector<std::pair<Need, Fact>> facts;
  std::vector<Topic> topics;  ///< Of tools.
  /// For tools, while they run.
  std::function<UpstreamResponse(const Principal&, const UpstreamRequest&)> fetch_as_user = {};
};

/// Longest single wait that a tool may ask for.
constexpr std::uint32_t longest_sleep_ms = 60'000;

/// Performs every need of the round but claims, which are the driver's: requests to other servers at the same time. What can't be had is told as `Unavailable`. Never throws.
void perform(const Host& host, const Needs& needs, Facts& facts, Done& done);

}  // namespace postern
