// Tools that act at GitHub in the name of the user who logged in there.
#include <string>

#include <postern.hpp>

using postern::Json;
using postern::UpstreamResponse;
using postern::mcp::ToolResult;

// What the model is told when there is no result.
ToolResult no_result(const UpstreamResponse& answer) {
  if (answer.kind == UpstreamResponse::Kind::none) return ToolResult::error("Log in by GitHub to use this tool.");
  if (answer.kind != UpstreamResponse::Kind::answered) return ToolResult::error("GitHub: " + answer.problem);
  return ToolResult::error("GitHub answered " + std::to_string(answer.status) + ".");
}

int main(int argc, char** argv) {
  postern::Server server("issues", "1.0.0");
  server.scope({"repositories", "See the names of your GitHub repositories, private ones, too", {}});
  server.scope({"issues", "Open issues on GitHub in your name", {}});

  // It only reads: a handler. It is called again when the answer is there.
  postern::mcp::Tool list;
  list.name = "list_repositories";
  list.description = "Lists the user's GitHub repositories, thirty on a page.";
  list.input_schema = {{"type", "object"},
                       {"properties", {{"page", {{"type", "integer"}, {"minimum", 1}, {"maximum", 1000}}}}},
                       {"additionalProperties", false}};
  list.scopes = {"repositories"};
  list.handler = [](postern::mcp::Run& run) {
    const int page = run.arguments.value("page", 1);
    const UpstreamResponse answer = run.fetch_as_user({"GET", "/user/repos?page=" + std::to_string(page)});
    if (answer.kind == UpstreamResponse::Kind::waiting) return run.wait();
    const Json repositories = Json::parse(answer.body, nullptr, false);
    if (answer.status != 200 || !repositories.is_array()) return no_result(answer);
    Json names = Json::array();
    for (const Json& one : repositories) names.push_back(one.value("full_name", ""));
    return ToolResult::structured_object(Json::object({{"repositories", names}}));
  };
  server.tool(list);

  // It changes something: the host runs it, once for a call.
  postern::mcp::Tool open;
  open.name = "open_issue";
  open.description = "Opens an issue in one of the user's GitHub repositories.";
  open.input_schema = {{"type", "object"},
                       {"properties",
                        {{"repository", {{"type", "string"}, {"description", "owner/name"}}},
                         {"title", {{"type", "string"}, {"minLength", 1}}},
                         {"body", {{"type", "string"}}}}},
                       {"required", {"repository", "title"}},
                       {"additionalProperties", false}};
  open.scopes = {"issues"};
  server.host_tool(open, [](const Json& arguments, postern::ToolContext& context) {
    const Json issue = {{"title", arguments["title"]}, {"body", arguments.value("body", "")}};
    const UpstreamResponse answer = context.fetch_as_user(
        {"POST", "/repos/" + arguments["repository"].get<std::string>() + "/issues", {}, issue.dump()});
    const Json opened = Json::parse(answer.body, nullptr, false);
    if (answer.status != 201 || !opened.is_object()) return no_result(answer);
    return ToolResult::structured_object(Json::object({{"url", opened.value("html_url", "")}}));
  });

  return server.run(argc, argv);
}
