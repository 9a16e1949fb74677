#include "core/oauth/grant.hpp"

#include <algorithm>
#include <array>

namespace postern::oauth {
namespace {

constexpr auto rules = std::to_array<GrantRule>({
    {GrantState::issued, GrantEvent::redeem, GrantState::active, "OAuth 2.1 s. 4.1.3"},
    {GrantState::issued, GrantEvent::time_out, GrantState::expired, "OAuth 2.1 s. 4.1.2: a code is short-lived"},

    {GrantState::active, GrantEvent::redeem_again, GrantState::revoked, "OAuth 2.1 s. 4.1.3: a code is used once"},
    {GrantState::active, GrantEvent::use, GrantState::active, "RFC 6750 s. 2.1"},
    {GrantState::active, GrantEvent::refresh_current, GrantState::active, "OAuth 2.1 s. 4.3.1: rotation"},
    {GrantState::active, GrantEvent::refresh_previous, GrantState::active, "the lost response of a rotation"},
    {GrantState::active, GrantEvent::refresh_replayed, GrantState::revoked, "OAuth 2.1 s. 4.3.1: replay"},
    {GrantState::active, GrantEvent::revoke, GrantState::revoked, "RFC 7009 s. 2.1"},
    {GrantState::active, GrantEvent::time_out, GrantState::expired, "OAuth 2.1 s. 4.3.1: idle too long"},

    {GrantState::revoked, GrantEvent::time_out, GrantState::expired, "nothing of it could be good any more"},
});

}  // namespace

std::span<const GrantRule> grant_rules() { return rules; }

std::optional<GrantState> transition(GrantState state, GrantEvent event) {
  for (const GrantRule& rule : rules) {
    if (rule.state == state && rule.event == event) return rule.next;
  }
  return std::nullopt;
}

GrantState state_of(const store::Grant& grant, UnixSeconds now) {
  if (grant.state == static_cast<std::int64_t>(GrantState::active)) {
    return now < grant.expires ? GrantState::active : GrantState::expired;
  }
  // A number that no version of this program wrote gives nothing to anybody.
  return GrantState::revoked;
}

bool lives(const store::Grant& grant, UnixSeconds now) {
  return transition(state_of(grant, now), GrantEvent::use) == GrantState::active;
}

GrantEvent refresh_event(const store::Grant& grant, std::int64_t generation, UnixSeconds now) {
  if (generation == grant.generation) return GrantEvent::refresh_current;
  if (generation > grant.generation) return GrantEvent::refresh_unknown;
  if (generation == grant.generation - 1 && now < grant.previous_until) return GrantEvent::refresh_previous;
  return GrantEvent::refresh_replayed;
}

bool end_grant(Commit& commit, const store::Found<store::Grant>& grant, const store::Found<store::GrantOf>& listed,
               const Lifetimes& lifetimes, Ask& ask) {
  const UnixSeconds now = ask.facts().now();
  if (!grant || transition(state_of(*grant, now), GrantEvent::revoke) != GrantState::revoked) return false;
  if (!grant->provider.empty()) {
    const std::string_view id = std::string_view(grant.key()).substr(store::Grant::key("").size());
    const auto upstream = store::load<store::Upstream>(ask, store::Upstream::key(id));
    if (ask.pending()) return false;
    store::erase(commit, upstream);
  }
  store::Grant ended = *grant;
  ended.state = static_cast<std::int64_t>(GrantState::revoked);
  store::replace(commit, grant, ended, std::min(ended.expires, now + lifetimes.access));
  store::erase(commit, listed);
  commit.durable();
  return true;
}

}  // namespace postern::oauth
