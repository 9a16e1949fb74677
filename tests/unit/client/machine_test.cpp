#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "core/client/machine.hpp"
#include "core/client/refusal.hpp"

namespace postern::client {
namespace {

using P = Phase;
using E = Event;

constexpr int phases = static_cast<int>(Phase::failed) + 1;
constexpr int events = static_cast<int>(Event::signed_out) + 1;

// Written down a second time, by hand: what each phase takes, and where that leads.
const std::map<P, std::map<E, P>> expected = {
    {P::unauthorized,
     {{E::challenged, P::discovering}, {E::accepted, P::unauthorized}, {E::signed_out, P::unauthorized}}},
    {P::discovering, {{E::discovered, P::registering}, {E::refused, P::failed}}},
    {P::registering, {{E::identified, P::waiting}, {E::refused, P::failed}}},
    {P::waiting,
     {{E::challenged, P::waiting},
      {E::accepted, P::waiting},
      {E::code_received, P::exchanging},
      {E::denied, P::failed},
      {E::refused, P::failed},
      {E::given_up, P::unauthorized},
      {E::signed_out, P::unauthorized}}},
    {P::exchanging,
     {{E::tokens_received, P::authorized},
      {E::grant_refused, P::failed},
      {E::client_refused, P::registering},
      {E::unavailable, P::failed},
      {E::refused, P::failed}}},
    {P::authorized,
     {{E::challenged, P::discovering},
      {E::renew, P::refreshing},
      {E::more_scope, P::stepping_up},
      {E::accepted, P::authorized},
      {E::refused, P::failed},
      {E::signed_out, P::unauthorized}}},
    {P::refreshing,
     {{E::tokens_received, P::authorized},
      {E::grant_refused, P::unauthorized},
      {E::client_refused, P::unauthorized},
      {E::unavailable, P::authorized}}},
    {P::stepping_up,
     {{E::challenged, P::waiting},
      {E::more_scope, P::stepping_up},
      {E::accepted, P::stepping_up},
      {E::code_received, P::widening},
      {E::denied, P::authorized},
      {E::refused, P::authorized},
      {E::given_up, P::authorized},
      {E::signed_out, P::unauthorized}}},
    {P::widening,
     {{E::tokens_received, P::authorized},
      {E::grant_refused, P::authorized},
      {E::client_refused, P::unauthorized},
      {E::unavailable, P::authorized},
      {E::refused, P::authorized}}},
    {P::failed, {{E::challenged, P::discovering}, {E::accepted, P::failed}, {E::signed_out, P::unauthorized}}},
};

TEST(ClientMachine, EveryPhaseAndEventIsInTheTableOrRefused) {
  for (int p = 0; p < phases; ++p) {
    for (int e = 0; e < events; ++e) {
      const auto phase = static_cast<P>(p);
      const auto event = static_cast<E>(e);
      const auto& row = expected.at(phase);
      const auto next = row.find(event);
      const Rule* rule = find_rule(phase, event);
      ASSERT_EQ(rule != nullptr, next != row.end()) << name_of(phase) << " " << name_of(event);
      if (rule == nullptr) continue;
      EXPECT_EQ(rule->next, next->second) << name_of(phase) << " " << name_of(event);
    }
  }
}

TEST(ClientMachine, NoRuleIsThereTwiceAndEachSaysWhy) {
  std::set<std::pair<P, E>> seen;
  for (const Rule& rule : rules()) {
    EXPECT_TRUE(seen.insert({rule.phase, rule.event}).second) << name_of(rule.phase) << " " << name_of(rule.event);
    EXPECT_FALSE(rule.clause.empty());
  }
}

TEST(ClientMachine, WhereItPassesEveryRefusalLeadsToRest) {
  for (const Rule& rule : rules()) {
    const bool refusal = rule.event == E::refused || rule.event == E::grant_refused || rule.event == E::unavailable;
    EXPECT_TRUE(!refusal || rests_in(rule.next)) << name_of(rule.phase) << " " << name_of(rule.event);
  }
}

TEST(ClientMachine, OnlyTheTokenEndpointLeadsToAuthorizedFromWhereNoTokensAre) {
  for (const Rule& rule : rules()) {
    const bool without_tokens = rule.phase == P::unauthorized || rule.phase == P::discovering ||
                                rule.phase == P::registering || rule.phase == P::waiting ||
                                rule.phase == P::exchanging || rule.phase == P::failed;
    EXPECT_TRUE(!without_tokens || rule.next != P::authorized || rule.event == E::tokens_received)
        << name_of(rule.phase) << " " << name_of(rule.event);
  }
}

TEST(ClientMachine, NamesAreReadBack) {
  std::set<std::string_view> names;
  for (int p = 0; p < phases; ++p) {
    EXPECT_EQ(phase_by_name(name_of(static_cast<P>(p))), static_cast<P>(p));
    EXPECT_TRUE(names.insert(name_of(static_cast<P>(p))).second);
  }
  for (int e = 0; e < events; ++e) EXPECT_TRUE(names.insert(name_of(static_cast<E>(e))).second);
  EXPECT_EQ(phase_by_name("elsewhere"), std::nullopt);
}

TEST(ClientRefusal, EachHasANameAClauseAndASentenceOfOurs) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(ClientRefusal::too_many_step_ups); ++i) {
    const auto refusal = static_cast<ClientRefusal>(i);
    EXPECT_TRUE(names.insert(name_of(refusal)).second) << name_of(refusal);
    EXPECT_FALSE(name_of(refusal).empty()) << i;
    EXPECT_FALSE(clause_of(refusal).empty()) << name_of(refusal);
    EXPECT_TRUE(sentence_for(refusal).ends_with('.')) << name_of(refusal);
    EXPECT_EQ(refusal_by_name(name_of(refusal)), refusal);
  }
  EXPECT_EQ(refusal_by_name("no_such_reason"), std::nullopt);
}

}  // namespace
}  // namespace postern::client
