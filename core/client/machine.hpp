// The life of one connection, as one table.
//
// Theory. A client rests in one of five phases, and passes through the others while it waits for HTTP answers:
//
//   unauthorized   no tokens; requests go out without any
//   discovering      who is the authorization server?                       passing
//   registering      who am I to it?                                        passing
//   waiting        the browser is open, and nothing has been given yet
//   exchanging       the code goes to the token endpoint                    passing
//   authorized     there are tokens, as good as we know
//   refreshing       new tokens for the refresh token                       passing
//   stepping_up    the browser is open for more scopes; the tokens at hand stay good
//   widening         the code of a step-up goes to the token endpoint       passing
//   failed         something is wrong that trying again at once does not mend
//
// A phase in which a client passes is never kept: where an HTTP answer can't be had, nothing has happened. Losing an
// answer therefore costs a repetition and no more.
//
// A token that a server refuses is renewed once; if that does not help, the user is asked once more; if that does not
// help either, the connection has failed. A step-up that comes to nothing leaves the tokens that there were.
//
// What the table does not list is refused and changes nothing: the callback of a flow that is over, above all.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace postern::client {

enum class Phase : std::uint8_t {
  unauthorized,
  discovering,
  registering,
  waiting,
  exchanging,
  authorized,
  refreshing,
  stepping_up,
  widening,
  failed
};

enum class Event : std::uint8_t {
  challenged,       ///< 401, and there is nothing to renew.
  renew,            ///< The token's time is up, or it was refused; there is a refresh token.
  more_scope,       ///< 403 insufficient_scope.
  accepted,         ///< The server did what it was asked.
  discovered,       ///< The authorization server is known.
  identified,       ///< There is a client identifier for it, and the browser can be sent.
  code_received,    ///< The response to the authorization request, with every binding right.
  denied,           ///< An error response to it, with every binding right.
  tokens_received,  ///< From the token endpoint.
  grant_refused,    ///< It says that the code or the refresh token is not good.
  client_refused,   ///< It says that it does not know the client.
  unavailable,      ///< It can't answer now.
  refused,          ///< Something that came is not as it has to be.
  given_up,         ///< The user closed the browser, or did not come back.
  signed_out        ///< The user wants the tokens forgotten.
};

struct Rule {
  Phase phase;
  Event event;
  Phase next;
  std::string_view clause;
  bool operator==(const Rule&) const = default;
};

/// The whole table, in the order of the phases.
std::span<const Rule> rules();

/// The rule for this event, or null: refused.
const Rule* find_rule(Phase phase, Event event);

/// A client can stay in this phase from one event of the host to the next.
bool rests_in(Phase phase);

std::string_view name_of(Phase phase);
std::string_view name_of(Event event);
std::optional<Phase> phase_by_name(std::string_view name);

}  // namespace postern::client
