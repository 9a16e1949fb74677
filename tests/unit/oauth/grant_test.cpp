// The grant's machine: every pair of state and event.
#include "core/oauth/grant.hpp"

#include <gtest/gtest.h>

#include <map>

#include "core/oauth/pkce.hpp"

namespace postern::oauth {
namespace {

using State = GrantState;
using Event = GrantEvent;

constexpr State states[] = {State::issued, State::active, State::revoked, State::expired};
constexpr Event events[] = {Event::redeem,          Event::redeem_again,     Event::use,
                            Event::refresh_current, Event::refresh_previous, Event::refresh_replayed,
                            Event::refresh_unknown, Event::revoke,           Event::time_out};

TEST(GrantMachine, EveryPairOfStateAndEvent) {
  const std::map<std::pair<State, Event>, State> listed = {
      {{State::issued, Event::redeem}, State::active},
      {{State::issued, Event::time_out}, State::expired},
      {{State::active, Event::redeem_again}, State::revoked},
      {{State::active, Event::use}, State::active},
      {{State::active, Event::refresh_current}, State::active},
      {{State::active, Event::refresh_previous}, State::active},
      {{State::active, Event::refresh_replayed}, State::revoked},
      {{State::active, Event::revoke}, State::revoked},
      {{State::active, Event::time_out}, State::expired},
      {{State::revoked, Event::time_out}, State::expired},
  };
  for (const State state : states) {
    for (const Event event : events) {
      const auto expected = listed.find({state, event});
      const auto next = transition(state, event);
      SCOPED_TRACE(std::to_string(static_cast<int>(state)) + " " + std::to_string(static_cast<int>(event)));
      EXPECT_EQ(next.has_value(), expected != listed.end());
      if (next && expected != listed.end()) {
        EXPECT_EQ(*next, expected->second);
      }
    }
  }
}

TEST(GrantMachine, EveryRuleHasItsClauseAndStandsOnce) {
  for (const GrantRule& rule : grant_rules()) {
    EXPECT_FALSE(rule.clause.empty());
    int same = 0;
    for (const GrantRule& other : grant_rules()) same += other.state == rule.state && other.event == rule.event;
    EXPECT_EQ(same, 1);
  }
}

TEST(GrantMachine, NothingLeadsBackToLife) {
  for (const Event event : events) {
    EXPECT_NE(transition(State::revoked, event), State::active);
    EXPECT_FALSE(transition(State::expired, event).has_value());
  }
}

TEST(GrantMachine, WhatAGenerationMeans) {
  store::Grant grant;
  grant.generation = 5;
  grant.previous_until = UnixSeconds{130};
  EXPECT_EQ(refresh_event(grant, 5, UnixSeconds{100}), Event::refresh_current);
  EXPECT_EQ(refresh_event(grant, 4, UnixSeconds{129}), Event::refresh_previous);
  EXPECT_EQ(refresh_event(grant, 4, UnixSeconds{130}), Event::refresh_replayed);
  EXPECT_EQ(refresh_event(grant, 3, UnixSeconds{100}), Event::refresh_replayed);
  EXPECT_EQ(refresh_event(grant, 6, UnixSeconds{100}), Event::refresh_unknown);
}

TEST(GrantMachine, AStoredStateThatNobodyKnowsIsDead) {
  store::Grant grant;
  grant.expires = UnixSeconds{200};
  for (const std::int64_t state : {0, 2, 3, 7, -1}) {
    grant.state = state;
    EXPECT_FALSE(lives(grant, UnixSeconds{100})) << state;
  }
  grant.state = 1;
  EXPECT_TRUE(lives(grant, UnixSeconds{199}));
  EXPECT_FALSE(lives(grant, UnixSeconds{200}));
}

// RFC 7636 app. B.
TEST(Pkce, TheVectorOfItsSpecification) {
  const std::string verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
  const std::string challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
  EXPECT_TRUE(pkce::is_challenge(challenge));
  EXPECT_TRUE(pkce::matches(challenge, verifier));
  EXPECT_FALSE(pkce::matches(challenge, challenge));
  EXPECT_FALSE(pkce::matches("", verifier));
  EXPECT_FALSE(pkce::matches(challenge, ""));
}

TEST(Pkce, LengthAndAlphabetOfAVerifier) {
  EXPECT_FALSE(pkce::is_verifier(std::string(42, 'a')));
  EXPECT_TRUE(pkce::is_verifier(std::string(43, '~')));
  EXPECT_TRUE(pkce::is_verifier(std::string(128, '.')));
  EXPECT_FALSE(pkce::is_verifier(std::string(129, 'a')));
  EXPECT_FALSE(pkce::is_verifier(std::string(43, '+')));
}

}  // namespace
}  // namespace postern::oauth
