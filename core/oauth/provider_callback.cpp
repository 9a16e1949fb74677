#include "core/oauth/codes.hpp"
#include "core/oauth/identity.hpp"
#include "core/oauth/pages.hpp"
#include "core/oauth/provider_endpoints.hpp"
#include "core/oauth/provider_login.hpp"
#include "core/oauth/provider_values.hpp"
#include "core/oauth/replies.hpp"
#include "core/oauth/upstream.hpp"
#include "core/wire/http.hpp"

namespace postern::oauth {
namespace {

constexpr std::string_view what = "provider.callback";

/// A callback that belongs to a login of this browser: from here on every ending uses it up.
struct Callback {
  const Authority& authority;
  const Provider& provider;
  const wire::Form& parameters;
  const store::Found<store::Pending>& pending;
  const store::Found<store::Client>& client;
  const store::Found<store::Code>& code;
  /// Empty where the login is to the account page.
  std::optional<AuthorizationRequest> request = {};
};

std::optional<Refused> check_pending(const Authority& authority, const Provider& provider, const HttpRequest& request,
                                     const store::Found<store::Pending>& pending, UnixSeconds now);
std::optional<Refused> check_response(const ProviderEndpoints& endpoints, const wire::Form& parameters);
Outcome finish(const Callback& callback, Ask& ask);
Answer refuse(const Callback& callback, Refused refused);
Answer succeed(const Callback& callback, const Identity& identity, const UpstreamTokens& tokens, const Facts& facts);
void use_up(Commit& commit, const Callback& callback);

}  // namespace

Outcome provider_callback(const Authority& authority, const Provider& provider, const HttpRequest& request,
                          const Facts& facts) {
  if (request.method != "GET") return refuse_method(what, request, "GET");
  const auto target = wire::parse_target(request.target);
  if (!target) return refuse_by_page(authority, what, {Refusal::malformed_request, target.error().what});
  const auto parameters = wire::Form::parse(target->query);
  if (!parameters || parameters->repeated()) return refuse_by_page(authority, what, {Refusal::malformed_request});
  if (parameters->get("state").empty()) return refuse_by_page(authority, what, {Refusal::unknown_state});

  Ask ask{facts};
  const auto pending = store::load<store::Pending>(ask, pending_key_of_state(parameters->get("state")));
  if (ask.pending()) return ask.needs();
  if (auto refused = check_pending(authority, provider, request, pending, facts.now())) {
    return refuse_by_page(authority, what, *refused);
  }

  // The consent stood on these; they are looked at again, as they are now.
  store::Found<store::Client> client;
  store::Found<store::Code> code;
  Callback callback{authority, provider, *parameters, pending, client, code};
  if (!pending->query.empty()) {
    const auto query = read_query(pending->query);
    if (!query) return refuse_by_page(authority, what, query.error());
    client = store::load<store::Client>(ask, store::Client::key(query->get("client_id")));
    code = store::load<store::Code>(ask, code_key(authority, pending->flow));
    if (ask.pending()) {
      Commit none;
      endpoints_of(provider, ask, none);  // Read in the same round: there are not many, and this way is the longest.
      return ask.needs();
    }
    auto checked = check_request(authority, *query, client.get());
    if (!checked) {
      Answer answer = checked.error();
      use_up(answer.commit, callback);
      return answer;
    }
    callback.request = std::move(checked).value();
  }
  return finish(callback, ask);
}

namespace {

std::optional<Refused> check_pending(const Authority& authority, const Provider& provider, const HttpRequest& request,
                                     const store::Found<store::Pending>& pending, UnixSeconds now) {
  if (!pending || pending->provider != provider.id) return Refused{Refusal::unknown_state};
  const auto browser = known_browser(authority, request);
  if (!browser || browser->hash() != pending->browser) return Refused{Refusal::other_browser};
  if (pending->used) return Refused{Refusal::already_redeemed};
  if (now >= pending->expires) return Refused{Refusal::expired_flow};
  return std::nullopt;
}

// RFC 9207 s. 2.4: also on errors, and before anything else of the answer is believed.
std::optional<Refused> check_response(const ProviderEndpoints& endpoints, const wire::Form& parameters) {
  const std::string_view issuer = parameters.get("iss");
  const bool is_known = !endpoints.issuer.empty() && endpoints.issuer.find('{') == std::string::npos;
  if (endpoints.tells_issuer || (is_known && !issuer.empty())) {
    if (issuer != endpoints.issuer) return Refused{Refusal::wrong_provider_issuer};
  }
  if (const std::string_view error = parameters.get("error"); !error.empty()) {
    return Refused{error == "access_denied" ? Refusal::denied_by_user : Refusal::provider_refused};
  }
  if (parameters.get("code").empty()) return Refused{Refusal::provider_refused};
  return std::nullopt;
}

Outcome finish(const Callback& callback, Ask& ask) {
  const Authority& authority = callback.authority;
  Commit kept;
  const auto endpoints = endpoints_of(callback.provider, ask, kept);
  if (ask.pending()) return ask.needs();
  const auto done = [&kept](Answer answer) {
    answer.commit.join(std::move(kept));
    return answer;
  };
  if (!endpoints) return done(refuse(callback, {Refusal::provider_unreachable}));
  if (auto refused = check_response(*endpoints, callback.parameters)) return done(refuse(callback, *refused));

  ask(Claim{callback.pending.key()});
  if (ask.pending()) return ask.needs();
  const std::string& flow_id = callback.pending->flow;
  std::vector<std::pair<std::string, std::string>> form = {
      {"grant_type", "authorization_code"},
      {"code", std::string(callback.parameters.get("code"))},
      {"redirect_uri", callback_url(authority, callback.provider)}};
  if (callback.provider.pkce) form.emplace_back("code_verifier", verifier_of(authority, flow_id));
  Fetch fetch = token_fetch(endpoints->provider, endpoints->token, std::move(form));
  fetch.reach = endpoints->reach_of(endpoints->token);
  fetch.milliseconds = 10'000;
  const Fetched* fetched = ask(std::move(fetch));
  if (fetched == nullptr) return ask.needs();
  const TokenAnswer answer = read_token_answer(*fetched, ask.facts().now());
  if (answer.kind != TokenAnswer::Kind::tokens) {
    const bool refused = answer.kind == TokenAnswer::Kind::refused;
    return done(refuse(callback, {refused ? Refusal::provider_refused : Refusal::provider_unreachable, answer.error}));
  }
  const auto identity = identify(*endpoints, answer, nonce_of(authority, flow_id), ask, kept);
  if (ask.pending()) return ask.needs();
  if (!identity) return done(refuse(callback, identity.error()));
  return done(succeed(callback, *identity, answer.tokens, ask.facts()));
}

Answer succeed(const Callback& callback, const Identity& identity, const UpstreamTokens& tokens, const Facts& facts) {
  const Authority& authority = callback.authority;
  const store::Pending& pending = *callback.pending;
  Answer answer;
  answer.audit.push_back({std::string(what), "ok", {}, identity.subject, {}});
  if (callback.request) {
    answer.reply = redirect_with_code(authority, *callback.request, pending.flow);
    answer.audit.back().client = callback.request->client_id;
    put_code(answer.commit, authority, callback.code, callback.client,
             {*callback.request, pending.scopes, identity.subject, identity.user_name, callback.provider.id,
              seal(authority, tokens, facts, "upstream tokens")},
             facts.now());
  } else {
    answer.reply = see_other(authority.path + "/account");
  }
  use_up(answer.commit, callback);
  LoginSession session{
      identity.subject,    identity.user_name, 0, pending.browser, facts.now() + authority.lifetimes.login,
      callback.provider.id};
  set_login(authority, seal(authority, session, facts), answer.reply);
  return answer;
}

// What the provider wrote about its error is a stranger's text: nobody is shown it.
Answer refuse(const Callback& callback, Refused refused) {
  if (callback.request) refused.client = callback.request->client_id;
  Answer answer;
  if (callback.request) {
    answer = refuse_by_redirect(callback.authority, *callback.request, {refused.why, {}, refused.client});
    answer.audit = {audit(what, refused)};
  } else {
    answer = refuse_by_page(callback.authority, what, refused,
                            {"Log in again", std::string(to_wire(refused.why).description),
                             callback.authority.path + "/account", "Log in"});
  }
  use_up(answer.commit, callback);
  return answer;
}

void use_up(Commit& commit, const Callback& callback) {
  store::Pending used = *callback.pending;
  used.used = true;
  store::replace(commit, callback.pending, used, used.expires + callback.authority.lifetimes.flow);
}

}  // namespace
}  // namespace postern::oauth
