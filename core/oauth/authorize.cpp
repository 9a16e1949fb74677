#include "core/oauth/authorization_request.hpp"
#include "core/oauth/client_document.hpp"
#include "core/oauth/consent.hpp"
#include "core/oauth/cookies.hpp"
#include "core/oauth/denial.hpp"
#include "core/oauth/endpoints.hpp"
#include "core/oauth/flow.hpp"
#include "core/oauth/login.hpp"
#include "core/oauth/new_password.hpp"
#include "core/oauth/page_form.hpp"
#include "core/oauth/pages.hpp"
#include "core/oauth/provider_login.hpp"
#include "core/oauth/replies.hpp"
#include "core/wire/http.hpp"
#include "core/wire/uri.hpp"

namespace postern::oauth {
namespace {

constexpr std::string_view what = "authorize";

Outcome show(const Authority& authority, const HttpRequest& request, const Facts& facts);
/// The request is whole; its client is looked up, and what that has found out is kept with any answer.
Outcome show_for(const Authority& authority, const HttpRequest& request, const wire::Form& query,
                 const std::string& query_text, const store::Client* client, const LoginSession* session, Ask& ask);
Outcome receive(const Authority& authority, const HttpRequest& request, const Facts& facts);
/// A button of the login page: on to our consent, and from there to the provider.
Outcome choose_provider(const Authority& authority, const HttpRequest& request, const wire::Form& form,
                        const LoginFlow& flow, const Facts& facts);
/// The query for after the login: what made it necessary is left out, else it would be asked for again and again.
std::string after_login(const wire::Form& form, const std::string& query);

}  // namespace

Outcome authorize(const Authority& authority, const HttpRequest& request, const Facts& facts) {
  if (request.method == "GET") return show(authority, request, facts);
  if (request.method == "POST") return receive(authority, request, facts);
  return refuse_method(what, request, "GET, POST");
}

namespace {

// A GET shows pages and gives errors; it never gives a code, whatever is in it and whoever is logged in.
Outcome show(const Authority& authority, const HttpRequest& request, const Facts& facts) {
  const auto target = wire::parse_target(request.target);
  if (!target) return refuse_by_page(authority, what, {Refusal::malformed_request, target.error().what});
  const auto query = read_query(target->query);
  if (!query) return refuse_by_page(authority, what, query.error());
  const std::optional<LoginSession> session = session_of(authority, request, facts.now());

  Ask ask{facts};
  ClientLookup lookup = find_client(authority, query->get("client_id"), ask);
  Outcome outcome = show_for(authority, request, *query, target->query, lookup.client ? &*lookup.client : nullptr,
                             session ? &*session : nullptr, ask);
  if (ask.pending()) return ask.needs();
  if (lookup.refused) outcome = refuse_by_page(authority, what, *lookup.refused);
  if (Answer* answer = outcome.answer()) answer->commit.join(std::move(lookup.commit));
  return outcome;
}

Outcome show_for(const Authority& authority, const HttpRequest& request, const wire::Form& query,
                 const std::string& query_text, const store::Client* client, const LoginSession* session, Ask& ask) {
  const Facts& facts = ask.facts();
  store::Found<store::User> user;
  store::Found<store::Denial> denial;
  if (const auto known = known_browser(authority, request)) {
    denial = store::load<store::Denial>(ask, denial_key(query, known->hash()));
  }
  // Who came by a provider has no record here, and the provider is asked again for what this client gets.
  if (session != nullptr && session->provider.empty()) {
    user = store::load<store::User>(ask, store::User::key(session->user_name));
  }
  if (ask.pending()) return ask.needs();

  const auto checked = check_request(authority, query, client);
  if (!checked) return checked.error();
  const bool logged_in =
      session != nullptr && user && user->subject == session->subject && user->epoch == session->epoch;
  if (!checked->may_ask) {
    const Refusal why = logged_in ? Refusal::consent_required : Refusal::login_required;
    return refuse_by_redirect(authority, *checked, {why, {}, checked->client_id});
  }
  if (denial) return refuse_denied(authority, checked->client_id, {});
  const Browser browser = browser_of(authority, request, facts);
  if (!logged_in || checked->must_log_in) {
    std::string back = checked->must_log_in ? after_login(query, query_text) : query_text;
    if (!authority.own_users && authority.providers.size() == 1) {
      return ask_for_provider_consent(authority, browser, *checked, std::move(back), *client,
                                      authority.providers.front(), facts);
    }
    return ask_for_login(authority, browser, std::move(back), client->name, facts);
  }
  return ask_for_consent(authority, browser, *checked, query_text, *client, *user, facts);
}

Outcome receive(const Authority& authority, const HttpRequest& request, const Facts& facts) {
  if (auto refused = check_sender(authority, request)) return refuse_by_page(authority, what, *refused);
  const auto form = read_form(request);
  if (!form) return refuse_by_page(authority, what, form.error());
  const std::string_view text = form->get("flow");
  if (const auto flow = open_login_flow(authority, text)) {
    if (auto refused = check_flow(authority, request, flow->browser, flow->expires, facts.now())) {
      return refuse_by_page(authority, what, *refused);
    }
    if (!form->get("provider").empty()) return choose_provider(authority, request, *form, *flow, facts);
    return log_in(authority, *form, *flow, facts);
  }
  if (const auto flow = open_new_password_flow(authority, text)) {
    if (auto refused = check_flow(authority, request, flow->browser, flow->expires, facts.now())) {
      return refuse_by_page(authority, what, *refused);
    }
    return take_new_password(authority, *form, *flow, facts);
  }
  if (const auto flow = open_consent_flow(authority, text)) {
    if (auto refused = check_flow(authority, request, flow->browser, flow->expires, facts.now())) {
      return refuse_by_page(authority, what, *refused);
    }
    return decide(authority, request, *form, *flow, facts);
  }
  return refuse_by_page(authority, what, {Refusal::broken_flow});
}

Outcome choose_provider(const Authority& authority, const HttpRequest& request, const wire::Form& form,
                        const LoginFlow& flow, const Facts& facts) {
  const Provider* provider = authority.provider(form.get("provider"));
  if (provider == nullptr) return refuse_by_page(authority, what, {Refusal::provider_not_configured});
  if (is_for_account(flow)) {
    return begin_account_login(authority, browser_of(authority, request, facts), *provider, facts);
  }
  const auto query = read_query(flow.query);
  if (!query) return refuse_by_page(authority, what, query.error());
  Ask ask{facts};
  const auto client = store::load<store::Client>(ask, store::Client::key(query->get("client_id")));
  if (ask.pending()) return ask.needs();
  const auto checked = check_request(authority, *query, client.get());
  if (!checked) return checked.error();
  return ask_for_provider_consent(authority, browser_of(authority, request, facts), *checked, flow.query, *client,
                                  *provider, facts);
}

std::string after_login(const wire::Form& form, const std::string& query) {
  if (form.find("prompt") == nullptr) return query;
  std::vector<wire::Form::Field> kept;
  for (const wire::Form::Field& field : form.fields()) {
    if (field.first != "prompt") kept.push_back(field);
  }
  return wire::form_encode(kept);
}

}  // namespace
}  // namespace postern::oauth
