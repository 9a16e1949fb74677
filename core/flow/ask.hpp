// How an endpoint asks: every question of a round is put, then `pending()` tells whether an answer is still missing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/flow/facts.hpp"
#include "core/flow/outcome.hpp"

namespace postern {

template <class N>
struct AnswerTo;
template <>
struct AnswerTo<Load> {
  using type = Loaded;
};
template <>
struct AnswerTo<Scan> {
  using type = Scanned;
};
template <>
struct AnswerTo<VerifyPassword> {
  using type = PasswordVerified;
};
template <>
struct AnswerTo<HashPassword> {
  using type = PasswordHashed;
};
template <>
struct AnswerTo<Sleep> {
  using type = Slept;
};
template <>
struct AnswerTo<RunTool> {
  using type = ToolRan;
};
template <>
struct AnswerTo<Fetch> {
  using type = Fetched;
};
template <>
struct AnswerTo<Claim> {
  using type = Claimed;
};

class Ask {
 public:
  explicit Ask(const Facts& facts) : facts_(facts) {}

  const Facts& facts() const { return facts_; }

  /// The answer, valid as long as the facts are; or null, and the need is noted for the next round.
  template <class N>
  const typename AnswerTo<N>::type* operator()(N need) {
    Need asked{std::move(need)};
    if (const Fact* fact = facts_.find(asked)) {
      if (const auto* answer = std::get_if<typename AnswerTo<N>::type>(fact)) return answer;
      failed_ = true;  // The host could not, or answered something else.
      return nullptr;
    }
    note(std::move(asked));
    return nullptr;
  }

  /// A record that was read does not make sense: the request must not be decided on it.
  void fail() { failed_ = true; }

  /// What `other` asks for, too: a part of this request that asked by itself.
  void join(const Ask& other);

  /// Something is missing: return `needs()` now, decide nothing.
  bool pending() const { return failed_ || !open_.empty(); }

  /// The questions without an answer; or, where an answer can't be had, 503 (storage trouble is never the client's
  /// fault, and never `invalid_grant`).
  Outcome needs() const;

 private:
  void note(Need need);

  const Facts& facts_;
  std::vector<Need> open_;
  bool failed_ = false;
};

/// 503 with Retry-After, in JSON.
Reply unavailable();

}  // namespace postern
