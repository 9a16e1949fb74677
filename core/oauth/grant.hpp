// The life of a grant, as one table.
//
// Theory. A user's consent becomes a code; redeemed, the code becomes a grant, and everything issued from then on hangs
// on that grant: access tokens name it, the refresh token is a generation of it. A grant is therefore the one thing to
// look at, and the one thing to end.
//
//   issued    the code is out, nothing has been given for it
//   active    tokens are good
//   revoked   by its client, its user, the operator, or because something of it came twice; nothing of it is good again
//   expired   time ended it
//
// Only the current generation of the refresh token rotates. The previous one, within the grace, gives the current one
// again: that is a lost response or a second tab. It cannot be told apart from a thief who is quick, so the grace is
// short, and once the successor has been used the previous one is older than the previous. Anything older was used
// before by somebody else than this caller: both lose it (OAuth 2.1 s. 4.3.1).
//
// What the table does not list is refused and changes nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/oauth/authority.hpp"
#include "core/store/record.hpp"
#include "core/store/records.hpp"

namespace postern::oauth {

/// The numbers are stored in store::Grant::state.
enum class GrantState : std::int64_t { issued = 0, active = 1, revoked = 2, expired = 3 };

enum class GrantEvent {
  redeem,            ///< The code, with every binding right.
  redeem_again,      ///< The same, once more.
  use,               ///< An access token at the resource.
  refresh_current,   ///< The current generation of the refresh token.
  refresh_previous,  ///< The one before, within the grace.
  refresh_replayed,  ///< Any older one, or the one before after the grace.
  refresh_unknown,   ///< A generation that this record has not reached: the store is older than the token.
  revoke,            ///< RFC 7009, or its user or the operator did.
  time_out
};

struct GrantRule {
  GrantState state;
  GrantEvent event;
  GrantState next;
  std::string_view clause;
};

/// The whole table, in the order of the states.
std::span<const GrantRule> grant_rules();

/// The next state, or nothing: refused.
std::optional<GrantState> transition(GrantState state, GrantEvent event);

/// What is stored, and the time.
GrantState state_of(const store::Grant& grant, UnixSeconds now);

/// Something issued for this grant is good now.
bool lives(const store::Grant& grant, UnixSeconds now);

/// What a refresh token of `generation` means to this grant now.
GrantEvent refresh_event(const store::Grant& grant, std::int64_t generation, UnixSeconds now);

/// Puts the end of the grant into the commit: revoked, kept as long as an access token of it could have lived (so that
/// the exact reason can be told), no longer found under its user, and what its provider gave is forgotten. That record is
/// asked for, so nothing of this counts while `ask.pending()`. False: nothing to end, nothing was put.
bool end_grant(Commit& commit, const store::Found<store::Grant>& grant, const store::Found<store::GrantOf>& listed,
               const Lifetimes& lifetimes, Ask& ask);

}  // namespace postern::oauth
