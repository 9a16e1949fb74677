#include "core/client/walk.hpp"

#include <utility>

namespace postern::client {

bool Walk::follow(Event event) {
  const Rule* rule = find_rule(state.phase, event);
  if (rule == nullptr) return false;
  state.phase = rule->next;
  path_.push_back(*rule);
  return true;
}

ClientStep Walk::done(Action action) const { return {Advanced{state, std::move(action)}, path_, state.phase}; }

ClientStep Walk::fail(Event event, Failed failed) {
  if (!follow(event)) return out_of_turn();
  state.flow.reset();
  if (state.phase == Phase::failed) {
    state.tokens.reset();
    state.attempts = 0;
    state.why = failed.why;
  } else if (state.tokens) {
    state.asked = state.tokens->scopes;  // What was not given is not asked for at the next login.
  }
  return done(std::move(failed));
}

ClientStep Walk::out_of_turn() const {
  return {Advanced{before_, Failed{ClientRefusal::out_of_turn, "nothing is known that this could belong to"}},
          {},
          before_.phase};
}

ClientStep Walk::wait() const {
  const Outcome outcome = ask.needs();
  if (const Needs* needs = outcome.needs()) return {*needs, path_, state.phase};
  return {Advanced{before_, Failed{ClientRefusal::host_failed, "the host could not ask"}}, {}, before_.phase};
}

}  // namespace postern::client
