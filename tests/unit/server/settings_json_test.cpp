// Settings as JSON: what a WebAssembly host hands over. The tools of such a host are declared here and run there.
#include "core/server/settings_json.hpp"

#include <gtest/gtest.h>

#include <string>

#include "core/wire/json.hpp"

namespace postern {
namespace {

const char* const start = R"({"public_url":"https://mcp.example.com","decoy_password":"$plain$of nobody",
  "key_ring":[{"id":"testkey1","key":"BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc"}])";

Result<Settings, std::string> read(const std::string& more) {
  const auto json = wire::parse_json(start + more + "}");
  return json ? read_settings(*json) : Result<Settings, std::string>(json.error().what);
}

std::string problem_of(const std::string& more) {
  auto settings = read(more);
  if (!settings) return settings.error();
  auto deployment = Deployment::build(std::move(settings).value());
  return deployment ? "" : deployment.error();
}

TEST(SettingsJson, RefusesToolsThatCannotBeServed) {
  struct Row {
    const char* what;
    const char* tools;
    const char* told;  ///< A part of the reason.
  };
  const Row rows[] = {
      {"no array", R"({})", "tools: expected an array"},
      {"no object", R"(["greet"])", "tools[0]: expected an object"},
      {"no name", R"([{}])", "expected a name"},
      {"a name that is none", R"([{"name":"a b"}])", "expected a name"},
      {"a name twice", R"([{"name":"a"},{"name":"a"}])", "one of this name already"},
      {"a misspelt member", R"([{"name":"a","inputSchema":{}}])",
       "tools[0].inputSchema: there is no such setting; did you mean input_schema?"},
      {"a schema of no object", R"([{"name":"a","input_schema":{"type":"string"}}])", "input_schema"},
      {"a schema that is none", R"([{"name":"a","input_schema":{"type":"object","required":5}}])", "input_schema"},
      {"an output schema of no object", R"([{"name":"a","output_schema":{"type":"string"}}])", "output_schema"},
      {"annotations of another type", R"([{"name":"a","annotations":5}])", "annotations"},
      {"scopes as an array", R"([{"name":"a","scopes":["x"]}])", "tools[0].scopes: expected a string"},
      {"a scope that is not declared", R"([{"name":"a","scopes":"x"}])", "needs the scope 'x', which is not declared"},
  };
  for (const Row& row : rows) {
    const std::string problem = problem_of(std::string(R"(,"tools":)") + row.tools);
    EXPECT_NE(problem.find(row.told), std::string::npos) << row.what << ": " << problem;
  }
  EXPECT_EQ(problem_of(R"(,"server":{"nmae":"x"})"), "server.nmae: there is no such setting; did you mean name?");
}

TEST(SettingsJson, ToolsOfTheHostStandInPlaceOfTheNotes) {
  const auto settings = read(R"(,"scopes":[{"token":"greet","in_words":"Greet people"}],
      "server":{"name":"greeter","title":"Greeter","version":"1.2.3","instructions":"Be kind."},
      "tools":[{"name":"greet","title":"Greet","description":"Greets.","scopes":"greet",
                "input_schema":{"type":"object","properties":{"who":{"type":"string"}}},
                "output_schema":{"type":"object"},"annotations":{"readOnlyHint":true},
                "required_capabilities":["sampling"]},
               {"name":"plain"}])");
  ASSERT_TRUE(settings) << settings.error();
  ASSERT_EQ(settings->catalog.tools().size(), 2u);
  const mcp::Tool& greet = settings->catalog.tools()[0].tool;
  EXPECT_EQ(greet.name, "greet");
  EXPECT_EQ(greet.title, "Greet");
  EXPECT_EQ(greet.description, "Greets.");
  EXPECT_EQ(greet.scopes, ScopeSet{"greet"});
  EXPECT_EQ(greet.required_capabilities, std::vector<std::string>{"sampling"});
  EXPECT_TRUE(greet.output_schema && greet.annotations);
  EXPECT_FALSE(greet.handler);
  EXPECT_TRUE(settings->catalog.resources().empty());
  EXPECT_EQ(settings->catalog.server_name, "greeter");
  EXPECT_EQ(settings->catalog.server_title, "Greeter");
  EXPECT_EQ(settings->catalog.server_version, "1.2.3");
  EXPECT_EQ(settings->catalog.instructions, "Be kind.");
  EXPECT_EQ(problem_of(R"(,"tools":[{"name":"plain"}])"), "");
}

TEST(SettingsJson, WithoutToolsTheNotesAreServed) {
  const auto settings = read("");
  ASSERT_TRUE(settings) << settings.error();
  EXPECT_NE(settings->catalog.find_tool("whoami"), nullptr);
  EXPECT_EQ(settings->default_scopes, (ScopeSet{"user", "notes:read"}));
  const auto none = read(R"(,"tools":[])");
  ASSERT_TRUE(none) << none.error();
  EXPECT_TRUE(none->catalog.tools().empty());
  EXPECT_TRUE(none->scopes.empty());
}

}  // namespace
}  // namespace postern
