// The server that the official conformance suite is run against: the library as any program would use it, with MCP at
// /mcp and no authorization.
//
//   postern-conformance-server --listen 127.0.0.1:PORT
#include <postern.hpp>

#include "tests/conformance/fixture.hpp"

int main(int argc, char** argv) {
  postern::Server server{"postern-conformance-server", "1.0.0"};
  for (postern::mcp::Tool& tool : postern::conformance::tools()) server.tool(std::move(tool));
  for (postern::mcp::Prompt& prompt : postern::conformance::prompts()) server.prompt(std::move(prompt));
  return server.resources(postern::conformance::resources()).without_authorization().run(argc, argv);
}
