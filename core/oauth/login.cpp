#include "core/oauth/login.hpp"

#include <algorithm>

#include "core/crypto/hash.hpp"
#include "core/oauth/new_password.hpp"
#include "core/oauth/pages.hpp"
#include "core/store/record.hpp"
#include "core/store/records.hpp"
#include "core/wire/base64.hpp"

namespace postern::oauth {
namespace {

constexpr std::string_view what = "login";
constexpr std::size_t longest_name = 256;       // Bytes: 64 code points of four.
constexpr std::size_t longest_password = 1024;  // Bytes.
constexpr Seconds throttle_life{15 * 60};

Answer ask_again(const Authority& authority, const wire::Form& form, const LoginFlow& flow, const Refused& refused,
                 std::string alert);
Answer wait(const Authority& authority, const wire::Form& form, const LoginFlow& flow, Seconds left);
/// `subject`: of the user whose password it was not; empty where there is no such user.
Answer failed(const Authority& authority, const wire::Form& form, const LoginFlow& flow, const std::string& subject,
              const store::Found<store::Throttle>& throttle, UnixSeconds now);
Answer succeeded(const Authority& authority, const LoginFlow& flow, const store::User& user,
                 const store::Found<store::Throttle>& throttle, const Facts& facts);

}  // namespace

Reply ask_for_login(const Authority& authority, const Browser& browser, std::string query, std::string_view client_name,
                    const Facts& facts) {
  const LoginFlow flow{std::move(query), std::string(client_name), browser.hash(),
                       facts.now() + authority.lifetimes.flow};
  Reply reply =
      login_page(authority, 200, {seal(authority, flow, facts), flow.client_name, {}, {}, is_for_account(flow)});
  set_browser(authority, browser, reply);
  return reply;
}

Outcome log_in(const Authority& authority, const wire::Form& form, const LoginFlow& flow, const Facts& facts) {
  if (!authority.own_users) return refuse_by_page(authority, what, {Refusal::provider_not_configured});
  const std::string_view name = form.get("username");
  const std::string_view password = form.get("password");
  if (name.empty() || password.empty()) {
    return ask_again(authority, form, flow, {Refusal::wrong_password, "expected a user name and a password"},
                     "Enter both your user name and your password.");
  }
  if (name.size() > longest_name || password.size() > longest_password) {
    return ask_again(authority, form, flow, {Refusal::wrong_password, "longer than any user name or password can be"},
                     "User name or password is wrong.");
  }

  Ask ask{facts};
  const std::string name_hash = wire::base64url(crypto::sha256(name));
  const auto throttle = store::load<store::Throttle>(ask, store::Throttle::key(name_hash));
  const auto user = store::load<store::User>(ask, store::User::key(name));
  if (ask.pending()) return ask.needs();
  if (throttle && facts.now() < throttle->closed_until) {
    return wait(authority, form, flow, throttle->closed_until - facts.now());
  }

  const PasswordVerified* verified =
      ask(VerifyPassword{user ? user->password : authority.decoy_password, Secret(std::string(password))});
  if (ask.pending()) return ask.needs();
  const bool is_user = user && verified->matches && !user->subject.empty() && user->name == name;
  return is_user ? succeeded(authority, flow, *user, throttle, facts)
                 : failed(authority, form, flow, user ? user->subject : "", throttle, facts.now());
}

Seconds delay_after(std::int64_t failures) {
  constexpr std::int64_t free_failures = 4;
  constexpr std::int64_t longest = 60;
  if (failures <= free_failures) return {0};
  return {std::min(longest, std::int64_t{1} << std::min<std::int64_t>(failures - free_failures, 6))};
}

void let_in(const Authority& authority, const store::User& user, const std::string& browser, const Facts& facts,
            Reply& reply) {
  const LoginSession session{user.subject, user.name, user.epoch, browser, facts.now() + authority.lifetimes.login, {}};
  set_login(authority, seal(authority, session, facts), reply);
}

Reply to_where_the_login_began(const Authority& authority, const std::string& query) {
  return see_other(query.empty() ? account_path(authority) : authorize_path(authority, query));
}

std::string authorize_path(const Authority& authority, std::string_view query) {
  return authority.path + "/authorize?" + std::string(query);
}

std::string account_path(const Authority& authority) { return authority.path + "/account"; }

namespace {

Answer ask_again(const Authority& authority, const wire::Form& form, const LoginFlow& flow, const Refused& refused,
                 std::string alert) {
  const LoginPage page{std::string(form.get("flow")), flow.client_name,
                       std::string(form.get("username").substr(0, longest_name)), std::move(alert),
                       is_for_account(flow)};
  return Answer{login_page(authority, to_wire(refused.why).status, page), {}, {}, {audit(what, refused)}};
}

Answer wait(const Authority& authority, const wire::Form& form, const LoginFlow& flow, Seconds left) {
  const std::string seconds = std::to_string(left.count) + (left.count == 1 ? " second" : " seconds");
  Answer answer = ask_again(authority, form, flow, {Refusal::login_throttled},
                            "Too many failed attempts. Wait " + seconds + ", then try again.");
  answer.reply.headers.push_back({"Retry-After", std::to_string(left.count)});
  return answer;
}

// The count stands on the count that was read: of guesses in parallel one is counted, and the others start over and
// meet the delay.
// The audit never has the name as it was typed: people type their password there.
Answer failed(const Authority& authority, const wire::Form& form, const LoginFlow& flow, const std::string& subject,
              const store::Found<store::Throttle>& throttle, UnixSeconds now) {
  const std::int64_t failures = (throttle ? throttle->failures : 0) + 1;
  const Seconds delay = delay_after(failures);
  std::string alert = "User name or password is wrong.";
  if (delay.count > 0) alert += " Wait " + std::to_string(delay.count) + " seconds before you try again.";
  Answer answer = ask_again(authority, form, flow, {Refusal::wrong_password, {}, {}, subject}, std::move(alert));
  store::replace(answer.commit, throttle, store::Throttle{failures, now + delay}, now + throttle_life);
  return answer;
}

Answer succeeded(const Authority& authority, const LoginFlow& flow, const store::User& user,
                 const store::Found<store::Throttle>& throttle, const Facts& facts) {
  if (user.one_time) {
    Answer answer{ask_for_new_password(authority, flow, user, facts), {}, {}, {}};
    store::erase(answer.commit, throttle);
    answer.audit.push_back({std::string(what), "ok_one_time", {}, user.subject, {}});
    return answer;
  }
  Answer answer{to_where_the_login_began(authority, flow.query), {}, {}, {}};
  let_in(authority, user, flow.browser, facts, answer.reply);
  store::erase(answer.commit, throttle);
  answer.audit.push_back({std::string(what), "ok", {}, user.subject, {}});
  return answer;
}

}  // namespace
}  // namespace postern::oauth
