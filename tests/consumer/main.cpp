// A whole MCP server with its own authorization server: one tool, one scope.
#include <cstdlib>
#include <string>

#include <postern.hpp>

int main(int argc, char** argv) {
  postern::Server server("greeter", "1.0.0");
  server.scope({"greet", "Greet people in your name", {}});

  postern::mcp::Tool greet;
  greet.name = "greet";
  greet.description = "Greets somebody in the name of whoever is logged in.";
  greet.input_schema = {{"type", "object"},
                        {"properties", {{"who", {{"type", "string"}, {"maxLength", 100}}}}},
                        {"required", {"who"}},
                        {"additionalProperties", false}};
  greet.scopes = {"greet"};
  greet.handler = [](postern::mcp::Run& run) {
    const auto who = run.arguments["who"].get<std::string>();  // valid against the schema
    return postern::mcp::ToolResult::text("Hello " + who + ", says " + run.principal.user_name);
  };
  server.tool(greet);

  postern::mcp::Tool roll;
  roll.name = "roll";
  roll.description = "Rolls a die. It touches the world, so the host runs it, once for a call.";
  roll.scopes = {"greet"};
  server.host_tool(roll, [](const postern::Json&, const postern::Principal&) {
    return postern::mcp::ToolResult::text(std::to_string(1 + std::rand() % 6));
  });

  return server.run(argc, argv);  // serve, user, grants, clients, version, and every option
}
