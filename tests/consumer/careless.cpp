// Tools whose authors made a mistake: it fails their call, and nothing else.
#include <postern.hpp>

using postern::Json;
using postern::mcp::ToolResult;

int main(int argc, char** argv) {
  postern::Server server("careless", "1.0.0");
  server.scope({"greet", "Greet people in your name", {}});

  postern::mcp::Tool tool;
  tool.scopes = {"greet"};
  tool.input_schema = {{"type", "object"}, {"properties", {{"who", {{"type", "string"}}}}}};  // "who" is not required
  tool.name = "handler_reads_what_is_not_there";
  tool.handler = [](postern::mcp::Run& run) { return ToolResult::text(run.arguments["who"].get<std::string>()); };
  server.tool(tool);

  tool.name = "handler_throws_an_int";
  tool.handler = [](postern::mcp::Run&) -> ToolResult { throw 1; };
  server.tool(tool);

  tool.name = "host_reads_what_is_not_there";
  tool.handler = nullptr;
  server.host_tool(tool, [](const Json& arguments, const postern::Principal&) {
    return ToolResult::text(arguments["who"].get<std::string>());
  });

  tool.name = "result_does_not_fit";
  tool.output_schema = Json{{"type", "object"}, {"properties", {{"line", {{"type", "integer"}}}}}};
  server.host_tool(tool, [](const Json&, const postern::Principal&) {
    return ToolResult::structured_object(Json::object({{"line", "three"}}));
  });

  return server.run(argc, argv);
}
