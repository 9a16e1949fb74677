#include "core/client/advance.hpp"

#include <algorithm>
#include <utility>

#include "core/client/authorization.hpp"
#include "core/client/discovery.hpp"
#include "core/client/exchange.hpp"
#include "core/client/registration.hpp"
#include "core/client/token.hpp"
#include "core/client/walk.hpp"
#include "core/wire/redirect_uri.hpp"
#include "core/wire/uri.hpp"

namespace postern::client {
namespace {

constexpr std::int64_t most_attempts = 2;  ///< Sets of tokens that may be refused one after the other.
constexpr std::int64_t most_step_ups = 3;
constexpr Seconds early{10};  ///< A token is renewed before it ends, so that it does not end on the way.

std::optional<Failed> check(const ClientConfig& config);

ClientStep on(Walk& walk, const Send& send);
ClientStep on(Walk& walk, const Answered& answered);
ClientStep on(Walk& walk, const CalledBack& called_back);
ClientStep on(Walk& walk, const GaveUp&);
ClientStep on(Walk& walk, const SignedOut&);

ClientStep on_challenge(Walk& walk, const Hint& hint);
ClientStep on_too_little_scope(Walk& walk, const Hint& hint);
ClientStep authorize(Walk& walk, const Hint& hint, const ScopeSet& held);
ClientStep open_browser(Walk& walk, ScopeSet scopes);
ClientStep redeem(Walk& walk, const Flow& flow, const Secret& code);
ClientStep refused_code(Walk& walk, const NoTokens& refused);

/// New tokens are in the state, or the reason is told. Means nothing while pending.
std::optional<NoTokens> renew(Walk& walk);
void keep(Walk& walk, Tokens tokens);
SendRequest request_with_token(const Walk& walk);
bool can_renew(const ClientState& state);
bool is_late(const Walk& walk, const Answered& answered);
ScopeSet widened(const ScopeSet& needed, const ScopeSet& more);
bool contains(const ScopeSet& all, const ScopeSet& some) { return some.without(all).empty(); }

}  // namespace

ClientStep advance(const ClientConfig& config, const ClientState& state, const ClientEvent& event, const Facts& facts) {
  if (auto failed = check(config)) return {Advanced{state, *failed}, {}, state.phase};
  Walk walk(config, state, facts);
  return std::visit([&walk](const auto& happened) { return on(walk, happened); }, event);
}

namespace {

// MCP authorization, communication security: https, or this machine.
std::optional<Failed> check(const ClientConfig& config) {
  if (auto unsafe = judge(config, config.server_url)) return Failed{ClientRefusal::bad_server_url, unsafe->detail};
  const auto redirect = wire::RedirectUri::parse(config.redirect_uri);
  if (!redirect) return Failed{ClientRefusal::bad_redirect_uri, redirect.error().what};
  return std::nullopt;
}

// ---------------------------------------------------------------------------------------------- requests and answers

ClientStep on(Walk& walk, const Send& send) {
  const auto to = wire::Uri::parse(send.url);
  const auto server = wire::Uri::parse(walk.config.server_url);
  // A redirect, or an endpoint that a server told, must not carry the token to somebody else.
  if (!to || !server || to->origin() != server->origin() || !walk.state.tokens) return walk.done(SendRequest{});
  const auto& expires = walk.state.tokens->expires;
  const bool ends = expires && walk.now + early >= *expires;
  if (ends && can_renew(walk.state) && walk.follow(Event::renew)) {
    const auto refused = renew(walk);
    if (walk.ask.pending()) return walk.wait();
    // Without a token the server's challenge leads to a new login; with the old one it may still be in time.
    if (refused && !walk.state.tokens) return walk.done(SendRequest{});
  }
  return walk.done(request_with_token(walk));
}

ClientStep on(Walk& walk, const Answered& answered) {
  const bool with_token = walk.state.tokens && answered.generation == walk.state.tokens->generation;
  if (answered.status >= 200 && answered.status < 300) {
    if (!walk.follow(Event::accepted)) return walk.out_of_turn();
    if (with_token) walk.state.attempts = walk.state.step_ups = 0;
    return walk.done(Proceed{});
  }
  const Hint hint = hint_of(answered.headers);
  const bool too_little_scope = answered.status == 403 && hint.error == "insufficient_scope";
  if (answered.status != 401 && !too_little_scope) return walk.done(Proceed{});
  if (is_late(walk, answered)) return walk.done(Authorized{walk.state.tokens->scopes});
  if (walk.state.flow && walk.now >= walk.state.flow->started + flow_lifetime) {
    walk.follow(Event::given_up);  // Nobody comes back from that browser.
    walk.state.flow.reset();
  }
  return too_little_scope ? on_too_little_scope(walk, hint) : on_challenge(walk, hint);
}

ClientStep on_challenge(Walk& walk, const Hint& hint) {
  ClientState& state = walk.state;
  const ScopeSet held = state.tokens ? state.tokens->scopes : ScopeSet();
  if (state.phase == Phase::authorized && state.attempts == 0 && can_renew(state) && walk.follow(Event::renew)) {
    const auto refused = renew(walk);
    if (walk.ask.pending()) return walk.wait();
    if (!refused) return walk.done(Authorized{state.tokens->scopes});
    if (refused->event == Event::unavailable) return walk.done(refused->failed);
  } else if (state.phase == Phase::authorized && state.attempts >= most_attempts) {
    return walk.fail(Event::refused, {ClientRefusal::rejected_again, "expected the new tokens to be accepted"});
  }
  return authorize(walk, hint, held);
}

// MCP step-up: what was asked for and what is needed now, together.
ClientStep on_too_little_scope(Walk& walk, const Hint& hint) {
  ClientState& state = walk.state;
  if (!state.tokens) return walk.out_of_turn();
  const ScopeSet needed = hint.scopes.value_or(ScopeSet());
  if (state.flow && contains(state.flow->scopes, needed)) {
    return walk.follow(Event::more_scope) ? walk.done(AwaitUser{}) : walk.out_of_turn();
  }
  const bool asked_before = state.step_ups > 0 && contains(state.asked, needed);
  if (needed.empty() || asked_before || state.step_ups >= most_step_ups) {
    const bool endless = state.step_ups >= most_step_ups;
    state.step_ups = 0;
    return walk.done(Failed{endless ? ClientRefusal::too_many_step_ups : ClientRefusal::scope_not_given,
                            "expected the scopes that were asked for to be enough"});
  }
  if (!walk.follow(Event::more_scope) || !state.server) return walk.out_of_turn();
  auto registration = identify(walk.ask, walk.config, *state.server, state.registration);
  if (walk.ask.pending()) return walk.wait();
  if (!registration) return walk.fail(Event::refused, registration.error());
  state.registration = std::move(registration).value();
  ++state.step_ups;
  return open_browser(walk, widened(needed, state.asked.united_with(state.tokens->scopes)));
}

// ------------------------------------------------------------------------------------------------------- the browser

ClientStep authorize(Walk& walk, const Hint& hint, const ScopeSet& held) {
  ClientState& state = walk.state;
  if (!walk.follow(Event::challenged)) return walk.out_of_turn();
  walk.state.tokens.reset();
  if (state.phase == Phase::waiting) return walk.done(AwaitUser{});
  state.why.reset();

  const std::string known = state.registration ? state.registration->issuer : std::string();
  auto discovered = discover(walk.ask, walk.config, hint, known);
  if (walk.ask.pending()) return walk.wait();
  if (!discovered) return walk.fail(Event::refused, discovered.error());
  walk.follow(Event::discovered);
  state.server = discovered->server;

  auto registration = identify(walk.ask, walk.config, *state.server, state.registration);
  if (walk.ask.pending()) return walk.wait();
  if (!registration) return walk.fail(Event::refused, registration.error());
  walk.follow(Event::identified);
  state.registration = std::move(registration).value();

  // MCP scope selection: what the challenge wants, else all that the resource has; and what there was before.
  ScopeSet scopes = widened(hint.scopes.value_or(discovered->scopes), held);
  if (state.server->offline_access && !scopes.empty()) scopes = widened(scopes, {"offline_access"});
  return open_browser(walk, std::move(scopes));
}

ClientStep open_browser(Walk& walk, ScopeSet scopes) {
  ClientState& state = walk.state;
  state.asked = scopes;
  state.flow = begin_flow(std::move(scopes), walk.ask.facts());
  return walk.done(OpenBrowser{authorization_url(walk.config, *state.server, *state.registration, *state.flow)});
}

ClientStep on(Walk& walk, const CalledBack& called_back) {
  ClientState& state = walk.state;
  if (!state.flow || !state.server || !state.registration) return walk.out_of_turn();
  const Flow flow = *state.flow;
  const auto code = read_callback(walk.config, *state.server, flow, called_back.url, walk.now);
  if (!code) {
    return code.error().event ? walk.fail(*code.error().event, code.error().failed) : walk.done(code.error().failed);
  }
  if (!walk.follow(Event::code_received)) return walk.out_of_turn();
  state.flow.reset();  // One use.
  return redeem(walk, flow, *code);
}

ClientStep redeem(Walk& walk, const Flow& flow, const Secret& code) {
  auto tokens = redeem_code(walk.ask, walk.config, *walk.state.server, *walk.state.registration, flow, code);
  if (walk.ask.pending()) return walk.wait();
  if (!tokens) return refused_code(walk, tokens.error());
  walk.follow(Event::tokens_received);
  keep(walk, std::move(tokens).value());
  return walk.done(Authorized{walk.state.tokens->scopes});
}

ClientStep refused_code(Walk& walk, const NoTokens& refused) {
  ClientState& state = walk.state;
  if (refused.event != Event::client_refused) return walk.fail(refused.event, refused.failed);
  const bool heals = state.registration->origin == Origin::dynamic && state.attempts < most_attempts;
  walk.state.registration.reset();
  if (state.phase == Phase::widening) {
    walk.state.tokens.reset();
    return walk.fail(Event::client_refused, refused.failed);
  }
  if (!heals) return walk.fail(Event::refused, refused.failed);
  // Registered anew, and the user is asked once more: the code was for a client that is gone.
  walk.follow(Event::client_refused);
  ++state.attempts;
  auto registration = identify(walk.ask, walk.config, *state.server, state.registration);
  if (walk.ask.pending()) return walk.wait();
  if (!registration) return walk.fail(Event::refused, registration.error());
  walk.follow(Event::identified);
  state.registration = std::move(registration).value();
  return open_browser(walk, state.asked);
}

ClientStep on(Walk& walk, const GaveUp&) {
  if (!walk.follow(Event::given_up)) return walk.out_of_turn();
  walk.state.flow.reset();
  if (walk.state.tokens) walk.state.asked = walk.state.tokens->scopes;
  return walk.done(Proceed{});
}

ClientStep on(Walk& walk, const SignedOut&) {
  if (!walk.follow(Event::signed_out)) return walk.out_of_turn();
  ClientState& state = walk.state;
  state.tokens.reset();
  state.flow.reset();
  state.why.reset();
  state.asked = ScopeSet();
  state.attempts = state.step_ups = 0;
  return walk.done(Proceed{});
}

// --------------------------------------------------------------------------------------------------------- the tokens

std::optional<NoTokens> renew(Walk& walk) {
  ClientState& state = walk.state;
  auto tokens = refresh_tokens(walk.ask, walk.config, *state.server, *state.registration, *state.tokens);
  if (walk.ask.pending()) return std::nullopt;
  if (tokens) {
    walk.follow(Event::tokens_received);
    keep(walk, std::move(tokens).value());
    return std::nullopt;
  }
  NoTokens refused = tokens.error();
  // What can't be read tells nothing of the refresh token.
  if (refused.event == Event::refused) refused.event = Event::unavailable;
  walk.follow(refused.event);
  if (refused.event != Event::unavailable) walk.state.tokens.reset();
  if (refused.event == Event::client_refused) walk.state.registration.reset();
  return refused;
}

void keep(Walk& walk, Tokens tokens) {
  ClientState& state = walk.state;
  tokens.generation = ++state.generations;
  state.tokens = std::move(tokens);
  ++state.attempts;
}

SendRequest request_with_token(const Walk& walk) {
  const Tokens& tokens = *walk.state.tokens;
  const std::string token(tokens.access.expose_for(Reason::sending_to_its_owner));
  return SendRequest{{{"Authorization", "Bearer " + token}}, tokens.generation};
}

// No more than a scope parameter may hold (core/flow/scope.hpp); what is needed now goes first.
ScopeSet widened(const ScopeSet& needed, const ScopeSet& more) {
  ScopeSet all = needed.united_with(more);
  return all.tokens().size() <= 64 ? all : needed;
}

// A refresh token goes to nobody but the server that gave it (mix-up).
bool can_renew(const ClientState& state) {
  return state.tokens && !state.tokens->refresh.empty() && state.server && state.registration &&
         state.server->issuer == state.tokens->issuer && state.registration->issuer == state.tokens->issuer;
}

// The answer is to a request that went before the tokens came.
bool is_late(const Walk& walk, const Answered& answered) {
  const auto& tokens = walk.state.tokens;
  return tokens && answered.generation != tokens->generation;
}

}  // namespace
}  // namespace postern::client
