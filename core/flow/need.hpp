// What an evaluation may ask of its host. Each need is a plain value: the comment says who does it and what answers it.
// The host performs all needs of a round in parallel, in any order, and evaluates again with the answers added.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "core/base/secret.hpp"
#include "core/flow/principal.hpp"
#include "core/wire/http.hpp"

namespace postern {

/// Read one record. The store does it. Answered by `Loaded`: its bytes and version, or absent.
struct Load {
  std::string key;
  bool operator==(const Load&) const = default;
};

/// Read the records whose keys begin with `prefix`, in key order, at most `limit`. The store does it.
/// Answered by `Scanned`.
struct Scan {
  std::string prefix;
  std::uint32_t limit = 0;
  bool operator==(const Scan&) const = default;
};

/// Compare a password with a PHC string, in constant time and at the cost that the string names. A worker thread does
/// it, since it takes tens of milliseconds. Answered by `PasswordVerified`.
struct VerifyPassword {
  std::string phc;
  Secret password;
  bool operator==(const VerifyPassword&) const = default;
};

/// Hash a new password with a fresh salt. A worker thread does it. Answered by `PasswordHashed`.
struct HashPassword {
  Secret password;
  bool operator==(const HashPassword&) const = default;
};

/// Let time pass. `step` tells apart two equal waits of one tool. A timer does it. Answered by `Slept`.
struct Sleep {
  std::uint32_t milliseconds = 0;
  std::uint32_t step = 0;
  bool operator==(const Sleep&) const = default;
};

/// Run a tool whose handler lives in the host, once: it may have effects of its own. Answered by `ToolRan`.
struct RunTool {
  std::string name;
  std::string arguments;  ///< A JSON object, already valid against the tool's schema.
  Principal principal;
  bool operator==(const RunTool&) const = default;
};

/// Who chose the URL of a Fetch, and so how far it may reach (core/flow/egress.hpp).
enum class Reach {
  configured,  ///< The operator wrote it down.
  stranger     ///< A client did, or a document of somebody else: public addresses only.
};

/// Ask another server, once. The host does it under its one egress policy: it judges URL and addresses, connects to the
/// address that was judged, follows no redirect, sends no cookie, and stops at either limit. Answered by `Fetched`. It is
/// not done again when the request starts over, so nothing in it may be drawn from the facts.
///
/// `step` above 0: what a tool asks in its user's name, the first, the second... of the request. One that may change
/// something there is sent once for each step, whatever the request has become when it starts over: with another token
/// (Authorization) it is the same one, and answered so; with another content it is answered by `FetchProblem::refused`.
struct Fetch {
  std::string method;  ///< A token of capital letters.
  std::string url;     ///< https; http to loopback where the operator wrote it.
  wire::Headers headers = {};
  std::string body = {};
  Reach reach = Reach::stranger;
  std::uint32_t most_bytes = 64 << 10;  ///< Of the body that comes back.
  std::uint32_t milliseconds = 5000;    ///< For all of it, name resolution included.
  std::uint32_t step = 0;
  bool operator==(const Fetch&) const = default;
};

/// From here to the end of the request nobody else works on `key`: asked for before an effect on another server that has
/// to happen once. The store gives it to one request at a time, for 30 s at most. The host then forgets what was read
/// and starts over, so that what is read under the claim stays true; where another request has it, the host waits, and
/// starts over then. Answered by `Claimed`.
struct Claim {
  std::string key;
  bool operator==(const Claim&) const = default;
};

using Need = std::variant<Load, Scan, VerifyPassword, HashPassword, Sleep, RunTool, Fetch, Claim>;

}  // namespace postern
