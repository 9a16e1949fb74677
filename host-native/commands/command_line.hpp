// The words of the command line. What the options mean is config/options.hpp's.
#pragma once

#include <variant>

#include "host-native/commands/program.hpp"

namespace postern::commands {

struct Version {};
struct Serve {
  bool check = false;
};

struct Command {
  std::variant<Serve, UserCommand, GrantsCommand, ClientsCommand, Version> what;
  config::Values options;
};

/// The command; or, when it is all said already (help), the exit code. Errors: Refused.
std::variant<Command, int> parse_command_line(const Program& program, int argc, const char* const* argv);

}  // namespace postern::commands
