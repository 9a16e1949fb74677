// What a caller has no scope for is neither read nor listed, and no prompt of it is made.
#include <gtest/gtest.h>

#include "tests/unit/mcp/peer.hpp"

namespace postern::testing {
namespace {

TEST(ScopesOf, ResourcesAndPromptsAreAskedForBeforeAnythingRuns) {
  Peer peer;
  peer.policy = ScopePolicy(std::vector<ScopeDefinition>{{"diary", "", {}}});
  int runs = 0;
  mcp::ResourceProvider diary;
  diary.prefix = "diary://";
  diary.scopes = {"diary"};
  diary.list = [&runs](mcp::Run&) {
    ++runs;
    return std::vector<Json>{{{"uri", "diary://1"}, {"name", "monday"}}};
  };
  diary.read = [&runs](mcp::Run&, const std::string& uri) {
    ++runs;
    return std::vector<Json>{{{"uri", uri}, {"text", "Dear diary"}}};
  };
  ASSERT_EQ(peer.catalog.add(diary), std::nullopt);
  mcp::Prompt prompt;
  prompt.name = "sum-up";
  prompt.description = "Sums the diary up";
  prompt.scopes = {"diary"};
  prompt.handler = [&runs](mcp::Run&) {
    ++runs;
    return std::vector<Json>{};
  };
  ASSERT_EQ(peer.catalog.add(prompt), std::nullopt);
  peer.initialize();

  EXPECT_EQ(peer.call("resources/list").reply.body, result(R"("resources":[])"));
  const char* const calls[][2] = {{"resources/read", R"({"uri":"diary://1"})"},
                                  {"resources/subscribe", R"({"uri":"diary://1"})"},
                                  {"prompts/get", R"({"name":"sum-up"})"}};
  for (const auto& [method, params] : calls) {
    const Exchange refused = peer.call(method, params);
    EXPECT_EQ(refused.reply.status, 403) << method;
    EXPECT_EQ(refused.reply.body, "diary") << method;
  }
  EXPECT_EQ(runs, 0);

  peer.principal.scopes = {"diary"};
  EXPECT_NE(peer.call("resources/list").reply.body.find("monday"), std::string::npos);
  for (const auto& [method, params] : calls) EXPECT_EQ(peer.call(method, params).reply.status, 200) << method;
  EXPECT_GT(runs, 0);
}

}  // namespace
}  // namespace postern::testing
