// What an open stream says to news: only what it asked for, only what is its user's, and its own end.
#include "core/mcp/streams.hpp"

#include <gtest/gtest.h>

namespace postern {
namespace {

using Kind = Topic::Kind;

Stream legacy_stream() {
  Stream stream;
  stream.subject = "alice";
  stream.grant = "g1";
  stream.session = "session/1";
  stream.tools_changed = true;
  stream.resources = {"note://1"};
  return stream;
}

Stream modern_stream() {
  Stream stream = legacy_stream();
  stream.era = Stream::Era::modern;
  stream.session.clear();
  stream.subscription_id = "12345678901234567";
  return stream;
}

constexpr const char* tag = R"("_meta":{"io.modelcontextprotocol/subscriptionId":12345678901234567})";

TEST(Tell, SaysOnlyWhatWasAskedFor) {
  const struct {
    Topic topic;
    std::string legacy, modern;  // the message; empty: nothing
  } rows[] = {
      {{Kind::tools_changed, "", ""},
       R"({"jsonrpc":"2.0","method":"notifications/tools/list_changed"})",
       R"({"jsonrpc":"2.0","method":"notifications/tools/list_changed","params":{)" + std::string(tag) + "}}"},
      {{Kind::prompts_changed, "", ""}, "", ""},
      {{Kind::resources_changed, "alice", ""}, "", ""},
      {{Kind::resource_updated, "alice", "note://1"},
       R"({"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"note://1"}})",
       R"({"jsonrpc":"2.0","method":"notifications/resources/updated","params":{)" + std::string(tag) +
           R"(,"uri":"note://1"}})"},
      {{Kind::resource_updated, "alice", "note://2"}, "", ""},
      {{Kind::resource_updated, "bob", "note://1"}, "", ""},  // the same URI of another user
      {{Kind::tools_changed, "bob", ""}, "", ""},
      {{Kind::session_changed, "alice", "session/1"}, "", ""},
      {{Kind::session_ended, "alice", "session/2"}, "", ""},
      {{Kind::grant_ended, "alice", "g2"}, "", ""},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(tell(legacy_stream(), row.topic),
              (StreamStep{row.legacy.empty() ? "" : "data: " + row.legacy + "\n\n", false}));
    EXPECT_EQ(tell(modern_stream(), row.topic),
              (StreamStep{row.modern.empty() ? "" : "data: " + row.modern + "\n\n", false}));
  }
}

TEST(Tell, EndsWithTheGrantAndWithTheSession) {
  const Topic grant{Kind::grant_ended, "alice", "g1"};
  EXPECT_EQ(tell(legacy_stream(), grant), (StreamStep{"", true}));
  EXPECT_EQ(tell(modern_stream(), grant),
            (StreamStep{R"(data: {"jsonrpc":"2.0","id":12345678901234567,"result":{"resultType":"complete",)" +
                            std::string(tag) + "}}\n\n",
                        true}));
  const Topic session{Kind::session_ended, "alice", "session/1"};
  EXPECT_EQ(tell(legacy_stream(), session), (StreamStep{"", true}));
  EXPECT_EQ(tell(modern_stream(), session), StreamStep{});
  // Without authorization there is no grant to end, and the empty name must not match it.
  Stream open = modern_stream();
  open.grant.clear();
  EXPECT_EQ(tell(open, {Kind::grant_ended, "", ""}), StreamStep{});
  EXPECT_EQ(tell(open, {Kind::session_ended, "", ""}), StreamStep{});
}

TEST(Refreshed, FollowsTheSession) {
  store::Session session;
  session.subject = "alice";
  session.subscriptions = {"note://7"};
  ASSERT_TRUE(mcp::refreshed(legacy_stream(), &session));
  EXPECT_EQ(mcp::refreshed(legacy_stream(), &session)->resources, std::vector<std::string>{"note://7"});
  EXPECT_EQ(mcp::refreshed(legacy_stream(), nullptr), std::nullopt);
  session.subject = "bob";
  EXPECT_EQ(mcp::refreshed(legacy_stream(), &session), std::nullopt);
  EXPECT_EQ(mcp::refreshed(modern_stream(), nullptr), modern_stream());
}

}  // namespace
}  // namespace postern
