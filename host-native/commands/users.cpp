#include "host-native/commands/users.hpp"

#include <termios.h>
#include <unistd.h>

#include <iostream>

#include "core/oauth/users.hpp"
#include "core/wire/json.hpp"
#include "host-native/commands/decisions.hpp"
#include "host-native/commands/program.hpp"
#include "host-native/system/refused.hpp"

namespace postern::commands {
namespace {

Secret ask_for_password(const UserCommand& command);
int report(const Reply& reply, const std::string& done);
int list(const Host& host);
int remove(const Host& host, const config::Options& options, const std::string& name);

}  // namespace

bool has_users(const Host& host) {
  const Reply reply = decide(host, [](const Facts& facts) { return oauth::list_users(facts); });
  if (reply.status != 200) throw Refused("users: " + error_line(reply));
  const Json body = body_of(reply);
  const Json* users = wire::array_member(body, "users");
  return users != nullptr && !users->empty();
}

Reply add_user(const Host& host, const std::string& name, const Secret& password) {
  return decide(host, [&](const Facts& facts) { return oauth::add_user(name, password, facts); });
}

int manage_users(const Program& program, const config::Options& options, const UserCommand& command) {
  const bool adds = command.action == UserCommand::Action::add;
  const OfflineHost offline(program, options, "user", adds);
  const Host& host = offline.host();
  Secret password;
  if (adds || command.action == UserCommand::Action::set_password) password = ask_for_password(command);
  switch (command.action) {
    case UserCommand::Action::add:
      return report(add_user(host, command.name, password), "added " + command.name);
    case UserCommand::Action::set_password:
      return report(
          decide(host, [&](const Facts& facts) { return oauth::set_password(command.name, password, facts); }),
          "changed the password of " + command.name);
    case UserCommand::Action::list:
      return list(host);
    case UserCommand::Action::remove:
      return remove(host, options, command.name);
  }
  return 1;
}

namespace {

// While it lives, what is typed at the terminal is not shown.
class NoEcho {
 public:
  NoEcho() {
    if (::tcgetattr(STDIN_FILENO, &before_) != 0) return;
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    changed_ = ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) == 0;
  }
  ~NoEcho() {
    if (changed_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  NoEcho(const NoEcho&) = delete;
  NoEcho& operator=(const NoEcho&) = delete;

 private:
  termios before_{};
  bool changed_ = false;
};

Secret read_line() {
  std::string line;
  if (!std::getline(std::cin, line)) throw Refused("user: expected a password on standard input");
  if (line.ends_with('\r')) line.pop_back();
  return Secret(std::move(line));
}

Secret prompt(const char* what) {
  const NoEcho quiet;
  std::cerr << what << std::flush;
  Secret line = read_line();
  std::cerr << '\n';
  return line;
}

Secret ask_for_password(const UserCommand& command) {
  if (command.password_from_standard_input) return read_line();
  if (::isatty(STDIN_FILENO) == 0) throw Refused("user: standard input is no terminal; expected --password-stdin");
  Secret first = prompt("Password: ");
  if (prompt("Again: ") != first) throw Refused("user: the two passwords are not the same");
  return first;
}

int report(const Reply& reply, const std::string& done) {
  if (reply.status != 200) {
    std::cerr << "user: " << error_line(reply) << '\n';
    return 1;
  }
  std::cout << done << '\n';
  return 0;
}

int list(const Host& host) {
  const Reply reply = decide(host, [](const Facts& facts) { return oauth::list_users(facts); });
  if (reply.status != 200) return report(reply, "");
  const Json body = body_of(reply);
  const Json* users = wire::array_member(body, "users");
  if (users == nullptr) return 0;
  for (const Json& user : *users) {
    const std::string* name = wire::string_member(user, "name");
    const std::string* subject = wire::string_member(user, "subject");
    std::cout << (name ? *name : "") << '\t' << (subject ? *subject : "") << '\t'
              << date_of(wire::int_member(user, "created").value_or(0)) << '\n';
  }
  if (wire::bool_member(body, "more").value_or(false)) std::cout << "...\n";
  return 0;
}

// A redemption may have slipped in between the two steps of the removal: end its grant, too.
int remove(const Host& host, const config::Options& options, const std::string& name) {
  const Reply reply =
      decide(host, [&](const Facts& facts) { return oauth::remove_user(name, options.lifetimes, facts); });
  const std::string subject = text_of(reply, "subject");
  for (bool more = reply.status == 200; more;) {
    const Reply ended =
        decide(host, [&](const Facts& facts) { return oauth::end_grants_of(subject, options.lifetimes, facts); });
    if (ended.status != 200) return report(ended, "");
    const Json body = body_of(ended);
    more = wire::int_member(body, "ended").value_or(0) > 0;
  }
  return report(reply, "removed " + name);
}

}  // namespace
}  // namespace postern::commands
