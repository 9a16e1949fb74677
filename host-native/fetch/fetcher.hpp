// The host's side of `Fetch`: every request that this server makes goes out here, under one policy.
//
// The URL is judged, the name is resolved once, every address is judged, and the connection goes to an address that was
// judged: no second resolution, no redirect, no proxy, no cookie, no compression. Certificates are always checked. Body,
// head and time are bounded, name resolution included.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/flow/egress.hpp"
#include "core/flow/facts.hpp"
#include "core/flow/need.hpp"
#include "host-native/log/log.hpp"

namespace postern {

class Fetcher {
 public:
  virtual ~Fetcher() = default;
  /// Comes back within `fetch.milliseconds` and a little. Used by many threads at once. Never throws.
  virtual Fetched fetch(const Fetch& fetch) = 0;
};

/// The addresses of a name as text, without brackets and zones; none: there is no such name. May block, and throw.
using Resolve = std::function<std::vector<std::string>(const std::string& host)>;

struct FetchSettings {
  EgressPolicy policy;
  std::filesystem::path extra_ca;  ///< PEM, trusted beside the system's. Empty: none.
  Resolve resolve;                 ///< Empty: the system's.
};

/// Errors: Refused, where the file of certificates can't be read or has none.
std::unique_ptr<Fetcher> make_fetcher(FetchSettings settings, Log& log);

}  // namespace postern
