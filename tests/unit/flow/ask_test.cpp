#include "core/flow/ask.hpp"

#include <gtest/gtest.h>

namespace postern {
namespace {

const Facts nothing_known(UnixSeconds{1}, std::string(32, 'e'));

TEST(Ask, WhatIsUnknownBecomesANeedAndWhatIsKnownAnAnswer) {
  Facts facts = nothing_known;
  facts.learn(Load{"a"}, Loaded{StoredRecord{"bytes", 7}});
  Ask ask(facts);
  const Loaded* a = ask(Load{"a"});
  ASSERT_NE(a, nullptr);
  EXPECT_EQ(a->record->bytes, "bytes");
  EXPECT_FALSE(ask.pending());

  EXPECT_EQ(ask(Load{"b"}), nullptr);
  EXPECT_EQ(ask(Scan{"b", 3}), nullptr);
  EXPECT_TRUE(ask.pending());
  EXPECT_EQ(ask.needs(), (Outcome{Needs{{Load{"b"}, Scan{"b", 3}}}}));
}

TEST(Ask, ARoundAsksOnceForWhatIsAskedTwice) {
  Ask ask(nothing_known);
  ask(Load{"a"});
  ask(Load{"a"});
  ask(VerifyPassword{"phc", Secret("one")});
  ask(VerifyPassword{"phc", Secret("one")});
  ask(VerifyPassword{"phc", Secret("two")});
  EXPECT_EQ(ask.needs().needs()->list.size(), 3u);
}

TEST(Ask, EachMemberOfANeedTellsItApart) {
  Facts facts = nothing_known;
  facts.learn(Scan{"p", 3}, Scanned{});
  facts.learn(Sleep{10, 0}, Slept{});
  facts.learn(RunTool{"t", "{}", Principal{"u1", "", "c1", "g1", {}}}, ToolRan{"{}"});
  Ask ask(facts);
  EXPECT_NE(ask(Scan{"p", 3}), nullptr);
  EXPECT_EQ(ask(Scan{"p", 4}), nullptr);
  EXPECT_NE(ask(Sleep{10, 0}), nullptr);
  EXPECT_EQ(ask(Sleep{10, 1}), nullptr) << "an equal wait of a later step is another wait";
  EXPECT_NE(ask(RunTool{"t", "{}", Principal{"u1", "", "c1", "g1", {}}}), nullptr);
  EXPECT_EQ(ask(RunTool{"t", "{}", Principal{"u2", "", "c1", "g1", {}}}), nullptr) << "another user's result";
}

TEST(Ask, TroubleOfTheHostIs503AndNothingIsWritten) {
  Facts facts = nothing_known;
  facts.learn(Load{"a"}, Unavailable{});
  Ask ask(facts);
  EXPECT_EQ(ask(Load{"a"}), nullptr);
  EXPECT_TRUE(ask.pending());
  const Outcome outcome = ask.needs();
  ASSERT_NE(outcome.answer(), nullptr);
  EXPECT_EQ(outcome.answer()->reply.status, 503);
  EXPECT_TRUE(outcome.answer()->commit.empty());
  ASSERT_NE(wire::find_header(outcome.answer()->reply.headers, "Retry-After"), nullptr);
  EXPECT_EQ(outcome.answer()->reply.body.find("invalid_grant"), std::string::npos);
}

TEST(Ask, TroubleWinsOverWhatIsStillOpen) {
  Facts facts = nothing_known;
  facts.learn(Load{"a"}, Unavailable{});
  Ask ask(facts);
  ask(Load{"b"});
  ask(Load{"a"});
  EXPECT_NE(ask.needs().answer(), nullptr);
}

TEST(Ask, AFactOfAnotherKindIsTrouble) {
  Facts facts = nothing_known;
  facts.learn(Load{"a"}, Scanned{});
  Ask ask(facts);
  EXPECT_EQ(ask(Load{"a"}), nullptr);
  EXPECT_EQ(ask.needs().answer()->reply.status, 503);
}

TEST(Ask, ARecordThatMakesNoSenseIsTrouble) {
  Ask ask(nothing_known);
  EXPECT_FALSE(ask.pending());
  ask.fail();
  EXPECT_TRUE(ask.pending());
  EXPECT_EQ(ask.needs().answer()->reply.status, 503);
}

}  // namespace
}  // namespace postern
