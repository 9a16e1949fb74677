#include "core/flow/commit.hpp"

#include <gtest/gtest.h>

#include "core/store/record.hpp"
#include "core/store/records.hpp"

namespace postern {
namespace {

const store::Throttle one_failure{1, UnixSeconds{9}};

TEST(Commit, JoinTakesEverythingAndEachGuardOnce) {
  Commit left{{{"a", 1}}, {{"a", "x", {}}}, {"c"}};
  left.join(Commit{{{"a", 1}, {"b", std::nullopt}}, {{"b", "y", UnixSeconds{5}}}, {"d"}});
  EXPECT_EQ(left, (Commit{{{"a", 1}, {"b", std::nullopt}}, {{"a", "x", {}}, {"b", "y", UnixSeconds{5}}}, {"c", "d"}}));
}

TEST(Commit, JoinKeepsGuardsThatContradictEachOther) {
  Commit left{{{"a", 1}}, {}, {}};
  left.join(Commit{{{"a", 2}}, {}, {}});
  EXPECT_EQ(left.expects.size(), 2u) << "it can't hold, and must not seem to";
}

TEST(Commit, JoinIsAsDurableAsTheMoreDurable) {
  Commit durable = Commit{}.durable();
  EXPECT_EQ(Commit{}.join(durable).durability, Durability::credential);
  EXPECT_EQ(durable.join(Commit{}).durability, Durability::credential);
  EXPECT_EQ(Commit{}.join(Commit{}).durability, Durability::relaxed);
}

TEST(Commit, IsEmptyOnlyWithoutGuardsToo) {
  EXPECT_TRUE(Commit{}.empty());
  EXPECT_FALSE((Commit{{{"a", 1}}, {}, {}}).empty()) << "a decision may stand on a record that it does not change";
}

TEST(Record, CreateExpectsThatNothingIsThere) {
  Commit commit;
  store::create(commit, "k", one_failure, UnixSeconds{9});
  EXPECT_EQ(commit, (Commit{{{"k", std::nullopt}}, {{"k", store::encode(one_failure), UnixSeconds{9}}}, {}}));
}

TEST(Record, ReplaceAndEraseCarryTheVersionThatWasRead) {
  const store::Found<store::Throttle> found("k", 7, one_failure);
  Commit commit;
  store::replace(commit, found, one_failure);
  store::erase(commit, found);
  store::require(commit, found);
  EXPECT_EQ(commit.expects, (std::vector<Expect>{{"k", 7}, {"k", 7}, {"k", 7}}));
  EXPECT_EQ(commit.deletes, std::vector<std::string>{"k"});
}

TEST(Record, WhatWasReadAsAbsentHasToBeAbsentStill) {
  const store::Found<store::Throttle> absent("k");
  Commit commit;
  store::replace(commit, absent, one_failure);
  store::erase(commit, absent);
  EXPECT_EQ(commit.expects, (std::vector<Expect>{{"k", std::nullopt}, {"k", std::nullopt}}));
  EXPECT_TRUE(commit.deletes.empty());
}

TEST(Record, LoadTellsAbsentFromBroken) {
  Facts facts(UnixSeconds{1}, std::string(32, 'e'));
  facts.learn(Load{"there"}, Loaded{StoredRecord{store::encode(one_failure), 3}});
  facts.learn(Load{"absent"}, Loaded{});
  facts.learn(Load{"broken"}, Loaded{StoredRecord{"\x01\x7f", 4}});
  Ask ask(facts);
  const auto there = store::load<store::Throttle>(ask, "there");
  ASSERT_TRUE(there.found());
  EXPECT_EQ(there->failures, 1);
  EXPECT_EQ(there.version(), Version{3});
  EXPECT_FALSE(store::load<store::Throttle>(ask, "absent").found());
  EXPECT_FALSE(ask.pending());
  EXPECT_FALSE(store::load<store::Throttle>(ask, "broken").found());
  EXPECT_TRUE(ask.pending()) << "a broken record must not pass for an absent one";
}

}  // namespace
}  // namespace postern
