#include <exception>
#include <iostream>
#include <stdexcept>
#include <utility>

#include "host-native/commands/command_line.hpp"
#include "host-native/commands/program.hpp"
#include "host-native/system/refused.hpp"
#include "host-native/system/signals.hpp"
#include "postern.hpp"

namespace postern {
namespace {

int run_command(Program program, int argc, const char* const* argv);

/// The core knows no exceptions: what a handler throws ends here and is told to the log.
mcp::Handler caught(std::string tool, mcp::Handler handler, std::shared_ptr<const Program::Serving> serving);
/// The same where there is no result that could say so: it names the function on its way to the log.
template <typename Function>
Function named(const std::string& what, Function function);

}  // namespace

struct Server::Parts {
  Program program;

  void note(std::optional<std::string> fault) {
    if (fault && !program.fault) program.fault = std::move(fault);
  }
};

Server::Server(std::string name, std::string version) : parts_(std::make_unique<Parts>()) {
  parts_->program.catalog.server_name = name;
  parts_->program.catalog.server_version = version;
  parts_->program.name = std::move(name);
  parts_->program.version = std::move(version);
}

Server::~Server() = default;
Server::Server(Server&&) noexcept = default;
Server& Server::operator=(Server&&) noexcept = default;

Server& Server::title(std::string text) {
  parts_->program.catalog.server_title = text;
  parts_->program.title = std::move(text);
  return *this;
}

Server& Server::instructions(std::string text) {
  parts_->program.catalog.instructions = std::move(text);
  return *this;
}

Server& Server::scope(ScopeDefinition definition) {
  parts_->program.scopes.push_back(std::move(definition));
  return *this;
}

Server& Server::default_scopes(ScopeSet scopes) {
  parts_->program.default_scopes = std::move(scopes);
  return *this;
}

Server& Server::tool(mcp::Tool tool) {
  if (!tool.handler) parts_->note("tool '" + tool.name + "': expected a handler");
  if (tool.handler) tool.handler = caught(tool.name, std::move(tool.handler), parts_->program.serving);
  parts_->note(parts_->program.catalog.add(std::move(tool)));
  return *this;
}

Server& Server::host_tool(mcp::Tool tool, HostTool function) {
  if (tool.handler || !function) parts_->note("host tool '" + tool.name + "': expected a function and no handler");
  parts_->program.tools.insert_or_assign(tool.name, std::move(function));
  parts_->note(parts_->program.catalog.add(std::move(tool)));
  return *this;
}

Server& Server::prompt(mcp::Prompt prompt) {
  if (prompt.handler) prompt.handler = named("prompt '" + prompt.name + "'", std::move(prompt.handler));
  parts_->note(parts_->program.catalog.add(std::move(prompt)));
  return *this;
}

Server& Server::resources(mcp::ResourceProvider provider) {
  const std::string what = "resources '" + provider.prefix + "'";
  if (provider.list) provider.list = named(what, std::move(provider.list));
  if (provider.read) provider.read = named(what, std::move(provider.read));
  parts_->note(parts_->program.catalog.add(std::move(provider)));
  return *this;
}

mcp::Catalog& Server::catalog() { return parts_->program.catalog; }

Server& Server::without_authorization() {
  parts_->program.without_authorization = true;
  return *this;
}

int Server::run(int argc, char** argv) {
  try {
    return run_command(parts_->program, argc, argv);
  } catch (const Refused& refused) {
    std::cerr << parts_->program.name << ": " << refused.what() << '\n';
    return 2;
  } catch (const std::exception& error) {
    std::cerr << parts_->program.name << ": " << error.what() << '\n';
    return 1;
  }
}

namespace {

mcp::Handler caught(std::string tool, mcp::Handler handler, std::shared_ptr<const Program::Serving> serving) {
  return [tool = std::move(tool), handler = std::move(handler), serving = std::move(serving)](mcp::Run& run) {
    std::string reason = "it threw what is no std::exception";
    try {
      return handler(run);
    } catch (const std::exception& error) {
      reason = error.what();
    } catch (...) {
    }
    if (serving->log) serving->log->write(Log::Level::error, "tool.failed", {{"tool", tool}, {"reason", reason}});
    return mcp::ToolResult::error("The tool failed.");
  };
}

template <typename Function>
Function named(const std::string& what, Function function) {
  return [what, function = std::move(function)](auto&&... given) {
    try {
      return function(std::forward<decltype(given)>(given)...);
    } catch (const std::exception& error) {
      throw std::runtime_error(what + ": " + error.what());
    }
  };
}

int run_command(Program program, int argc, const char* const* argv) {
  if (program.fault) throw Refused(*program.fault);
  const auto parsed = commands::parse_command_line(program, argc, argv);
  if (const int* code = std::get_if<int>(&parsed)) return *code;
  const commands::Command& command = std::get<commands::Command>(parsed);
  if (std::holds_alternative<commands::Version>(command.what)) {
    std::cout << program.name << ' ' << program.version << '\n';
    return 0;
  }
  config::Options options = config::read_options(command.options, config::surroundings_of_this_process());
  if (const auto* user = std::get_if<commands::UserCommand>(&command.what)) {
    return commands::manage_users(program, options, *user);
  }
  if (const auto* grants = std::get_if<commands::GrantsCommand>(&command.what)) {
    return commands::manage_grants(program, options, *grants);
  }
  if (const auto* clients = std::get_if<commands::ClientsCommand>(&command.what)) {
    return commands::manage_clients(program, options, *clients);
  }
  if (program.without_authorization) {
    if (!config::is_loopback_host(options.listen_host)) {
      throw Refused("--listen " + options.listen_host + ": this server runs without authorization; expected loopback");
    }
    options.memory_store = true;  // There is nobody whose records could be kept.
  }
  if (std::get<commands::Serve>(command.what).check) return commands::check(program, options);
  take_signals(!options.audit.empty());
  return commands::serve(program, options);
}

}  // namespace
}  // namespace postern
