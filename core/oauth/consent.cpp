#include "core/oauth/consent.hpp"

#include "core/oauth/codes.hpp"
#include "core/oauth/denial.hpp"
#include "core/oauth/login.hpp"
#include "core/oauth/offered_scopes.hpp"
#include "core/oauth/pages.hpp"
#include "core/oauth/provider_login.hpp"

namespace postern::oauth {
namespace {

constexpr std::string_view what = "consent";

bool is_same_login(const Authority& authority, const HttpRequest& request, const ConsentFlow& flow, UnixSeconds now);
Answer login_ended(const Authority& authority, const ConsentFlow& flow);
Answer switch_account(const Authority& authority, const HttpRequest& request, const ConsentFlow& flow,
                      const store::Client& client, const Facts& facts);

/// What an allowance stands on.
struct Allowance {
  const ConsentFlow& flow;
  const AuthorizationRequest& request;
  const store::Found<store::Client>& client;
  const store::Found<store::User>& user;
  const store::Found<store::Code>& code;      ///< Of this very flow, if it gave one before.
  const store::Found<store::Denial>& denial;  ///< Of this request: none, as it was read.
  const ScopeSet& scopes;                     ///< Asked for, and chosen beside that.
};
Answer allow(const Authority& authority, const Allowance& allowance, const Facts& facts);
/// Back to the client with access_denied, and it stays denied. Both this and `allow` stand on there being no code and no
/// denial: of two that come at once one is kept, and the other starts over and sees it.
Answer deny(const Authority& authority, const ConsentFlow& flow, const AuthorizationRequest& request,
            const store::Found<store::Code>& code, const store::Found<store::Denial>& denial, UnixSeconds now);
Answer allow_again(const Authority& authority, const Allowance& allowance, UnixSeconds now);
Answer allowed(const Authority& authority, const Allowance& allowance, std::string_view outcome,
               const ScopeSet& scopes);

}  // namespace

Reply ask_for_consent(const Authority& authority, const Browser& browser, const AuthorizationRequest& request,
                      std::string query, const store::Client& client, const store::User& user, const Facts& facts) {
  const ConsentFlow flow{facts.draw("flow id"),
                         std::move(query),
                         request.scopes,
                         user.subject,
                         user.name,
                         user.epoch,
                         browser.hash(),
                         facts.now() + authority.lifetimes.flow,
                         {},
                         offered_beside(authority, request.scopes)};
  ConsentPage page = consent_page_of(authority, request, client);
  page.flow = seal(authority, flow, facts);
  page.user_name = user.name;
  Reply reply = consent_page(authority, page);
  set_browser(authority, browser, reply);
  return reply;
}

Outcome decide(const Authority& authority, const HttpRequest& request, const wire::Form& form, const ConsentFlow& flow,
               const Facts& facts) {
  const std::string_view action = form.get("action");
  if (action != "allow" && action != "deny" && action != "switch") {
    return refuse_by_page(authority, what, {Refusal::malformed_request, "expected action allow, deny or switch"});
  }
  if (!flow.provider.empty()) return decide_provider_login(authority, request, form, flow, facts);
  if (!is_same_login(authority, request, flow, facts.now())) return login_ended(authority, flow);
  const auto query = read_query(flow.query);
  if (!query) return refuse_by_page(authority, what, query.error());

  Ask ask{facts};
  const auto client = store::load<store::Client>(ask, store::Client::key(query->get("client_id")));
  const auto user = store::load<store::User>(ask, store::User::key(flow.user_name));
  const auto code = store::load<store::Code>(ask, code_key(authority, flow.id));
  const auto denial = store::load<store::Denial>(ask, denial_key(*query, flow.browser));
  if (ask.pending()) return ask.needs();

  if (!user || user->subject != flow.subject || user->epoch != flow.epoch) return login_ended(authority, flow);
  const auto checked = check_request(authority, *query, client.get());
  if (!checked) return checked.error();
  if (action == "switch") return switch_account(authority, request, flow, *client, facts);
  if (action == "deny") {
    return code ? refuse_allowed(authority, checked->client_id, flow.subject)
                : deny(authority, flow, *checked, code, denial, facts.now());
  }
  if (denial) return refuse_denied(authority, checked->client_id, flow.subject);
  const auto scopes = chosen_scopes(flow, form);
  if (!scopes) return refuse_by_page(authority, what, scopes.error());
  const Allowance allowance{flow, *checked, client, user, code, denial, *scopes};
  return code ? allow_again(authority, allowance, facts.now()) : allow(authority, allowance, facts);
}

namespace {

Answer allow(const Authority& authority, const Allowance& allowance, const Facts& facts) {
  Answer answer = allowed(authority, allowance, "ok", allowance.scopes);
  put_code(answer.commit, authority, allowance.code, allowance.client,
           {allowance.request, allowance.scopes, allowance.flow.subject, allowance.flow.user_name}, facts.now());
  store::require(answer.commit, allowance.user);
  store::require(answer.commit, allowance.denial);
  return answer;
}

Answer deny(const Authority& authority, const ConsentFlow& flow, const AuthorizationRequest& request,
            const store::Found<store::Code>& code, const store::Found<store::Denial>& denial, UnixSeconds now) {
  Answer answer =
      refuse_by_redirect(authority, request, {Refusal::denied_by_user, {}, request.client_id, flow.subject});
  put_denial(answer.commit, denial, authority.lifetimes, now);
  store::require(answer.commit, code);
  return answer;
}

// A double click, or the way back: one usable code, however often the form comes, for what was chosen the first time.
Answer allow_again(const Authority& authority, const Allowance& allowance, UnixSeconds now) {
  const std::string& id = allowance.request.client_id;
  if (!allowance.code->redeemed_by.empty()) {
    return refuse_by_page(authority, what, {Refusal::already_redeemed, {}, id, allowance.flow.subject},
                          {"Already done", "This request has been completed. You can close this page.", {}, {}});
  }
  if (now >= allowance.code->expires) {
    return refuse_by_page(authority, what, {Refusal::expired_code, {}, id, allowance.flow.subject},
                          {"That took too long",
                           "You allowed this some time ago, and the application did not come for it. Go back to the "
                           "application and start again.",
                           {},
                           {}});
  }
  Answer answer = allowed(authority, allowance, "ok_again", allowance.code->scopes);
  store::require(answer.commit, allowance.code);
  return answer;
}

Answer allowed(const Authority& authority, const Allowance& allowance, std::string_view outcome,
               const ScopeSet& scopes) {
  return Answer{redirect_with_code(authority, allowance.request, allowance.flow.id),
                {},
                {},
                {AuditEvent{std::string(what), std::string(outcome), allowance.request.client_id,
                            allowance.flow.subject, scopes.to_string()}}};
}

Answer switch_account(const Authority& authority, const HttpRequest& request, const ConsentFlow& flow,
                      const store::Client& client, const Facts& facts) {
  Reply reply = ask_for_login(authority, browser_of(authority, request, facts), flow.query, client.name, facts);
  clear_login(authority, reply);
  return Answer{std::move(reply), {}, {}, {AuditEvent{"login", "ok_left", {}, flow.subject, {}}}};
}

bool is_same_login(const Authority& authority, const HttpRequest& request, const ConsentFlow& flow, UnixSeconds now) {
  const auto session = session_of(authority, request, now);
  return session && session->provider.empty() && session->subject == flow.subject && session->epoch == flow.epoch;
}

Answer login_ended(const Authority& authority, const ConsentFlow& flow) {
  return refuse_by_page(authority, what, {Refusal::not_logged_in, {}, {}, flow.subject},
                        {"Log in again", "The login that this page was made for has ended.",
                         authorize_path(authority, flow.query), "Log in"});
}

}  // namespace
}  // namespace postern::oauth
