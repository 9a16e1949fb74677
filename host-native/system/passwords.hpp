// Password hashing: Argon2id, RFC 9106, as PHC strings. Dear by design, so only so many run at once, and only so many
// wait: a flood of logins must not take the memory and the processors that everybody else needs.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>

#include "core/base/secret.hpp"

namespace postern {

class Passwords {
 public:
  /// `at_once`: how many are computed at a time. `waiting`: how many more may wait for their turn.
  explicit Passwords(std::size_t at_once = 0, std::size_t waiting = 64);

  /// Nothing: too many are waiting, or there is no memory; try later.
  std::optional<bool> verify(const std::string& phc, const Secret& password);
  std::optional<std::string> hash(const Secret& password);

  /// A hash that no password is known for, at the cost of the real ones. Errors: std::bad_alloc.
  static std::string decoy();

 private:
  class Turn;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t free_;
  std::size_t waiting_ = 0;
  const std::size_t most_waiting_;
};

}  // namespace postern
