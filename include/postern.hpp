// The one header of a program that is an MCP server: say what it offers, then run it.
//
//   #include <postern.hpp>
//
//   int main(int argc, char** argv) {
//     postern::Server server{"greeter", "1.0.0"};
//     server.scope({"greet", "Greet people in your name", {}});
//     postern::mcp::Tool greet;
//     greet.name = "greet";
//     greet.scopes = {"greet"};
//     greet.handler = [](postern::mcp::Run&) { return postern::mcp::ToolResult::text("Hello"); };
//     return server.tool(greet).run(argc, argv);
//   }
//
// The program then has the whole command line: serve (the default), user add|passwd|list|remove,
// grants list|revoke, clients list|remove, version, and every option.
#pragma once

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace postern::detail {
[[noreturn]] inline void no_such_member() {
  throw std::out_of_range("a member was read that is not there: read it by value(), or require it in the schema");
}
}  // namespace postern::detail

// Whoever reads an argument that is not there (`arguments["who"]`, and the schema does not require it) throws, and the call
// fails. By itself the JSON library would end the program, or go on with anything. Include it after this header, if at all.
#ifndef JSON_ASSERT
#define JSON_ASSERT(holds) \
  ((holds) || std::string_view(__func__) != "operator[]" ? static_cast<void>(0) : ::postern::detail::no_such_member())
#endif

#include "core/base/json.hpp"
#include "core/flow/principal.hpp"
#include "core/flow/scope.hpp"
#include "core/flow/upstream.hpp"
#include "core/mcp/catalog.hpp"

namespace postern {

/// What a tool of the host can do beside its own work, while it runs.
class ToolContext {
 public:
  using FetchAsUser = std::function<UpstreamResponse(const UpstreamRequest&)>;
  ToolContext(const Principal& caller, FetchAsUser fetch) : principal(caller), fetch_(std::move(fetch)) {}

  const Principal& principal;  ///< Who calls.
  /// A tool that wants no more than that may take a `const Principal&`.
  operator const Principal&() const { return principal; }  // NOLINT(google-explicit-constructor)

  /// Sends a request to the API of the identity provider that the user logged in with, in the user's name, and waits for
  /// what comes back, 10 s at the most. Each call is one request: nothing is sent twice.
  UpstreamResponse fetch_as_user(const UpstreamRequest& request) { return fetch_(request); }

 private:
  FetchAsUser fetch_;
};

/// A tool that touches the world. It runs once for a call, on a thread of its own request, and may block and throw; it
/// is called by several threads at once. `arguments`: an object, valid against the tool's schema. What comes back may
/// name topics, but carries no commit: the store belongs to handlers (`mcp::Tool::handler`).
using HostTool = std::function<mcp::ToolResult(const Json& arguments, ToolContext& context)>;

/// An MCP server with its own authorization server. Registering never fails at once: the first fault is told by `run`,
/// in one line and with exit code 2, before anything listens.
class Server {
 public:
  /// `name` and `version`: what MCP clients are told, and what the pages call this server.
  Server(std::string name, std::string version);
  ~Server();
  Server(Server&&) noexcept;
  Server& operator=(Server&&) noexcept;

  /// For people: `Greeter of Example Ltd`.
  Server& title(std::string text);
  /// For models: how to use this server as a whole.
  Server& instructions(std::string text);

  /// A scope that tools may need. Every scope that a tool names has to be declared.
  Server& scope(ScopeDefinition definition);
  /// What the first challenge asks for, and what a client gets that asks for nothing. Default: every declared scope.
  Server& default_scopes(ScopeSet scopes);

  /// A tool whose handler is pure: it computes, asks for the time, and asks the user's provider (`Run::fetch_as_user`). It is
  /// called any number of times for one call, so it touches nothing. What it throws is told to the log, not to the client.
  Server& tool(mcp::Tool tool);
  /// A tool that the host runs, once for a call. `tool.handler` has to be empty.
  Server& host_tool(mcp::Tool tool, HostTool function);
  Server& prompt(mcp::Prompt prompt);
  Server& resources(mcp::ResourceProvider provider);

  /// The catalogue itself, for functions that add several things: `add_notes_tools(server.catalog())`.
  mcp::Catalog& catalog();

  /// DANGEROUS: everybody who reaches the port may call every tool, as nobody. Refused off loopback, loud in the log.
  /// There is then no user, and `postern user` is refused.
  Server& without_authorization();

  /// The command line of the program. Comes back when the server has been stopped (SIGTERM, SIGINT) and has drained.
  /// 0: done. 1: it ran, and failed. 2: a wrong option, file or folder; nothing was touched.
  int run(int argc, char** argv);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace postern
