#include "host-native/commands/users.hpp"

#include <termios.h>
#include <unistd.h>

#include <functional>
#include <iostream>
#include <optional>

#include "core/wire/json.hpp"
#include "core/wire/text.hpp"
#include "host-native/commands/decisions.hpp"
#include "host-native/commands/listing.hpp"
#include "host-native/commands/program.hpp"
#include "host-native/commands/setup.hpp"
#include "host-native/system/refused.hpp"

namespace postern::commands {
namespace {

/// The password that is chosen, or one that is made. Errors: Refused.
Secret password_for(const UserCommand& command);
int list(const Host& host, bool json);
int remove(const Host& host, const Program& program, const config::Options& options, const UserCommand& command);

}  // namespace

bool has_users(const Host& host) {
  const Reply reply = decide(host, [](const Facts& facts) { return oauth::list_users(facts); });
  if (reply.status != 200) throw Refused("users: " + error_line(reply));
  const Json body = body_of(reply);
  const Json* users = wire::array_member(body, "users");
  return users != nullptr && !users->empty();
}

Reply add_user(const Host& host, const std::string& name, const Secret& password, oauth::PasswordKind kind) {
  return decide(host, [&](const Facts& facts) { return oauth::add_user(name, password, facts, kind); });
}

int manage_users(const Program& program, const config::Options& options, const UserCommand& command) {
  using Action = UserCommand::Action;
  if (command.action == Action::list || command.action == Action::remove) {
    const bool lists = command.action == Action::list;
    const OfflineHost offline(program, options, "user", lists ? OfflineHost::Acts::none : OfflineHost::Acts::some);
    return lists ? list(offline.host(), command.json) : remove(offline.host(), program, options, command);
  }
  const bool adds = command.action == Action::add;
  // Before anything is made: a folder with a ring and no user would be left behind.
  std::optional<Secret> chosen;
  if (adds) chosen = password_for(command);
  const OfflineHost offline(program, options, "user", OfflineHost::Acts::some,
                            adds ? OfflineHost::Folder::made : OfflineHost::Folder::there);
  const Secret password = chosen ? *chosen : password_for(command);
  const auto kind = command.one_time ? oauth::PasswordKind::one_time : oauth::PasswordKind::lasting;
  const Reply reply =
      adds ? add_user(offline.host(), command.name, password, kind) : decide(offline.host(), [&](const Facts& facts) {
        return oauth::set_password(command.name, password, facts, kind);
      });
  if (reply.status != 200) return fail("user", reply);
  std::cout << (adds ? "added " : "changed the password of ") << command.name << '\n';
  if (command.one_time) {
    std::cout << "one-time password: " << password.expose_for(Reason::performing)
              << "  (shown once; the first login asks for another one)\n";
  }
  return 0;
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

Secret judged(Secret password) {
  if (const auto fault = oauth::password_fault(password)) throw Refused("user: " + *fault);
  return password;
}

Secret password_for(const UserCommand& command) {
  if (command.one_time) return Secret(new_password());
  if (command.password_from_standard_input) return judged(read_line());
  if (::isatty(STDIN_FILENO) == 0) {
    throw Refused(
        "user: standard input is no terminal; expected --password-stdin, or --one-time to have a password made");
  }
  Secret first = judged(prompt("Password: "));
  if (prompt("Again: ") != first) throw Refused("user: the two passwords are not the same");
  return first;
}

int list(const Host& host, bool json) {
  const Reply reply = decide(host, [](const Facts& facts) { return oauth::list_users(facts); });
  if (reply.status != 200) return fail("user", reply);
  return print_list(reply, "users", json, {"NAME", "SUBJECT", "CREATED", "PASSWORD"}, [](const Json& user) {
    return Row{member(user, "name"), member(user, "subject"), date(user, "created"),
               wire::bool_member(user, "one_time").value_or(false) ? "one-time" : "chosen"};
  });
}

/// Does it until nothing is left to do. How often, by the reply's member; nothing: an error was told.
std::optional<std::int64_t> until_none(const Host& host, std::string_view member,
                                       const std::function<Outcome(const Facts&)>& step) {
  std::int64_t all = 0;
  while (true) {
    const Reply reply = decide(host, step);
    if (reply.status != 200) {
      fail("user", reply);
      return std::nullopt;
    }
    const std::int64_t done = wire::int_member(body_of(reply), member).value_or(0);
    if (done == 0) return all;
    all += done;
  }
}

// First the login, then the grants, a redemption that slipped in between included, and the data when nobody can write more.
int remove(const Host& host, const Program& program, const config::Options& options, const UserCommand& command) {
  const Reply reply =
      decide(host, [&](const Facts& facts) { return oauth::remove_user(command.name, options.lifetimes, facts); });
  const bool has_login = reply.status == 200;
  if (!has_login && reply.status != 404) return fail("user", reply);
  const std::string subject = has_login ? text_of(reply, "subject") : command.name;
  const auto more = until_none(
      host, "ended", [&](const Facts& facts) { return oauth::end_grants_of(subject, options.lifetimes, facts); });
  if (!more) return 1;
  std::optional<std::int64_t> erased = 0;
  if (!command.keep_data) {
    erased = until_none(host, "erased", [&](const Facts& facts) {
      return oauth::erase_data_of(subject, program.catalog.user_records, facts);
    });
    if (!erased) return 1;
  }
  if (!has_login && *more == 0 && *erased == 0) return fail("user", reply);
  const std::int64_t ended = wire::int_member(body_of(reply), "ended").value_or(0) + *more;
  std::cout << "removed " << wire::display_name(command.name, 200) << ", revoked " << count_of(ended, "grant")
            << (command.keep_data ? ", kept the data of " + subject : ", erased " + count_of(*erased, "record"))
            << '\n';
  return 0;
}

}  // namespace
}  // namespace postern::commands
