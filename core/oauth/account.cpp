#include "core/oauth/account.hpp"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "core/oauth/account_page.hpp"
#include "core/oauth/cookies.hpp"
#include "core/oauth/flow.hpp"
#include "core/oauth/grant.hpp"
#include "core/oauth/grants.hpp"
#include "core/oauth/login.hpp"
#include "core/oauth/page_form.hpp"
#include "core/oauth/pages.hpp"
#include "core/oauth/replies.hpp"

namespace postern::oauth {
namespace {

constexpr std::string_view what = "account";
constexpr std::string_view what_ends = "account.revoke";
constexpr std::size_t longest_id = 64;

Outcome show(const Authority& authority, const HttpRequest& request, const Facts& facts);
Outcome receive(const Authority& authority, const HttpRequest& request, const Facts& facts);
/// Ends what the client of this grant has: every grant of the user's that is in the same card, whatever has been added since.
Outcome revoke_client_of(const Authority& authority, const std::string& subject, std::string_view id, Ask& ask);
Outcome revoke_all(const Authority& authority, const std::string& subject, Ask& ask);
Outcome log_out(const Authority& authority, const std::string& subject);

/// The login still counts: a user of our own has the same password as then, a provider is still one of ours. Means
/// nothing while `ask.pending()`.
bool is_good(const Authority& authority, const LoginSession& session, Ask& ask);
/// One for each client, however often it was let in: from several devices, or anew. What was used last comes first. Means
/// nothing while `ask.pending()`.
std::vector<AccountApp> apps_of(const Authority& authority, const UserGrants& found, Ask& ask);
std::string provider_label(const Authority& authority, const std::string& id);
Answer back_to_the_page(const Authority& authority);

}  // namespace

Outcome account(const Authority& authority, const HttpRequest& request, const Facts& facts) {
  if (request.method != "GET" && request.method != "POST") return refuse_method(what, request, "GET, POST");
  if (!authority.own_users && authority.providers.empty()) {
    return message_page(authority, 404, {"No accounts here", "People log in to this service elsewhere.", {}, {}});
  }
  return request.method == "GET" ? show(authority, request, facts) : receive(authority, request, facts);
}

namespace {

Outcome show(const Authority& authority, const HttpRequest& request, const Facts& facts) {
  const Browser browser = browser_of(authority, request, facts);
  const std::optional<LoginSession> session = session_of(authority, request, facts.now());
  if (!session) return ask_for_login(authority, browser, {}, {}, facts);

  Ask ask{facts};
  const bool good = is_good(authority, *session, ask);
  const UserGrants found = load_grants(ask, session->subject);
  if (ask.pending()) return ask.needs();
  if (!good) return ask_for_login(authority, browser, {}, {}, facts);

  AccountPage page;
  page.apps = apps_of(authority, found, ask);
  if (ask.pending()) return ask.needs();
  page.more = found.more;
  page.user_name = session->user_name;
  page.provider = provider_label(authority, session->provider);
  const AccountFlow flow{session->subject, session->epoch, browser.hash(), facts.now() + authority.lifetimes.flow};
  page.flow = seal(authority, flow, facts);
  return account_page(authority, page, facts.now());
}

Outcome receive(const Authority& authority, const HttpRequest& request, const Facts& facts) {
  if (auto refused = check_sender(authority, request)) return refuse_by_page(authority, what, *refused);
  const auto form = read_form(request);
  if (!form) return refuse_by_page(authority, what, form.error());
  const auto refuse = [&authority](Refused refused, std::string title) {
    std::string text(to_wire(refused.why).description);
    return refuse_by_page(authority, what, refused,
                          {std::move(title), std::move(text), account_path(authority), "Back to your account"});
  };
  const auto flow = open_account_flow(authority, form->get("flow"));
  if (!flow) return refuse({Refusal::broken_flow}, {});
  if (auto refused = check_flow(authority, request, flow->browser, flow->expires, facts.now())) {
    return refuse(std::move(*refused), {});
  }

  // Another login in the same browser is another user's: this page is not theirs.
  const std::optional<LoginSession> session = session_of(authority, request, facts.now());
  Ask ask{facts};
  const bool good = session && session->subject == flow->subject && session->epoch == flow->epoch &&
                    is_good(authority, *session, ask);
  if (ask.pending()) return ask.needs();
  if (!good) return refuse({Refusal::not_logged_in, {}, {}, flow->subject}, "Log in again");

  const std::string_view action = form->get("action");
  if (action == "logout") return log_out(authority, flow->subject);
  if (action == "revoke-all") return revoke_all(authority, flow->subject, ask);
  const std::string_view id = form->get("revoke");
  if (id.empty() || id.size() > longest_id) {
    return refuse({Refusal::malformed_request, "expected revoke, or action revoke-all or logout"}, {});
  }
  return revoke_client_of(authority, flow->subject, id, ask);
}

Outcome revoke_client_of(const Authority& authority, const std::string& subject, std::string_view id, Ask& ask) {
  const auto named = store::load<store::Grant>(ask, store::Grant::key(id));
  UserGrants found = load_grants(ask, subject);
  if (ask.pending()) return ask.needs();
  // One that is not there is told from one of somebody else by nothing.
  if (!named || named->subject != subject) {
    return refuse_by_page(authority, what_ends, {Refusal::not_your_grant, {}, {}, subject},
                          {"Nothing to revoke", std::string(to_wire(Refusal::not_your_grant).description),
                           account_path(authority), "Back to your account"});
  }
  std::erase_if(found.grants,
                [&named](const UserGrant& one) { return !one.grant || one.grant->client != named->client; });
  Answer answer = back_to_the_page(authority);
  end_grants(found.grants, authority.lifetimes, what_ends, ask, answer);
  if (ask.pending()) return ask.needs();
  return answer;
}

Outcome revoke_all(const Authority& authority, const std::string& subject, Ask& ask) {
  const UserGrants found = load_grants(ask, subject);
  if (ask.pending()) return ask.needs();
  Answer answer = back_to_the_page(authority);
  end_grants(found.grants, authority.lifetimes, what_ends, ask, answer);
  if (ask.pending()) return ask.needs();
  return answer;
}

Outcome log_out(const Authority& authority, const std::string& subject) {
  Answer answer = back_to_the_page(authority);
  clear_login(authority, answer.reply);
  answer.audit.push_back({"login", "ok_left", {}, subject, {}});
  return answer;
}

bool is_good(const Authority& authority, const LoginSession& session, Ask& ask) {
  if (!session.provider.empty()) return authority.provider(session.provider) != nullptr;
  if (!authority.own_users) return false;
  const auto user = store::load<store::User>(ask, store::User::key(session.user_name));
  return user && user->subject == session.subject && user->epoch == session.epoch;
}

std::vector<AccountApp> apps_of(const Authority& authority, const UserGrants& found, Ask& ask) {
  std::map<std::string, AccountApp> by_client;
  std::map<std::string, ScopeSet> scopes;
  std::map<std::string, const Provider*> providers;  // Whose profile a scope shows.
  for (const UserGrant& one : found.grants) {
    if (!one.grant || !lives(*one.grant, ask.facts().now())) continue;
    const store::Grant& grant = *one.grant;
    auto [at, is_first] = by_client.try_emplace(grant.client);
    AccountApp& app = at->second;
    if (is_first) {
      const auto client = store::load<store::Client>(ask, store::Client::key(grant.client));
      app.is_known = client.found();
      if (client) app.client_name = client->name;
      if (client) app.redirect_hosts = redirect_hosts(authority, *client);
      app.grant = one.id;
      app.granted = grant.created;
    }
    app.granted = std::min(app.granted, grant.created);
    app.used = std::max(app.used, grant.used);
    app.times += 1;
    scopes[grant.client] = scopes[grant.client].united_with(grant.scopes);
    if (const Provider* provider = authority.provider(grant.provider)) providers[grant.client] = provider;
    const std::string label = provider_label(authority, grant.provider);
    if (!label.empty() && std::find(app.providers.begin(), app.providers.end(), label) == app.providers.end()) {
      app.providers.push_back(label);
    }
  }
  std::vector<AccountApp> apps;
  for (auto& [client, app] : by_client) {
    app.scopes = scopes_in_words(authority, scopes[client], providers[client]);
    apps.push_back(std::move(app));
  }
  std::sort(apps.begin(), apps.end(), [](const AccountApp& left, const AccountApp& right) {
    return left.used == right.used ? left.grant < right.grant : left.used > right.used;
  });
  return apps;
}

std::string provider_label(const Authority& authority, const std::string& id) {
  const Provider* provider = authority.provider(id);
  return provider == nullptr ? id : provider->label;
}

Answer back_to_the_page(const Authority& authority) { return {see_other(account_path(authority)), {}, {}, {}}; }

}  // namespace
}  // namespace postern::oauth
