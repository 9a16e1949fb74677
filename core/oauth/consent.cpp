#include "core/oauth/consent.hpp"

#include "core/crypto/hash.hpp"
#include "core/oauth/clients.hpp"
#include "core/oauth/login.hpp"
#include "core/oauth/pages.hpp"
#include "core/wire/base64.hpp"
#include "core/wire/uri.hpp"

namespace postern::oauth {
namespace {

constexpr std::string_view what = "consent";

std::vector<std::string> in_words(const ScopePolicy& policy, const ScopeSet& scopes);
bool is_same_login(const Authority& authority, const HttpRequest& request, const ConsentFlow& flow, UnixSeconds now);
Answer login_ended(const Authority& authority, const ConsentFlow& flow);
Answer switch_account(const Authority& authority, const HttpRequest& request, const ConsentFlow& flow,
                      const store::Client& client, const Facts& facts);
std::string code_of(const Authority& authority, const ConsentFlow& flow);

/// What an allowance stands on.
struct Allowance {
  const ConsentFlow& flow;
  const AuthorizationRequest& request;
  const store::Found<store::Client>& client;
  const store::Found<store::User>& user;
  const store::Found<store::Code>& code;  ///< Of this very flow, if it gave one before.
};
Answer allow(const Authority& authority, const Allowance& allowance, const Facts& facts);
Answer allow_again(const Authority& authority, const Allowance& allowance, UnixSeconds now);
Answer redirect_with_code(const Authority& authority, const Allowance& allowance, std::string_view outcome);

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
                         facts.now() + authority.lifetimes.flow};
  ConsentPage page;
  page.flow = seal(authority, flow, facts);
  page.client_name = client.name;
  if (const auto uri = wire::Uri::parse(client.uri)) page.client_host = uri->host;
  page.redirect_host = request.redirect.display_host();
  page.user_name = user.name;
  page.scopes = in_words(authority.scopes, request.scopes);
  page.loopback_only = is_loopback_only(authority, client);
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
  if (!is_same_login(authority, request, flow, facts.now())) return login_ended(authority, flow);
  const auto query = read_query(flow.query);
  if (!query) return refuse_by_page(authority, what, query.error());

  Ask ask{facts};
  const auto client = store::load<store::Client>(ask, store::Client::key(query->get("client_id")));
  const auto user = store::load<store::User>(ask, store::User::key(flow.user_name));
  const std::string hash = wire::base64url(crypto::sha256(code_of(authority, flow)));
  const auto code = store::load<store::Code>(ask, store::Code::key(hash));
  if (ask.pending()) return ask.needs();

  if (!user || user->subject != flow.subject || user->epoch != flow.epoch) return login_ended(authority, flow);
  const auto checked = check_request(authority, *query, client);
  if (!checked) return checked.error();
  if (action == "switch") return switch_account(authority, request, flow, *client, facts);
  if (action == "deny") {
    return refuse_by_redirect(authority, *checked, {Refusal::denied_by_user, {}, checked->client_id, flow.subject});
  }
  const Allowance allowance{flow, *checked, client, user, code};
  return code ? allow_again(authority, allowance, facts.now()) : allow(authority, allowance, facts);
}

namespace {

Answer allow(const Authority& authority, const Allowance& allowance, const Facts& facts) {
  const Lifetimes& lifetimes = authority.lifetimes;
  store::Code code;
  code.client = allowance.request.client_id;
  code.redirect_uri = allowance.request.redirect.text();
  code.challenge = allowance.request.challenge;
  code.resource = authority.resource;
  code.subject = allowance.flow.subject;
  code.user_name = allowance.flow.user_name;
  code.scopes = allowance.flow.scopes;
  code.expires = facts.now() + lifetimes.code;

  Answer answer = redirect_with_code(authority, allowance, "ok");
  // It stays until no page of this flow can come back any more: else the same form would make the same code anew.
  store::replace(answer.commit, allowance.code, code, code.expires + lifetimes.flow);
  store::require(answer.commit, allowance.user);
  keep_used_client(answer.commit, allowance.client, lifetimes, facts.now());
  answer.commit.durable();
  return answer;
}

// A double click, or the way back: one usable code, however often the form comes.
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
  Answer answer = redirect_with_code(authority, allowance, "ok_again");
  store::require(answer.commit, allowance.code);
  return answer;
}

Answer redirect_with_code(const Authority& authority, const Allowance& allowance, std::string_view outcome) {
  return Answer{redirect_back(authority, allowance.request, {{"code", code_of(authority, allowance.flow)}}),
                {},
                {},
                {AuditEvent{std::string(what), std::string(outcome), allowance.request.client_id,
                            allowance.flow.subject, allowance.flow.scopes.to_string()}}};
}

// Only this deployment can make it from the flow's id, and always makes the same.
std::string code_of(const Authority& authority, const ConsentFlow& flow) {
  return wire::base64url(authority.codes.mac(flow.id));
}

Answer switch_account(const Authority& authority, const HttpRequest& request, const ConsentFlow& flow,
                      const store::Client& client, const Facts& facts) {
  Reply reply = ask_for_login(authority, browser_of(authority, request, facts), flow.query, client.name, facts);
  clear_login(authority, reply);
  return Answer{std::move(reply), {}, {}, {AuditEvent{"login", "ok_left", {}, flow.subject, {}}}};
}

bool is_same_login(const Authority& authority, const HttpRequest& request, const ConsentFlow& flow, UnixSeconds now) {
  const auto session = session_of(authority, request, now);
  return session && session->subject == flow.subject && session->epoch == flow.epoch;
}

Answer login_ended(const Authority& authority, const ConsentFlow& flow) {
  return refuse_by_page(authority, what, {Refusal::not_logged_in, {}, {}, flow.subject},
                        {"Log in again", "The login that this page was made for has ended.",
                         authorize_path(authority, flow.query), "Log in"});
}

std::vector<std::string> in_words(const ScopePolicy& policy, const ScopeSet& scopes) {
  std::vector<std::string> words;
  for (const std::string& token : scopes.tokens()) {
    const ScopeDefinition* definition = policy.find(token);
    words.push_back(definition == nullptr || definition->in_words.empty() ? token : definition->in_words);
  }
  return words;
}

}  // namespace
}  // namespace postern::oauth
