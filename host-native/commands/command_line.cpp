#include "host-native/commands/command_line.hpp"

#include <CLI/CLI.hpp>

#include <string>

#include "host-native/system/refused.hpp"

namespace postern::commands {
namespace {

void add_options(CLI::App& app, config::Values& values) {
  using Given = std::vector<std::string>;
  for (const config::OptionSpec& spec : config::option_table()) {
    const std::string name(spec.name);
    const std::string help(spec.help);
    if (spec.kind == config::Kind::flag) {
      app.add_flag_callback(
          "--" + name, [&values, name] { values[name] = {"true"}; }, help);
      continue;
    }
    CLI::Option* option = app.add_option_function<Given>(
        "--" + name, [&values, name](const Given& given) { values[name] = given; }, help);
    option->type_name(std::string(spec.shape))->expected(1)->allow_extra_args(false);
    if (spec.kind == config::Kind::list) option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    if (!spec.initial.empty()) option->default_str(std::string(spec.initial));
  }
  app.add_option_function<std::string>(
         "--config", [&values](const std::string& file) { values["config"] = {file}; }, "Options from this TOML file")
      ->type_name("FILE");
}

void add_grants_commands(CLI::App& app, config::Values& values, GrantsCommand& grants) {
  CLI::App* list = app.add_subcommand("list", "Id, user, client, scopes, when granted and last used, provider");
  add_options(*list, values);
  list->callback([&grants] { grants.action = GrantsCommand::Action::list; });
  list->add_option("--user", grants.user, "Only of this user (name or subject)");
  list->add_option("--client", grants.client, "Only to this client");
  list->add_flag("--json", grants.json, "As an array of JSON objects");

  CLI::App* revoke =
      app.add_subcommand("revoke", "End them: tokens at the next request, open streams within 15 seconds");
  add_options(*revoke, values);
  revoke->callback([&grants] { grants.action = GrantsCommand::Action::revoke; });
  revoke->add_option("id", grants.id, "The id that list shows");
  revoke->add_option("--user", grants.user, "All of this user (name or subject)");
  revoke->add_option("--client", grants.client, "All to this client");
  revoke->add_flag("--all", grants.all, "All that there are");
}

void add_clients_commands(CLI::App& app, config::Values& values, ClientsCommand& clients) {
  CLI::App* list = app.add_subcommand("list", "Id, name, redirect URIs, authentication, day of registration, grants");
  add_options(*list, values);
  list->callback([&clients] { clients.action = ClientsCommand::Action::list; });
  list->add_flag("--json", clients.json, "As an array of JSON objects");

  CLI::App* remove = app.add_subcommand("remove", "Remove a client and end what was granted to it");
  add_options(*remove, values);
  remove->callback([&clients] { clients.action = ClientsCommand::Action::remove; });
  remove->add_option("id", clients.id, "The client_id")->required();
}

// The word that was not understood, and the option that may have been meant.
std::string with_suggestion(const std::string& message) {
  const std::size_t at = message.find("--");
  if (at == std::string::npos) return message;
  const std::string word = message.substr(at + 2, message.find_first_of(" =,", at) - at - 2);
  std::vector<std::string> known = {"config", "check", "help", "version", "password-stdin"};
  for (const config::OptionSpec& spec : config::option_table()) known.emplace_back(spec.name);
  const std::string near = config::nearest(word, known);
  return near.empty() || near == word ? message : message + "; did you mean --" + near + "?";
}

std::string one_line(std::string text) {
  const std::size_t end = text.find('\n');
  return end == std::string::npos ? text : text.substr(0, end);
}

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
  add_options(app, command.options);
  app.add_flag("--check", serving.check, "Check the options and exit");

  CLI::App* serve = app.add_subcommand("serve", "Serve until SIGTERM (the default)");
  add_options(*serve, command.options);
  serve->add_flag("--check", serving.check, "Check the options and exit");

  CLI::App* users = app.add_subcommand("user", "The server's own users");
  users->require_subcommand(1);
  const auto add_user_command = [&](const char* word, const char* help, UserCommand::Action action) {
    CLI::App* sub = users->add_subcommand(word, help);
    add_options(*sub, command.options);
    sub->callback([&user, action] { user.action = action; });
    if (action == UserCommand::Action::list) return;
    sub->add_option("name", user.name, "The name that is typed at login")->required();
    if (action == UserCommand::Action::remove) return;
    sub->add_flag("--password-stdin", user.password_from_standard_input,
                  "The password is the first line of standard input");
  };
  add_user_command("add", "Add a user", UserCommand::Action::add);
  add_user_command("passwd", "Change a password, and log its browsers out", UserCommand::Action::set_password);
  add_user_command("list", "Name, subject and day of creation", UserCommand::Action::list);
  add_user_command("remove", "Remove a user and end what was granted", UserCommand::Action::remove);

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
