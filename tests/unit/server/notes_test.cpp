// The default server's tools, as a client uses them.
#include "core/server/notes.hpp"

#include <gtest/gtest.h>

#include "core/store/fields.hpp"
#include "core/store/records.hpp"
#include "tests/unit/mcp/peer.hpp"

namespace postern::testing {
namespace {

Peer notes_peer() {
  Peer peer;
  add_notes_tools(peer.catalog);
  peer.policy = ScopePolicy(notes_scopes());
  peer.principal.scopes = {"user", "notes:write"};
  peer.initialize();
  return peer;
}

Json tool(Peer& peer, std::string_view name, const Json& arguments = Json::object()) {
  const Json params = {{"name", name}, {"arguments", arguments}};
  return peer.call("tools/call", params.dump()).json()["result"];
}

std::string write(Peer& peer, std::string title, std::string text) {
  return tool(peer, "write_note", {{"title", title}, {"text", text}})["structuredContent"]["id"].get<std::string>();
}

TEST(Notes, AreWrittenListedReadAndDeleted) {
  Peer peer = notes_peer();
  EXPECT_EQ(tool(peer, "list_notes")["structuredContent"], Json::parse(R"({"notes":[]})"));
  const std::string first = write(peer, "One", "text of one");
  const std::string second = write(peer, "Two", "");
  EXPECT_NE(first, second);
  EXPECT_EQ(first.size(), 16u);
  EXPECT_EQ(tool(peer, "list_notes")["structuredContent"]["notes"].size(), 2u);
  EXPECT_EQ(tool(peer, "read_note", Json::object({{"id", first}}))["structuredContent"],
            Json({{"id", first}, {"title", "One"}, {"text", "text of one"}, {"updated", 1'800'000'000}}));
  const Json read = peer.call("resources/read", R"({"uri":"note://)" + first + R"("})").json()["result"]["contents"];
  EXPECT_EQ(read, Json::array({{{"uri", "note://" + first}, {"mimeType", "text/plain"}, {"text", "text of one"}}}));
  EXPECT_EQ(peer.call("resources/list").json()["result"]["resources"].size(), 2u);
  EXPECT_EQ(tool(peer, "delete_note", Json::object({{"id", first}}))["structuredContent"],
            Json::object({{"deleted", first}}));
  EXPECT_EQ(tool(peer, "read_note", Json::object({{"id", first}}))["isError"], true);
  EXPECT_EQ(tool(peer, "delete_note", Json::object({{"id", first}}))["isError"], true);
  EXPECT_EQ(error_code(peer.call("resources/read", R"({"uri":"note://)" + first + R"("})")), -32002);
  EXPECT_EQ(tool(peer, "list_notes")["structuredContent"]["notes"][0]["title"], "Two");
}

TEST(Notes, AreTheirUsersAlone) {
  Peer peer = notes_peer();
  const std::string id = write(peer, "Secret", "of alice");
  peer.principal.subject = "bob-subject";
  peer.initialize();
  EXPECT_EQ(tool(peer, "list_notes")["structuredContent"]["notes"].size(), 0u);
  const Json foreign = tool(peer, "read_note", Json::object({{"id", id}}));
  EXPECT_EQ(foreign["isError"], true);
  EXPECT_EQ(tool(peer, "delete_note", Json::object({{"id", id}}))["isError"], true);
  EXPECT_EQ(error_code(peer.call("resources/read", R"({"uri":"note://)" + id + R"("})")), -32002);
  peer.principal.subject = "alice-subject";
  peer.initialize();
  EXPECT_EQ(tool(peer, "read_note", Json::object({{"id", id}}))["structuredContent"]["text"], "of alice");
}

TEST(Notes, CantLeaveTheirKey) {
  Peer peer = notes_peer();
  for (const char* id : {"", "../alice-subject/x", "a/b", "a b", "\xC3\xA9"}) {
    EXPECT_EQ(tool(peer, "read_note", Json::object({{"id", id}}))["isError"], true) << id;
    EXPECT_EQ(error_code(peer.call("resources/read", Json::object({{"uri", "note://" + std::string(id)}}).dump())),
              -32002)
        << id;
  }
}

TEST(Notes, AreBounded) {
  Peer peer = notes_peer();
  const auto fails = [&peer](const std::string& title, const std::string& text) {
    const std::size_t before = peer.store.size();
    const Json told = tool(peer, "write_note", {{"title", title}, {"text", text}});
    const bool failed = told.contains("isError");
    EXPECT_EQ(peer.store.size(), before + (failed ? 0 : 2));
    return failed;
  };
  std::string accented;
  for (int i = 0; i < 200; ++i) accented += "\xC3\xA9";
  EXPECT_FALSE(fails(accented, "counted in characters"));
  EXPECT_TRUE(fails(accented + "e", ""));
  EXPECT_TRUE(fails("", ""));
  EXPECT_FALSE(fails("t", std::string(65536, 'x')));
  EXPECT_TRUE(fails("t", std::string(65537, 'x')));
  std::string wide;
  for (int i = 0; i < 32769; ++i) wide += "\xC3\xA9";
  EXPECT_TRUE(fails("t", wide)) << "65538 bytes";
  for (int i = 0; i < 1000; ++i) {
    const std::string key = store::NoteTitle::key("alice-subject", "n" + std::to_string(i));
    peer.store[key] = {store::encode(store::NoteTitle{"t", peer.now}), 1'000'000u + static_cast<Version>(i)};
  }
  EXPECT_TRUE(fails("t", "one too many"));
}

TEST(Notes, TellSubscribers) {
  Peer peer = notes_peer();
  const Exchange written = peer.call("tools/call", R"({"name":"write_note","arguments":{"title":"t","text":""}})");
  EXPECT_EQ(written.topics, (std::vector<Topic>{{Topic::Kind::resources_changed, "alice-subject", ""}}));
  const std::string id = written.json()["result"]["structuredContent"]["id"].get<std::string>();
  const std::string uri = R"({"uri":"note://)" + id + R"("})";
  const Exchange subscribed = peer.call("resources/subscribe", uri);
  EXPECT_EQ(subscribed.reply.body, result(""));
  ASSERT_EQ(subscribed.topics.size(), 1u);
  EXPECT_EQ(subscribed.topics[0].kind, Topic::Kind::session_changed);
  EXPECT_TRUE(peer.call("resources/subscribe", uri).topics.empty()) << "once is enough";
  const Exchange open =
      peer.send(Peer::request("GET", {{"Mcp-Session-Id", peer.session}, {"Accept", "text/event-stream"}}));
  const Exchange deleted = peer.call("tools/call", R"({"name":"delete_note","arguments":{"id":")" + id + R"("}})");
  std::string heard;
  for (const Topic& topic : deleted.topics) heard += tell(*open.reply.stream, topic).bytes;
  EXPECT_EQ(heard, R"(data: {"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"note://)" +
                       id + "\"}}\n\n" + R"(data: {"jsonrpc":"2.0","method":"notifications/resources/list_changed"})" +
                       "\n\n");
  EXPECT_EQ(peer.call("resources/unsubscribe", uri).topics.size(), 1u);
  EXPECT_TRUE(peer.call("resources/unsubscribe", uri).topics.empty());
  for (int i = 0; i < 100; ++i) peer.call("resources/subscribe", R"({"uri":"note://n)" + std::to_string(i) + R"("})");
  EXPECT_EQ(error_code(peer.call("resources/subscribe", R"({"uri":"note://more"})")), -32602);
  EXPECT_EQ(error_code(peer.call("resources/subscribe", R"({"uri":"other://x"})")), -32002);
}

TEST(Notes, WantTheirScopes) {
  Peer peer = notes_peer();
  peer.principal.scopes = {"user"};
  const auto needs = [&peer](std::string_view method, std::string_view params) {
    const Exchange exchange = peer.call(method, params);
    return exchange.reply.status == 403 ? exchange.reply.body : "";
  };
  EXPECT_EQ(needs("tools/call", R"({"name":"whoami"})"), "");
  EXPECT_EQ(needs("tools/call", R"({"name":"list_notes"})"), "notes:read");
  EXPECT_EQ(needs("tools/call", R"({"name":"read_note","arguments":{"id":"a"}})"), "notes:read");
  EXPECT_EQ(needs("tools/call", R"({"name":"write_note","arguments":{}})"), "notes:write");
  EXPECT_EQ(needs("tools/call", R"({"name":"delete_note","arguments":{}})"), "notes:write");
  EXPECT_EQ(needs("resources/read", R"({"uri":"note://a"})"), "notes:read");
  EXPECT_EQ(needs("resources/subscribe", R"({"uri":"note://a"})"), "notes:read");
  EXPECT_EQ(peer.call("resources/list").reply.body, result(R"("resources":[])"));
  const Exchange listening =
      peer.modern("subscriptions/listen", R"("notifications":{"resourceSubscriptions":["note://a"]})");
  EXPECT_TRUE(listening.reply.stream->resources.empty());
  peer.principal.scopes = {"notes:read"};
  EXPECT_EQ(needs("tools/call", R"({"name":"list_notes"})"), "");
  EXPECT_EQ(needs("tools/call", R"({"name":"whoami"})"), "user");
  EXPECT_EQ(needs("tools/call", R"({"name":"write_note","arguments":{}})"), "notes:write");
}

TEST(Profile, TellsWhoCalls) {
  Peer peer = notes_peer();
  EXPECT_EQ(tool(peer, "whoami")["structuredContent"], Json::object({{"user_name", "alice"}}));
  EXPECT_EQ(tool(peer, "get_user_profile")["structuredContent"], Json({{"user_name", "alice"},
                                                                       {"subject", "alice-subject"},
                                                                       {"client", "client-1"},
                                                                       {"scopes", {"notes:write", "user"}}}));
}

// The answer to GET /user as it came: every member, also one that nobody has heard of, and nothing beside.
TEST(Profile, IsTheProvidersWholeAnswer) {
  Peer peer = notes_peer();
  UpstreamResponse there{UpstreamResponse::Kind::answered, "github", 200};
  peer.upstream = [&there](Ask&, const UpstreamRequest& wanted, std::uint32_t step) {
    EXPECT_EQ(wanted, UpstreamRequest{});
    EXPECT_EQ(step, 0u);
    return there;
  };
  there.body =
      R"({"login":"octocat","id":583231,"name":null,"email":"o@example.com","site_admin":false,"hireable":null,)"
      R"("plan":{"name":"Medium","space":400},"from_next_year":[1.5,{"a":"b"}],"isError":true,"content":"x"})";
  const Json result = tool(peer, "get_user_profile");
  EXPECT_FALSE(result.contains("isError"));
  EXPECT_EQ(result["structuredContent"], Json::parse(there.body));
  EXPECT_EQ(Json::parse(result["content"][0]["text"].get<std::string>()), Json::parse(there.body));
  there.body = R"({"sub":"u-1","address":{"locality":"Delft"}})";
  EXPECT_EQ(tool(peer, "get_user_profile")["structuredContent"], Json::parse(there.body));
  for (const char* none : {"[]", "\"x\"", "1", "null", "{", ""}) {
    there.body = none;
    EXPECT_EQ(tool(peer, "get_user_profile")["isError"], true) << none;
  }
}

TEST(Notes, OfOneBatchGetDifferentIds) {
  Peer peer = notes_peer();
  peer.initialize("2025-03-26");
  const std::string call =
      R"("method":"tools/call","params":{"name":"write_note","arguments":{"title":"t","text":""}}})";
  const Exchange exchange =
      peer.post(R"([{"jsonrpc":"2.0","id":1,)" + call + R"(,{"jsonrpc":"2.0","id":2,)" + call + "]");
  const Json answers = exchange.json();
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_NE(answers[0]["result"]["content"], answers[1]["result"]["content"]);
  EXPECT_EQ(peer.store.size(), 2u + 2u + 2u);  // two sessions
}

}  // namespace
}  // namespace postern::testing
