// The one write of an evaluation: all or nothing, and each part of it stands on the version that was read.
//
// Commit has no way to put or delete a key without saying what must be there: use `create`, `replace` and `erase` of
// core/store/record.hpp, which take the record as it was loaded.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/flow/facts.hpp"

namespace postern {

/// The commit holds only if the record at `key` still has this version, or is still absent.
struct Expect {
  std::string key;
  std::optional<Version> version;
  bool operator==(const Expect&) const = default;
};

struct Put {
  std::string key;
  std::string bytes;
  std::optional<UnixSeconds> expires_at;  ///< From then on the record is absent. Never, when empty.
  bool operator==(const Put&) const = default;
};

/// How much a power failure may take with it.
enum class Durability {
  relaxed,    ///< The last moments may be lost: a note, a session.
  credential  ///< On the disk before anybody is told: whatever issues or consumes a credential.
};

struct Commit {
  std::vector<Expect> expects;
  std::vector<Put> puts;
  std::vector<std::string> deletes;
  Durability durability = Durability::relaxed;
  bool operator==(const Commit&) const = default;

  bool empty() const { return expects.empty() && puts.empty() && deletes.empty(); }
  Commit& durable() {
    durability = Durability::credential;
    return *this;
  }
  /// Everything that `other` demands and does, too.
  Commit& join(Commit other);
};

}  // namespace postern
