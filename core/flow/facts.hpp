// Everything that a decision may depend on beside the request and the deployment: the time, chance, and the answers to
// needs already asked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/time.hpp"
#include "core/flow/need.hpp"

namespace postern {

/// Names one state of one record. Given by the store, never used again for another state of any record, above zero.
using Version = std::uint64_t;

struct StoredRecord {
  std::string bytes;
  Version version = 0;
  bool operator==(const StoredRecord&) const = default;
};

struct Loaded {
  std::optional<StoredRecord> record;  ///< Empty: there is no such record, or it has expired.
  bool operator==(const Loaded&) const = default;
};

struct ScannedRecord {
  std::string key;
  StoredRecord record;
  bool operator==(const ScannedRecord&) const = default;
};

struct Scanned {
  std::vector<ScannedRecord> records;  ///< In key order.
  bool operator==(const Scanned&) const = default;
};

struct PasswordVerified {
  bool matches = false;
  bool operator==(const PasswordVerified&) const = default;
};

struct PasswordHashed {
  std::string phc;
  bool operator==(const PasswordHashed&) const = default;
};

struct Slept {
  bool operator==(const Slept&) const = default;
};

struct ToolRan {
  std::string result;  ///< A JSON object: a CallToolResult without era-dependent members.
  bool operator==(const ToolRan&) const = default;
};

/// Why nothing came back from another server.
enum class FetchProblem {
  none,
  refused,      ///< By the egress policy: the URL, or every address of its host.
  unreachable,  ///< No such name, no connection, a broken answer.
  untrusted,    ///< Its TLS certificate is not good.
  too_slow,
  too_large
};

struct Fetched {
  int status = 0;  ///< 0: nothing came; `problem` tells why.
  wire::Headers headers = {};
  std::string body = {};
  FetchProblem problem = FetchProblem::none;
  bool operator==(const Fetched&) const = default;
};

struct Claimed {
  bool operator==(const Claimed&) const = default;
};

/// The host could not do it now (storage trouble, no room). The request is then answered 503 and nothing is written.
struct Unavailable {
  bool operator==(const Unavailable&) const = default;
};

using Fact =
    std::variant<Loaded, Scanned, PasswordVerified, PasswordHashed, Slept, ToolRan, Unavailable, Fetched, Claimed>;

class Facts {
 public:
  /// `entropy`: 32 bytes from the host's random device, new for every request.
  Facts(UnixSeconds now, std::string entropy) : now_(now), entropy_(std::move(entropy)) {}

  UnixSeconds now() const { return now_; }

  /// 32 bytes that nobody can foresee, the same ones each time that this label is drawn from these facts. HKDF-Expand
  /// (RFC 5869 s. 2.3) of the entropy, so two labels tell nothing of each other.
  std::string draw(std::string_view label) const;

  /// The host's answer to a need. The order in which facts arrive changes nothing.
  void learn(Need need, Fact fact) { answers_.emplace_back(std::move(need), std::move(fact)); }
  const Fact* find(const Need& need) const;
  const std::vector<std::pair<Need, Fact>>& answers() const { return answers_; }
  const std::string& entropy() const { return entropy_; }

 private:
  UnixSeconds now_;
  std::string entropy_;
  std::vector<std::pair<Need, Fact>> answers_;
};

}  // namespace postern
