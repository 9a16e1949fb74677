#include "core/client/machine.hpp"

#include <algorithm>
#include <array>

namespace postern::client {
namespace {

constexpr std::array<std::string_view, 10> phase_names = {"unauthorized", "discovering", "registering", "waiting",
                                                          "exchanging",   "authorized",  "refreshing",  "stepping_up",
                                                          "widening",     "failed"};
constexpr std::array<std::string_view, 15> event_names = {
    "challenged",     "renew",         "more_scope", "accepted",        "discovered",
    "identified",     "code_received", "denied",     "tokens_received", "grant_refused",
    "client_refused", "unavailable",   "refused",    "given_up",        "signed_out"};

using P = Phase;
using E = Event;

constexpr auto table = std::to_array<Rule>({
    {P::unauthorized, E::challenged, P::discovering, "RFC 9728 s. 5.1"},
    {P::unauthorized, E::accepted, P::unauthorized, "MCP authorization: it is optional"},
    {P::unauthorized, E::signed_out, P::unauthorized, "nothing to forget"},

    {P::discovering, E::discovered, P::registering, "RFC 8414 s. 3.3: the issuer is the one that was looked for"},
    {P::discovering, E::refused, P::failed, "MCP authorization server discovery"},

    {P::registering, E::identified, P::waiting, "OAuth 2.1 s. 4.1.1"},
    {P::registering, E::refused, P::failed, "MCP client registration"},

    {P::waiting, E::challenged, P::waiting, "another request of the same client: one browser is enough"},
    {P::waiting, E::accepted, P::waiting, "what needs no token goes on"},
    {P::waiting, E::code_received, P::exchanging, "RFC 9207 s. 2.4: before the code is sent anywhere"},
    {P::waiting, E::denied, P::failed, "OAuth 2.1 s. 4.1.2.1"},
    {P::waiting, E::refused, P::failed, "RFC 9207 s. 2.4"},
    {P::waiting, E::given_up, P::unauthorized, "the state is used once"},
    {P::waiting, E::signed_out, P::unauthorized, "the state is used once"},

    {P::exchanging, E::tokens_received, P::authorized, "OAuth 2.1 s. 4.1.4"},
    {P::exchanging, E::grant_refused, P::failed, "OAuth 2.1 s. 3.2.4: invalid_grant"},
    {P::exchanging, E::client_refused, P::registering, "OAuth 2.1 s. 3.2.4: invalid_client, so registered anew"},
    {P::exchanging, E::unavailable, P::failed, "OAuth 2.1 s. 4.1.3: a code is used once"},
    {P::exchanging, E::refused, P::failed, "OAuth 2.1 s. 3.2.3"},

    {P::authorized, E::challenged, P::discovering, "RFC 6750 s. 3.1: invalid_token"},
    {P::authorized, E::renew, P::refreshing, "OAuth 2.1 s. 4.3"},
    {P::authorized, E::more_scope, P::stepping_up, "RFC 6750 s. 3.1: insufficient_scope"},
    {P::authorized, E::accepted, P::authorized, "RFC 6750 s. 2.1"},
    {P::authorized, E::refused, P::failed, "new tokens are refused as the old ones were"},
    {P::authorized, E::signed_out, P::unauthorized, "the user wants it"},

    {P::refreshing, E::tokens_received, P::authorized, "OAuth 2.1 s. 4.3.1"},
    {P::refreshing, E::grant_refused, P::unauthorized,
     "OAuth 2.1 s. 3.2.4: invalid_grant, so the tokens are forgotten"},
    {P::refreshing, E::client_refused, P::unauthorized,
     "OAuth 2.1 s. 3.2.4: invalid_client, so the registration is forgotten too"},
    {P::refreshing, E::unavailable, P::authorized, "the refresh token may still be good"},

    {P::stepping_up, E::challenged, P::waiting, "RFC 6750 s. 3.1: the tokens at hand are gone, the browser is open"},
    {P::stepping_up, E::more_scope, P::stepping_up, "MCP step-up: the union of what was asked for"},
    {P::stepping_up, E::accepted, P::stepping_up, "the tokens at hand are good meanwhile"},
    {P::stepping_up, E::code_received, P::widening, "RFC 9207 s. 2.4: before the code is sent anywhere"},
    {P::stepping_up, E::denied, P::authorized, "OAuth 2.1 s. 4.1.2.1: no more, and no less"},
    {P::stepping_up, E::refused, P::authorized, "RFC 9207 s. 2.4"},
    {P::stepping_up, E::given_up, P::authorized, "the state is used once"},
    {P::stepping_up, E::signed_out, P::unauthorized, "the user wants it"},

    {P::widening, E::tokens_received, P::authorized, "OAuth 2.1 s. 4.1.4"},
    {P::widening, E::grant_refused, P::authorized, "OAuth 2.1 s. 3.2.4: it is the code that is not good"},
    {P::widening, E::client_refused, P::unauthorized, "OAuth 2.1 s. 3.2.4: nothing of this client is good any more"},
    {P::widening, E::unavailable, P::authorized, "the tokens at hand are good meanwhile"},
    {P::widening, E::refused, P::authorized, "the tokens at hand are good meanwhile"},

    {P::failed, E::challenged, P::discovering, "RFC 9728 s. 5.1: from the beginning, at the user's next request"},
    {P::failed, E::accepted, P::failed, "what needs no token goes on"},
    {P::failed, E::signed_out, P::unauthorized, "the user wants it"},
});

}  // namespace

std::span<const Rule> rules() { return table; }

const Rule* find_rule(Phase phase, Event event) {
  for (const Rule& rule : table) {
    if (rule.phase == phase && rule.event == event) return &rule;
  }
  return nullptr;
}

bool rests_in(Phase phase) {
  switch (phase) {
    case Phase::unauthorized:
    case Phase::waiting:
    case Phase::authorized:
    case Phase::stepping_up:
    case Phase::failed:
      return true;
    case Phase::discovering:
    case Phase::registering:
    case Phase::exchanging:
    case Phase::refreshing:
    case Phase::widening:
      return false;
  }
  return false;
}

std::string_view name_of(Phase phase) { return phase_names[static_cast<std::size_t>(phase)]; }
std::string_view name_of(Event event) { return event_names[static_cast<std::size_t>(event)]; }

std::optional<Phase> phase_by_name(std::string_view name) {
  const auto found = std::find(phase_names.begin(), phase_names.end(), name);
  if (found == phase_names.end()) return std::nullopt;
  return static_cast<Phase>(found - phase_names.begin());
}

}  // namespace postern::client
