#include "host-native/commands/command_line.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "host-native/system/refused.hpp"

namespace postern::commands {
namespace {

/// What a command that serves nobody needs. The others are taken, since its `--config` may be the server's, and not shown.
constexpr std::array<std::string_view, 4> record_options = {"data", "audit", "log-level", "log-format"};

enum class Shown { all, for_records };

void add_options(CLI::App& app, config::Values& values, Shown shown) {
  using Given = std::vector<std::string>;
  const auto hide = [shown](CLI::Option* option, std::string_view name) {
    const bool seen = std::find(record_options.begin(), record_options.end(), name) != record_options.end();
    if (shown == Shown::for_records && !seen) option->group("");
  };
  for (const config::OptionSpec& spec : config::option_table()) {
    const std::string name(spec.name);
    const std::string help(spec.help);
    if (spec.kind == config::Kind::flag) {
      hide(app.add_flag_callback(
               "--" + name, [&values, name] { values[name] = {"true"}; }, help),
           name);
      continue;
    }
    // All that is given is taken, here and before the subcommand: config::read_options refuses what comes twice.
    CLI::Option* option = app.add_option_function<Given>(
        "--" + name,
        [&values, name](const Given& given) { values[name].insert(values[name].end(), given.begin(), given.end()); },
        help);
    option->type_name(std::string(spec.shape))->expected(1)->allow_extra_args(false);
    option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    if (!spec.initial.empty()) option->default_str(std::string(spec.initial));
    hide(option, spec.name);
  }
  app.add_option_function<Given>(
         "--config",
         [&values](const Given& files) { values["config"].insert(values["config"].end(), files.begin(), files.end()); },
         "Options from this TOML file")
      ->type_name("FILE")
      ->expected(1)
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

/// A command that works on the records, beside a server that may run.
CLI::App* add_command(CLI::App& app, const char* word, const char* help, config::Values& values) {
  CLI::App* command = app.add_subcommand(word, help);
  add_options(*command, values, Shown::for_records);
  return command;
}

void add_json(CLI::App* list, bool& json, const char* members) {
  list->add_flag("--json", json, "As an array of JSON objects, for programs");
  list->footer(std::string("Members of the objects: ") + members + ". Times are seconds since 1970.");
}

void add_users_commands(CLI::App& app, config::Values& values, UserCommand& user) {
  using Action = UserCommand::Action;
  const auto add = [&](const char* word, const char* help, Action action) {
    CLI::App* command = add_command(app, word, help, values);
    command->callback([&user, action] { user.action = action; });
    return command;
  };
  const auto add_password = [&](CLI::App* command) {
    command->add_option("name", user.name, "The name that is typed at login")->required();
    CLI::Option* given = command->add_flag("--password-stdin", user.password_from_standard_input,
                                           "The password is the first line of standard input");
    command->add_flag("--one-time", user.one_time, "A password is made and printed; the first login has to change it")
        ->excludes(given);
  };
  add_password(add("add", "Add a user", Action::add));
  add_password(add("passwd", "Change a password, and log its browsers out", Action::set_password));
  add_json(
      add("list", "List the server's own users: name, subject, day of creation, whether the password is still one-time",
          Action::list),
      user.json, "name, subject, created, one_time");
  CLI::App* remove = add("remove", "Remove a user, what was granted, and what tools keep for the user", Action::remove);
  remove
      ->add_option("name", user.name,
                   "The name; of a user who logs in elsewhere the subject that grants list --json tells")
      ->required();
  remove->add_flag("--keep-data", user.keep_data, "What tools keep for the user stays");
}

void add_grants_commands(CLI::App& app, config::Values& values, GrantsCommand& grants) {
  CLI::App* list = add_command(
      app, "list", "List what is granted: id, user, client, scopes, days of grant and last use, provider", values);
  list->callback([&grants] { grants.action = GrantsCommand::Action::list; });
  list->add_option("--user", grants.user, "Only of this user (name or subject)");
  list->add_option("--client", grants.client, "Only to this client");
  add_json(list, grants.json, "id, user, subject, client, client_name, scopes, granted, used, provider");

  CLI::App* revoke =
      add_command(app, "revoke", "End them: tokens at the next request, open streams within 15 seconds", values);
  revoke->callback([&grants] { grants.action = GrantsCommand::Action::revoke; });
  revoke->add_option("id", grants.id, "The id that list shows");
  revoke->add_option("--user", grants.user, "All of this user (name or subject)");
  revoke->add_option("--client", grants.client, "All to this client");
  revoke->add_flag("--all", grants.all, "All that there are");
}

void add_clients_commands(CLI::App& app, config::Values& values, ClientsCommand& clients) {
  CLI::App* list = add_command(
      app, "list", "List the clients: id, name, redirect URIs, authentication, day of registration, grants", values);
  list->callback([&clients] { clients.action = ClientsCommand::Action::list; });
  add_json(list, clients.json, "id, name, redirect_uris, auth_method, created, used, grants");

  CLI::App* remove = add_command(app, "remove", "Remove a client and end what was granted to it", values);
  remove->callback([&clients] { clients.action = ClientsCommand::Action::remove; });
  remove->add_option("id", clients.id, "The client_id")->required();
}

// The word that was not understood, and the option that may have been meant.
std::string with_suggestion(const std::string& message) {
  const std::size_t at = message.find("--");
  if (at == std::string::npos) return message;
  const std::string word = message.substr(at + 2, message.find_first_of(" =,:", at) - at - 2);
  std::vector<std::string> known = {"config", "check",  "help", "version",  "password-stdin", "json",
                                    "user",   "client", "all",  "one-time", "keep-data"};
  for (const config::OptionSpec& spec : config::option_table()) known.emplace_back(spec.name);
  const std::string near = config::nearest(word, known);
  return near.empty() || near == word ? message : message + "; did you mean --" + near + "?";
}

std::string listed(const std::vector<std::string>& words) {
  std::string all;
  for (const std::string& word : words) all.append(all.empty() ? "" : ", ").append(word);
  return all;
}

std::vector<std::string> commands_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(command->get_name());
  return names;
}

/// How far the command line got: the command, and its words with a space behind each.
std::pair<const CLI::App*, std::string> place_in(const CLI::App& app) {
  const CLI::App* place = &app;
  std::string path;
  while (!place->get_subcommands().empty()) {
    place = place->get_subcommands().front();
    path += place->get_name() + ' ';
  }
  return {place, path};
}

/// The first word that nobody knows, and what was expected in its place.
std::string unknown_word(const CLI::App& app) {
  const auto [place, path] = place_in(app);
  const std::vector<std::string> words = app.remaining(true);
  const std::string word = words.empty() ? "" : words.front();
  if (word.starts_with("-")) return with_suggestion(word + ": there is no such option");
  const std::vector<std::string> known = commands_of(*place);
  if (known.empty()) return word + ": there is one word too many";
  const std::string near = config::nearest(word, known);
  return path + word + ": there is no such command; " +
         (near.empty() ? "expected " + listed(known) : "did you mean " + near + "?");
}

std::string missing_word(const CLI::App& app, const CLI::RequiredError& error) {
  auto [place, path] = place_in(app);
  if (!path.empty()) path.back() = ':';
  const std::vector<std::string> known = commands_of(*place);
  return path + ' ' + (known.empty() ? error.what() : "expected " + listed(known) + " after it");
}

std::string one_line(std::string text) {
  const std::size_t end = text.find('\n');
  return end == std::string::npos ? text : text.substr(0, end);
}

constexpr const char* check_help = "Check options, port, data folder and files, change nothing, and exit";

}  // namespace

std::variant<Command, int> parse_command_line(const Program& program, int argc, const char* const* argv) {
  Command command{Serve{}, {}};
  Serve serving;
  UserCommand user;
  GrantsCommand grants;
  ClientsCommand clients;

  CLI::App app(program.name + " " + program.version + ": an MCP server with its own OAuth 2.1 authorization server",
               program.name);
  app.require_subcommand(0, 1);
  app.set_version_flag("--version", program.name + " " + program.version);
  app.footer(
      "Each option may also be set in the environment and in .env (POSTERN_PUBLIC_URL) and in the file of --config "
      "(public_url).");
  add_options(app, command.options, Shown::all);
  app.add_flag("--check", serving.check, check_help);

  CLI::App* serve = app.add_subcommand("serve", "Serve until SIGTERM (the default)");
  add_options(*serve, command.options, Shown::all);
  serve->add_flag("--check", serving.check, check_help);

  CLI::App* users = app.add_subcommand("user", "The server's own users");
  users->require_subcommand(1);
  add_users_commands(*users, command.options, user);
  CLI::App* grants_app = app.add_subcommand("grants", "What users have granted to applications");
  grants_app->require_subcommand(1);
  add_grants_commands(*grants_app, command.options, grants);
  CLI::App* clients_app = app.add_subcommand("clients", "The applications that are registered");
  clients_app->require_subcommand(1);
  add_clients_commands(*clients_app, command.options, clients);

  CLI::App* version = app.add_subcommand("version", "Tell the version");

  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::ExtrasError&) {
    throw Refused(unknown_word(app));
  } catch (const CLI::RequiredError& error) {
    throw Refused(app.remaining(true).empty() ? missing_word(app, error) : unknown_word(app));
  } catch (const CLI::ParseError& error) {
    throw Refused(with_suggestion(one_line(error.what())));
  }
  if (version->parsed()) {
    command.what = Version{};
  } else if (users->parsed()) {
    command.what = user;
  } else if (grants_app->parsed()) {
    command.what = grants;
  } else if (clients_app->parsed()) {
    command.what = clients;
  } else {
    command.what = serving;
  }
  return command;
}

}  // namespace postern::commands
