#include "core/oauth/provider_login.hpp"

#include "core/crypto/hash.hpp"
#include "core/oauth/clients.hpp"
#include "core/oauth/denial.hpp"
#include "core/oauth/login.hpp"
#include "core/oauth/offered_scopes.hpp"
#include "core/oauth/pages.hpp"
#include "core/oauth/provider_endpoints.hpp"
#include "core/oauth/provider_values.hpp"
#include "core/wire/base64.hpp"
#include "core/wire/uri.hpp"

namespace postern::oauth {
namespace {

constexpr std::string_view what = "consent";

/// The record of a login that goes on to the provider, and the way there.
struct Departure {
  std::string flow_id;
  std::string query;
  ScopeSet scopes;
  std::string browser;
};
Answer go_to_provider(const Authority& authority, const ProviderEndpoints& endpoints, const Departure& departure,
                      const store::Found<store::Pending>& pending, const Facts& facts);
std::string authorization_url(const Authority& authority, const ProviderEndpoints& endpoints,
                              const std::string& flow_id);
/// As long as nothing has been given, which only the callback does, a denial counts though the browser may have left for
/// the provider: that login then leads to nothing.
Answer deny(const Authority& authority, const AuthorizationRequest& request,
            const store::Found<store::Pending>& pending, const store::Found<store::Denial>& denial, UnixSeconds now);

}  // namespace

std::string callback_url(const Authority& authority, const Provider& provider) {
  return authority.issuer + '/' + provider.id + "/callback";
}

const Provider* provider_of_callback(const Authority& authority, std::string_view path) {
  if (path.starts_with(authority.path)) path.remove_prefix(authority.path.size());
  constexpr std::string_view end = "/callback";
  if (!path.starts_with('/') || !path.ends_with(end)) return nullptr;
  path.remove_prefix(1);
  return path.size() < end.size() ? nullptr : authority.provider(path.substr(0, path.size() - end.size()));
}

Reply ask_for_provider_consent(const Authority& authority, const Browser& browser, const AuthorizationRequest& request,
                               std::string query, const store::Client& client, const Provider& provider,
                               const Facts& facts) {
  ConsentFlow flow;
  flow.id = facts.draw("flow id");
  flow.query = std::move(query);
  flow.scopes = request.scopes;
  flow.browser = browser.hash();
  flow.expires = facts.now() + authority.lifetimes.flow;
  flow.provider = provider.id;
  flow.offered = offered_beside(authority, request.scopes);
  ConsentPage page = consent_page_of(authority, request, client, &provider);
  page.flow = seal(authority, flow, facts);
  page.provider = provider.label;
  const auto there = wire::Uri::parse(provider.issuer.empty() ? provider.authorize_url : provider.issuer);
  if (there) page.provider_host = there->host;
  Reply reply = consent_page(authority, page);
  set_browser(authority, browser, reply);
  return reply;
}

Outcome decide_provider_login(const Authority& authority, const HttpRequest& request, const wire::Form& form,
                              const ConsentFlow& flow, const Facts& facts) {
  const std::string_view action = form.get("action");
  const auto query = read_query(flow.query);
  if (!query) return refuse_by_page(authority, what, query.error());
  const Provider* provider = authority.provider(flow.provider);
  if (provider == nullptr) return refuse_by_page(authority, what, {Refusal::provider_not_configured});

  Ask ask{facts};
  Commit kept;
  const auto client = store::load<store::Client>(ask, store::Client::key(query->get("client_id")));
  const auto pending = store::load<store::Pending>(ask, pending_key(authority, flow.id));
  const auto denial = store::load<store::Denial>(ask, denial_key(*query, flow.browser));
  std::optional<ProviderEndpoints> endpoints;
  if (action == "allow") endpoints = endpoints_of(*provider, ask, kept);
  if (ask.pending()) return ask.needs();

  const auto checked = check_request(authority, *query, client.get());
  if (!checked) return checked.error();
  if (action == "switch") {
    return ask_for_login(authority, browser_of(authority, request, facts), flow.query, client->name, facts);
  }
  if (action == "deny") {
    if (pending && pending->used && !denial) return refuse_allowed(authority, checked->client_id, {});
    return deny(authority, *checked, pending, denial, facts.now());
  }
  if (denial) return refuse_denied(authority, checked->client_id, {});
  const auto scopes = chosen_scopes(flow, form);
  if (!scopes) return refuse_by_page(authority, what, scopes.error());
  if (!endpoints) {
    Answer answer = refuse_by_redirect(authority, *checked, {Refusal::provider_unreachable, {}, checked->client_id});
    answer.commit.join(std::move(kept));
    return answer;
  }
  if (pending && pending->used) {
    return refuse_by_page(authority, what, {Refusal::already_redeemed, {}, checked->client_id},
                          {"Already done", "This request has been completed. You can close this page.", {}, {}});
  }
  Answer answer = go_to_provider(authority, *endpoints, {flow.id, flow.query, *scopes, flow.browser}, pending, facts);
  answer.commit.join(std::move(kept));
  store::require(answer.commit, denial);
  // Of a form that is sent twice the first one counts.
  const ScopeSet& allowed = pending ? pending->scopes : *scopes;
  answer.audit.push_back(
      {std::string(what), "ok_to_provider", checked->client_id, {}, provider->id + ": " + allowed.to_string()});
  return answer;
}

Outcome begin_account_login(const Authority& authority, const Browser& browser, const Provider& provider,
                            const Facts& facts) {
  const std::string flow_id = facts.draw("flow id");
  Ask ask{facts};
  Commit kept;
  const auto pending = store::load<store::Pending>(ask, pending_key(authority, flow_id));
  const auto endpoints = endpoints_of(provider, ask, kept);
  if (ask.pending()) return ask.needs();
  Answer answer = endpoints ? go_to_provider(authority, *endpoints, {flow_id, {}, {}, browser.hash()}, pending, facts)
                            : refuse_by_page(authority, "login", {Refusal::provider_unreachable});
  answer.commit.join(std::move(kept));
  set_browser(authority, browser, answer.reply);
  return answer;
}

namespace {

Answer go_to_provider(const Authority& authority, const ProviderEndpoints& endpoints, const Departure& departure,
                      const store::Found<store::Pending>& pending, const Facts& facts) {
  Answer answer{see_other(authorization_url(authority, endpoints, departure.flow_id)), {}, {}, {}};
  if (pending) {  // A double click: the same login once more.
    store::require(answer.commit, pending);
    return answer;
  }
  store::Pending made;
  made.flow = departure.flow_id;
  made.query = departure.query;
  made.provider = endpoints.provider.id;
  made.scopes = departure.scopes;
  made.browser = departure.browser;
  made.expires = facts.now() + authority.lifetimes.flow;
  // It stays as long again, so that a second callback is told from one that was never started.
  store::replace(answer.commit, pending, made, made.expires + authority.lifetimes.flow);
  return answer;
}

Answer deny(const Authority& authority, const AuthorizationRequest& request,
            const store::Found<store::Pending>& pending, const store::Found<store::Denial>& denial, UnixSeconds now) {
  Answer answer = refuse_by_redirect(authority, request, {Refusal::denied_by_user, {}, request.client_id});
  put_denial(answer.commit, denial, authority.lifetimes, now);
  if (!pending || pending->used) {
    store::require(answer.commit, pending);
    return answer;
  }
  store::Pending ended = *pending;
  ended.used = true;
  store::replace(answer.commit, pending, ended, ended.expires + authority.lifetimes.flow);
  return answer;
}

std::string authorization_url(const Authority& authority, const ProviderEndpoints& endpoints,
                              const std::string& flow_id) {
  const Provider& provider = endpoints.provider;
  std::vector<std::pair<std::string, std::string>> parameters = {{"response_type", "code"},
                                                                 {"client_id", provider.client_id},
                                                                 {"redirect_uri", callback_url(authority, provider)},
                                                                 {"scope", provider.scope},
                                                                 {"state", state_of(authority, flow_id)}};
  if (provider.pkce) {
    parameters.emplace_back("code_challenge", wire::base64url(crypto::sha256(verifier_of(authority, flow_id))));
    parameters.emplace_back("code_challenge_method", "S256");
  }
  if (provider.kind == Provider::Kind::oidc) parameters.emplace_back("nonce", nonce_of(authority, flow_id));
  if (const auto more = wire::Form::parse(provider.authorize_parameters)) {
    for (const auto& field : more->fields()) parameters.push_back(field);
  }
  return wire::append_query(endpoints.authorize, wire::form_encode(parameters));
}

}  // namespace
}  // namespace postern::oauth
