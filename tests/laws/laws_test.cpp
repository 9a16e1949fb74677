// The four laws of evaluate (docs/architecture.md), held over random walks through the whole server.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "tests/laws/walk.hpp"

namespace postern::test {
namespace {

/// Evaluates, and checks every law that one evaluation can break.
class Judge {
 public:
  Outcome operator()(const HttpRequest& request, const Facts& facts) {
    ++evaluations;
    const Deployment& deployment = *Walk::deployment();
    Outcome outcome = evaluate(deployment, request, facts);
    RC_ASSERT(evaluate(deployment, request, facts) == outcome);          // determinism
    RC_ASSERT(evaluate(deployment, request, turned(facts)) == outcome);  // order
    if (const Needs* needs = outcome.needs()) check_progress(*needs, facts);
    if (const Answer* answer = outcome.answer()) check_guard(answer->commit, facts);
    return outcome;
  }

  int evaluations = 0;

 private:
  // The same answers, learnt the other way round.
  static Facts turned(const Facts& facts) {
    Facts other(facts.now(), facts.entropy());
    auto answers = facts.answers();
    std::reverse(answers.begin(), answers.end());
    for (auto& [need, fact] : answers) other.learn(std::move(need), std::move(fact));
    return other;
  }

  // A round asks for something, only for what is unknown, and for each thing once.
  static void check_progress(const Needs& needs, const Facts& facts) {
    RC_ASSERT(!needs.list.empty());
    for (std::size_t i = 0; i < needs.list.size(); ++i) {
      RC_ASSERT(facts.find(needs.list[i]) == nullptr);
      RC_ASSERT(std::count(needs.list.begin(), needs.list.end(), needs.list[i]) == 1);
    }
  }

  // Each key that is written or deleted is expected exactly once, at the version that these facts told, or as absent.
  static void check_guard(const Commit& commit, const Facts& facts) {
    std::map<std::string, std::optional<Version>> expected;
    for (const Expect& expect : commit.expects) RC_ASSERT(expected.emplace(expect.key, expect.version).second);
    std::set<std::string> written;
    for (const Put& put : commit.puts) RC_ASSERT(written.insert(put.key).second);
    for (const std::string& key : commit.deletes) RC_ASSERT(written.insert(key).second);
    for (const std::string& key : written) RC_ASSERT(expected.contains(key));
    for (const auto& [key, version] : expected) RC_ASSERT(version == told(key, facts));
  }

  // The version that was read; a key that was never read may only be expected to be absent.
  static std::optional<Version> told(const std::string& key, const Facts& facts) {
    for (const auto& [need, fact] : facts.answers()) {
      if (const auto* load = std::get_if<Load>(&need); load != nullptr && load->key == key) {
        const auto& record = std::get<Loaded>(fact).record;
        return record ? std::optional<Version>(record->version) : std::nullopt;
      }
      if (const auto* scanned = std::get_if<Scanned>(&fact)) {
        for (const ScannedRecord& row : scanned->records) {
          if (row.key == key) return row.record.version;
        }
      }
    }
    return std::nullopt;
  }
};

RC_GTEST_PROP(Laws, HoldOnEveryWalk, (const std::vector<std::uint32_t>& steps)) {
  Judge judge;
  Walk walk([&judge](const HttpRequest& request, const Facts& facts) { return judge(request, facts); });
  for (const std::uint32_t choice : steps) walk.step(choice);
  RC_ASSERT(walk.statuses().count(500) == 0);  // bad input is never our fault
}

// Trouble with the store, at any read: 503 and nothing written, nothing revoked.
RC_GTEST_PROP(Laws, AStoreInTroubleCostsNobodyAnything, (const std::vector<std::uint32_t>& steps)) {
  Walk walk(
      [](const HttpRequest& request, const Facts& facts) { return evaluate(*Walk::deployment(), request, facts); });
  for (std::size_t i = 0; i < steps.size(); ++i) {
    walk.world().store_fails = steps[i] % 3 == 0;
    const std::string before = walk.world().dump();
    const int trouble = walk.statuses().contains(503) ? walk.statuses().at(503) : 0;
    walk.step(steps[i]);
    if (walk.world().store_fails) RC_ASSERT(walk.world().dump() == before);
    if (!walk.world().store_fails) RC_ASSERT((walk.statuses().contains(503) ? walk.statuses().at(503) : 0) == trouble);
  }
}

// The walk is worth its name: it gets in, calls tools, and is refused in many ways.
TEST(Walk, GetsEverywhere) {
  Judge judge;
  Walk walk([&judge](const HttpRequest& request, const Facts& facts) { return judge(request, facts); });
  std::uint32_t state = 2463534242u;  // xorshift: the same walk each time
  for (int i = 0; i < 6000; ++i) {
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    walk.step(state);
  }
  EXPECT_GT(walk.successes(), 100);
  for (const int status : {200, 201, 202, 204, 303, 400, 401, 403, 404, 405}) {
    EXPECT_GT(walk.statuses().contains(status) ? walk.statuses().at(status) : 0, 0) << status;
  }
  EXPECT_FALSE(walk.statuses().contains(500));
  EXPECT_FALSE(walk.world().fetches.empty());
  const auto redeemed_by = [&walk](std::string_view client) {
    return std::any_of(walk.world().audit.begin(), walk.world().audit.end(), [&](const AuditEvent& event) {
      return event.what == "token.redeem" && event.outcome == "ok" && event.client == client;
    });
  };
  EXPECT_TRUE(redeemed_by("https://app.example/open.json"));
  EXPECT_TRUE(redeemed_by("https://app.example/signed.json"));
}

}  // namespace
}  // namespace postern::test
