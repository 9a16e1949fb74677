// One evaluation on its way through the machine: the state as it becomes, and the rules that led there.
#pragma once

#include <vector>

#include "core/client/advance.hpp"
#include "core/flow/ask.hpp"

namespace postern::client {

class Walk {
 public:
  Walk(const ClientConfig& with, const ClientState& from, const Facts& facts)
      : config(with), now(facts.now()), ask(facts), state(from), before_(from) {}

  const ClientConfig& config;
  const UnixSeconds now;
  Ask ask;
  ClientState state;

  /// The machine takes the event. False: it has no rule for it, and nothing has changed.
  bool follow(Event event);

  /// Where the walk ends.
  ClientStep done(Action action) const;

  /// It ends in a refusal: the machine takes the event, and a flow is over.
  ClientStep fail(Event event, Failed failed);

  /// There is no rule for what happened: nothing has changed.
  ClientStep out_of_turn() const;

  /// An answer is missing; or can't be had, and then nothing has happened.
  ClientStep wait() const;

 private:
  const ClientState& before_;
  std::vector<Rule> path_;
};

}  // namespace postern::client
