// The measured server: everything of Postern, and one trivial tool.
#include <postern.hpp>

int main(int argc, char** argv) {
  postern::Server server{"bench", "1.0.0"};
  server.scope({"user", "Call the trivial tool", {}});
  postern::mcp::Tool ok;
  ok.name = "ok";
  ok.description = "Says ok.";
  ok.scopes = {"user"};
  ok.handler = [](postern::mcp::Run&) { return postern::mcp::ToolResult::text("ok"); };
  return server.tool(std::move(ok)).run(argc, argv);
}
