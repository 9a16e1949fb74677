// Random walks: whatever servers answer and browsers bring, in whatever order, the state makes sense.
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "tests/unit/client/fixture.hpp"

namespace postern::client {
namespace {

class ClientWalkTest : public ClientTest {
 protected:
  std::uint32_t seed = 1;

  std::uint32_t pick(std::uint32_t below) {
    seed = seed * 1664525 + 1013904223;
    return (seed >> 16) % below;
  }

  /// Mostly what the place says; else something that it must not be.
  Fact answer(const Fetch& fetch) {
    const auto at = places.find(fetch.url);
    const Fact good = at == places.end() ? Fact(json_answer({}, 404)) : at->second(fetch);
    switch (pick(14)) {
      case 0:
        return Unavailable{};
      case 1:
        return Fetched{0, {}, "", FetchProblem::too_slow};
      case 2:
        return json_answer({{"error", pick(2) == 0 ? "invalid_grant" : "invalid_client"}}, 400);
      case 3:
        return Fetched{200, {}, "{}", FetchProblem::none};
      default:
        return good;
    }
  }

  ClientEvent event() {
    const std::int64_t current = client.state.tokens ? client.state.tokens->generation : 0;
    const std::int64_t generation = pick(5) == 0 ? 0 : current;
    const std::string callback = client.config.redirect_uri + "?iss=https%3A%2F%2Fas.example.com%2Ftenant&";
    switch (pick(12)) {
      case 0:
      case 1:
        return Send{std::string(server_url)};
      case 2:
        return Answered{200, {}, generation};
      case 3:
      case 4:
        return Answered{401, {{"WWW-Authenticate", "Bearer scope=\"user\""}}, generation};
      case 5:
        return Answered{
            403,
            {{"WWW-Authenticate", "Bearer error=\"insufficient_scope\", scope=\"s" + std::to_string(pick(90)) + '"'}},
            generation};
      case 6:
        return CalledBack{callback + "error=access_denied&state=" + state_parameter()};
      case 7:
        return CalledBack{callback + "code=c&state=other"};
      case 8:
        return pick(4) == 0 ? ClientEvent(SignedOut{}) : ClientEvent(GaveUp{});
      default:
        return CalledBack{callback + "code=c&state=" + state_parameter()};
    }
  }

  void expect_sense(const Action& action) {
    const ClientState& state = client.state;
    const bool has_browser = state.phase == Phase::waiting || state.phase == Phase::stepping_up;
    const bool has_tokens = state.phase == Phase::authorized || state.phase == Phase::stepping_up;
    EXPECT_EQ(state.flow.has_value(), has_browser) << name_of(state.phase);
    EXPECT_EQ(state.tokens.has_value(), has_tokens) << name_of(state.phase);
    EXPECT_EQ(state.why.has_value(), state.phase == Phase::failed) << name_of(state.phase);
    EXPECT_TRUE(!std::holds_alternative<OpenBrowser>(action) || has_browser);
    EXPECT_TRUE(!std::holds_alternative<Authorized>(action) || has_tokens);
  }
};

TEST_F(ClientWalkTest, EveryStateOnTheWayMakesSense) {
  client.elsewhere = [this](const Fetch& fetch) { return answer(fetch); };
  std::vector<int> seen(static_cast<std::size_t>(Phase::failed) + 1);
  for (seed = 1; seed <= 40; seed += 1) {
    const std::uint32_t walk = seed;
    client.state = ClientState();
    for (int step = 0; step < 60; ++step) {
      client.now = client.now + Seconds{pick(6) == 0 ? 3600 : 5};
      const Action action = client.happens(event());
      expect_sense(action);
      if (HasFailure()) FAIL() << "walk " << walk << ", step " << step;
      ++seen[static_cast<std::size_t>(client.state.phase)];
    }
    seed = walk;
  }
  for (const Phase phase :
       {Phase::unauthorized, Phase::waiting, Phase::authorized, Phase::stepping_up, Phase::failed}) {
    EXPECT_GT(seen[static_cast<std::size_t>(phase)], 20) << name_of(phase);
  }
}

}  // namespace
}  // namespace postern::client
