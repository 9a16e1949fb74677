#include "core/oauth/new_password.hpp"

#include "core/oauth/login.hpp"
#include "core/oauth/page_parts.hpp"
#include "core/oauth/pages.hpp"
#include "core/oauth/refusal.hpp"
#include "core/oauth/users.hpp"
#include "core/store/record.hpp"
#include "core/wire/text.hpp"

namespace postern::oauth {
namespace {

constexpr std::string_view what = "login.new_password";

Reply new_password_page(const Authority& authority, int status, std::string_view flow, std::string_view user_name,
                        std::string_view alert);
Answer ask_again(const Authority& authority, const wire::Form& form, const NewPasswordFlow& flow, std::string alert);
Answer login_ended(const Authority& authority, const NewPasswordFlow& flow);

}  // namespace

Reply ask_for_new_password(const Authority& authority, const LoginFlow& login, const store::User& user,
                           const Facts& facts) {
  const NewPasswordFlow flow{login.query, user.subject,  user.name,
                             user.epoch,  login.browser, facts.now() + authority.lifetimes.flow};
  return new_password_page(authority, 200, seal(authority, flow, facts), user.name, {});
}

Outcome take_new_password(const Authority& authority, const wire::Form& form, const NewPasswordFlow& flow,
                          const Facts& facts) {
  const Secret chosen{std::string(form.get("new_password"))};
  if (form.get("new_password") != form.get("new_password_again")) {
    return ask_again(authority, form, flow, "The two passwords are not the same.");
  }
  if (const auto fault = password_fault(chosen)) {
    return ask_again(authority, form, flow, "This password does not do: " + *fault + '.');
  }
  Ask ask{facts};
  const auto user = store::load<store::User>(ask, store::User::key(flow.user_name));
  if (ask.pending()) return ask.needs();
  if (!authority.own_users || !user || user->subject != flow.subject || user->epoch != flow.epoch || !user->one_time) {
    return login_ended(authority, flow);
  }
  const PasswordVerified* same = ask(VerifyPassword{user->password, chosen});
  if (ask.pending()) return ask.needs();
  if (same->matches) {
    return ask_again(authority, form, flow, "This is the password that you were given. Choose another one.");
  }
  const PasswordHashed* hashed = ask(HashPassword{chosen});
  if (ask.pending()) return ask.needs();

  store::User changed = *user;
  changed.password = hashed->phc;
  changed.epoch += 1;
  changed.one_time = false;
  Answer answer{to_where_the_login_began(authority, flow.query), {}, {}, {}};
  let_in(authority, changed, flow.browser, facts, answer.reply);
  store::replace(answer.commit, user, changed);
  answer.commit.durable();
  answer.audit.push_back({std::string(what), "ok", {}, user->subject, {}});
  return answer;
}

namespace {

// The user name is there for password managers: what they keep is kept under it.
Reply new_password_page(const Authority& authority, int status, std::string_view flow, std::string_view user_name,
                        std::string_view alert) {
  std::string main =
      "<h1>Choose a password</h1><p class=\"soft\">The password that you have just used was given to you, ";
  main += "and is good for this page only. From now on you log in with the one that you choose here.</p>";
  if (!alert.empty()) main += "<p role=\"alert\" class=\"alert\">" + wire::html_escape(alert) + "</p>";
  main += form_start(authority, "/authorize", flow);
  main +=
      "<label for=\"username\">User name</label><input id=\"username\" name=\"username\" type=\"text\" "
      "autocomplete=\"username\" readonly value=\"" +
      wire::html_escape(user_name) +
      "\"><label for=\"new_password\">New password</label><input id=\"new_password\" name=\"new_password\" "
      "type=\"password\" autocomplete=\"new-password\" minlength=\"8\" maxlength=\"1024\" required autofocus>"
      "<label for=\"new_password_again\">The same again</label><input id=\"new_password_again\" "
      "name=\"new_password_again\" type=\"password\" autocomplete=\"new-password\" minlength=\"8\" maxlength=\"1024\" "
      "required><button class=\"strong wide\" name=\"action\" value=\"choose\">Change it and log in</button></form>";
  return page(authority, status, "Choose a password", main);
}

Answer ask_again(const Authority& authority, const wire::Form& form, const NewPasswordFlow& flow, std::string alert) {
  const Refused refused{Refusal::bad_new_password, alert, {}, flow.subject};
  return Answer{new_password_page(authority, to_wire(refused.why).status, form.get("flow"), flow.user_name, alert),
                {},
                {},
                {audit(what, refused)}};
}

Answer login_ended(const Authority& authority, const NewPasswordFlow& flow) {
  return refuse_by_page(
      authority, what, {Refusal::not_logged_in, {}, {}, flow.subject},
      {"Log in again", "This password has been changed since this page was made.",
       flow.query.empty() ? account_path(authority) : authorize_path(authority, flow.query), "Log in"});
}

}  // namespace
}  // namespace postern::oauth
