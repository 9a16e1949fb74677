// Calls of tools: scopes, events while they run, tools of the host, results that do not fit.
#include <gtest/gtest.h>

#include "tests/unit/mcp/peer.hpp"

namespace postern::testing {
namespace {

constexpr std::string_view text_of_hello = R"("content":[{"text":"Hello.","type":"text"}])";

mcp::Tool slow() {
  mcp::Tool tool = saying("slow", "");
  tool.handler = [](mcp::Run& run) {
    run.progress(0, 100);
    run.log(mcp::LogLevel::debug, "begun", "slow");
    if (!run.slept(50)) return run.wait();
    run.progress(50, 100, "half");
    if (!run.slept(50)) return run.wait();
    run.progress(50, 100);  // no news
    run.progress(100, 100);
    run.log(mcp::LogLevel::warning, Json{{"done", true}, {"more", 1}});
    return mcp::ToolResult::text("Hello.");
  };
  return tool;
}

TEST(Audit, EveryCallOfAToolIsToldWithoutItsArguments) {
  Peer peer;
  ASSERT_EQ(peer.catalog.add(saying("hello", "Hello.")), std::nullopt);
  mcp::Tool failing = saying("failing", "");
  failing.handler = [](mcp::Run&) { return mcp::ToolResult::error("No."); };
  ASSERT_EQ(peer.catalog.add(std::move(failing)), std::nullopt);
  peer.principal.client = "a client";
  peer.principal.subject = "a user";
  const auto told = [&peer](const std::string& name) {
    return peer
        .modern("tools/call", R"("name":")" + name + R"(","arguments":{"secret":"canary"})", {{"Mcp-Name", name}})
        .audit;
  };
  EXPECT_EQ(told("hello"), (std::vector<AuditEvent>{{"mcp.call", "ok", "a client", "a user", "hello"}}));
  EXPECT_EQ(told("failing"), (std::vector<AuditEvent>{{"mcp.call", "tool_failed", "a client", "a user", "failing"}}));
  EXPECT_EQ(told("nothing"),
            (std::vector<AuditEvent>{{"mcp.call", "rpc_error", "a client", "a user", "nothing -32602"}}));
  peer.initialize();
  EXPECT_EQ(peer.call("tools/call", R"({"name":"hello"})").audit.size(), 1u);
  EXPECT_TRUE(peer.call("tools/list").audit.empty());
  peer.initialize("2025-03-26");
  const Exchange batch = peer.post(R"([{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"hello"}},)"
                                   R"({"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"failing"}}])");
  ASSERT_EQ(batch.audit.size(), 2u);
  EXPECT_EQ(batch.audit[1].outcome, "tool_failed");
}

TEST(Events, ComeBeforeTheAnswerAndOnItsStream) {
  Peer peer;
  ASSERT_EQ(peer.catalog.add(slow()), std::nullopt);
  peer.initialize();
  const Exchange exchange = peer.call("tools/call", R"({"name":"slow","_meta":{"progressToken":"p"}})");
  EXPECT_EQ(exchange.rounds, 4);  // the session, two waits, the answer
  EXPECT_EQ(exchange.header("Content-Type"), "text/event-stream");
  EXPECT_EQ(
      exchange.events,
      (std::vector<std::string>{
          "data: "
          R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"p","progress":0,"total":100}})"
          "\n\n",
          "data: "
          R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"p","progress":50,"total":100,"message":"half"}})"
          "\n\n",
          "data: "
          R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"p","progress":100,"total":100}})"
          "\n\n",
          "data: "
          R"({"jsonrpc":"2.0","method":"notifications/message","params":{"level":"warning","data":{"done":true,"more":1}}})"
          "\n\n"}));
  EXPECT_EQ(exchange.reply.body, "data: " + result(text_of_hello) + "\n\n");
}

TEST(Events, AreThoseThatTheClientWants) {
  Peer peer;
  ASSERT_EQ(peer.catalog.add(slow()), std::nullopt);
  peer.initialize();
  peer.call("logging/setLevel", R"({"level":"error"})");
  const Exchange quiet = peer.call("tools/call", R"({"name":"slow"})");
  EXPECT_EQ(quiet.header("Content-Type"), "application/json") << "nothing to send: JSON";
  EXPECT_EQ(quiet.reply.body, result(text_of_hello));
  peer.call("logging/setLevel", R"({"level":"debug"})");
  EXPECT_EQ(peer.call("tools/call", R"({"name":"slow"})").events.size(), 2u);

  // 2026-07-28: never a log message unless the request asks.
  EXPECT_TRUE(peer.modern("tools/call", R"("name":"slow")", {{"Mcp-Name", "slow"}}).events.empty());
  EXPECT_EQ(peer.modern("tools/call", R"("name":"slow")", {{"Mcp-Name", "slow"}},
                        R"("io.modelcontextprotocol/logLevel":"warning")")
                .events.size(),
            1u);
  const Exchange wrong = peer.modern("tools/call", R"("name":"slow")", {{"Mcp-Name", "slow"}},
                                     R"("io.modelcontextprotocol/logLevel":"loud")");
  EXPECT_EQ(error_code(wrong), -32602);
}

TEST(Events, AreLeftOutWhereTheClientTakesJsonAlone) {  // Antigravity, Copilot Studio
  Peer peer;
  ASSERT_EQ(peer.catalog.add(slow()), std::nullopt);
  peer.initialize();
  const auto post = [&peer](wire::Headers headers, std::string body) {
    headers.push_back({"Content-Type", "application/json"});
    headers.push_back({"Accept", "application/json"});
    return peer.send({"POST", "/mcp", std::move(headers), std::move(body)});
  };
  const Exchange legacy =
      post({{"Mcp-Session-Id", peer.session}},
           R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"slow","_meta":{"progressToken":"p"}}})");
  EXPECT_TRUE(legacy.events.empty());
  EXPECT_EQ(legacy.header("Content-Type"), "application/json");
  EXPECT_EQ(legacy.reply.body, result(text_of_hello));

  const auto modern = [&post](const std::string& method, const std::string& members, wire::Headers headers) {
    headers.push_back({"MCP-Protocol-Version", "2026-07-28"});
    headers.push_back({"Mcp-Method", method});
    return post(std::move(headers), Peer::modern_body(method, members, R"("progressToken":"p")"));
  };
  const Exchange called = modern("tools/call", R"("name":"slow")", {{"Mcp-Name", "slow"}});
  EXPECT_TRUE(called.events.empty());
  EXPECT_EQ(called.reply.status, 200);
  EXPECT_EQ(called.header("Content-Type"), "application/json");
  // What is a stream can't be had as anything else.
  const Exchange listening = modern("subscriptions/listen", R"("notifications":{"toolsListChanged":true})", {});
  EXPECT_EQ(listening.reply.status, 406);
  EXPECT_FALSE(listening.reply.stream);
}

TEST(Events, OfABatchStayInOrder) {
  Peer peer;
  ASSERT_EQ(peer.catalog.add(slow()), std::nullopt);
  mcp::Tool quick = saying("quick", "");
  quick.handler = [](mcp::Run& run) {
    run.progress(1);
    return mcp::ToolResult::text("Hello.");
  };
  ASSERT_EQ(peer.catalog.add(quick), std::nullopt);
  peer.initialize("2025-03-26");
  const auto call = [](const char* name, const char* token) {
    return R"({"jsonrpc":"2.0","id":")" + std::string(token) + R"(","method":"tools/call","params":{"name":")" + name +
           R"(","_meta":{"progressToken":")" + token + R"("}}})";
  };
  const Exchange exchange =
      peer.post("[" + call("slow", "a") + "," + call("quick", "b") + "," + call("slow", "c") + "]");
  EXPECT_EQ(exchange.rounds, 4) << "the calls wait side by side";
  std::string order;
  for (const std::string& event : exchange.events) {
    if (const auto at = event.find("progressToken\":\""); at != std::string::npos) order += event[at + 16];
  }
  EXPECT_EQ(order, "aaabccc");
}

TEST(Events, TurnAFailureIntoAMessage) {  // a 503 can't follow what was sent already
  Peer peer;
  mcp::Tool tool = saying("breaks", "");
  tool.handler = [](mcp::Run& run) {
    run.progress(1);
    if (run.ask(VerifyPassword{"", Secret{}}) == nullptr) return run.wait();
    return mcp::ToolResult::text("Hello.");
  };
  ASSERT_EQ(peer.catalog.add(tool), std::nullopt);
  const Exchange exchange =
      peer.modern("tools/call", R"("name":"breaks")", {{"Mcp-Name", "breaks"}}, R"("progressToken":3)");
  EXPECT_EQ(exchange.reply.status, 200);
  EXPECT_NE(exchange.reply.body.find(R"(data: {"jsonrpc":"2.0","id":"m","error":{"code":-32603)"), std::string::npos);
  EXPECT_EQ(peer.modern("tools/call", R"("name":"breaks")", {{"Mcp-Name", "breaks"}}).reply.status, 503);
}

TEST(Scopes, AreAskedForBeforeAnythingRuns) {
  Peer peer;
  peer.policy = ScopePolicy({{"notes:read", "", {}}, {"notes:write", "", {"notes:read"}}});
  int runs = 0;
  mcp::Tool tool = saying("hello", "");
  tool.scopes = {"notes:read"};
  tool.handler = [&runs](mcp::Run&) {
    ++runs;
    return mcp::ToolResult::text("Hello.");
  };
  ASSERT_EQ(peer.catalog.add(tool), std::nullopt);
  peer.initialize("2025-03-26");
  Exchange refused = peer.call("tools/call", R"({"name":"hello"})");
  EXPECT_EQ(refused.reply.status, 403);
  EXPECT_EQ(refused.reply.body, "notes:read");
  EXPECT_EQ(peer.modern("tools/call", R"("name":"hello")", {{"Mcp-Name", "hello"}}).reply.status, 403);
  EXPECT_EQ(
      peer.post(
              R"([{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"hello"}}])")
          .reply.status,
      403);
  EXPECT_EQ(runs, 0);
  EXPECT_NE(peer.call("tools/list").reply.body.find("hello"), std::string::npos)
      << "listed, so that a client can step up";
  peer.principal.scopes = {"notes:write"};
  EXPECT_EQ(peer.call("tools/call", R"({"name":"hello"})").reply.body, result(text_of_hello)) << "implied";
  peer.principal = {};
  EXPECT_EQ(peer.modern("tools/call", R"("name":"hello")", {{"Mcp-Name", "hello"}}).reply.status, 200)
      << "authorization is off";
}

TEST(HostTools, AreRunOnceAndChecked) {
  Peer peer;
  mcp::Tool tool = saying("outside", "");
  tool.handler = nullptr;
  tool.input_schema = Json::parse(R"({"type":"object","properties":{"n":{"type":"integer"}}})");
  ASSERT_EQ(peer.catalog.add(tool), std::nullopt);
  std::string gives;
  peer.host_tools["outside"] = [&gives](const std::string&) { return gives; };
  peer.initialize();
  const struct {
    const char* gives;
    const char* body;  // null: -32603
  } rows[] = {{R"({"content":[{"type":"text","text":"Hello."}]})", R"("content":[{"text":"Hello.","type":"text"}])"},
              {R"({"content":[],"isError":true})", R"("content":[],"isError":true)"},
              {R"({"structuredContent":{"a":1}})",
               R"("content":[{"type":"text","text":"{\"a\":1}"}],"structuredContent":{"a":1})"},
              {R"({"content":[{"text":"no type"}]})", nullptr},
              {R"({"content":"text"})", nullptr},
              {R"({"content":[],"structuredContent":[1]})", nullptr},
              {R"({"content":[],"isError":"yes"})", nullptr},
              {"{}", nullptr},
              {"[]", nullptr},
              {"not json", nullptr}};
  for (const auto& row : rows) {
    gives = row.gives;
    peer.host_runs = 0;
    const Exchange exchange = peer.call("tools/call", R"({"name":"outside","arguments":{"n":1}})");
    EXPECT_EQ(peer.host_runs, 1);
    if (row.body == nullptr) {
      EXPECT_EQ(error_code(exchange), -32603) << row.gives;
    } else {
      EXPECT_EQ(exchange.reply.body, result(row.body));
    }
  }
  peer.host_runs = 0;
  peer.call("tools/call", R"({"name":"outside","arguments":{"n":"x"}})");
  EXPECT_EQ(peer.host_runs, 0) << "arguments are judged first";
  peer.host_tools.clear();
  EXPECT_EQ(peer.call("tools/call", R"({"name":"outside"})").reply.status, 503);
}

// What the author has to mend is told by its place and not by its value, which is the user's.
TEST(Results, WhatTheAuthorHasToMendIsInTheAudit) {
  Peer peer;
  mcp::Tool typed = saying("typed", "");
  typed.output_schema = Json::parse(R"({"type":"object","properties":{"line":{"const":1}}})");
  typed.handler = [](mcp::Run&) { return mcp::ToolResult::structured_object({{"line", "canary"}}); };
  ASSERT_EQ(peer.catalog.add(std::move(typed)), std::nullopt);
  mcp::Tool waiting = saying("waiting", "");
  waiting.handler = [](mcp::Run& run) { return run.wait(); };
  ASSERT_EQ(peer.catalog.add(std::move(waiting)), std::nullopt);
  mcp::Tool outside = saying("outside", "");
  outside.handler = nullptr;
  ASSERT_EQ(peer.catalog.add(std::move(outside)), std::nullopt);
  peer.host_tools["outside"] = [](const std::string&) { return R"({"content":["text"]})"; };
  const auto told = [&peer](const std::string& name) {
    const Exchange done = peer.modern("tools/call", R"("name":")" + name + R"(")", {{"Mcp-Name", name}});
    return done.audit.empty() ? "" : done.audit[0].outcome + " " + done.audit[0].detail;
  };
  EXPECT_EQ(told("typed"), "tool_faulty typed: its result does not fit its output schema at /line");
  EXPECT_EQ(told("waiting"), "tool_faulty waiting: it waits, and has asked for nothing");
  EXPECT_EQ(told("outside"), "tool_faulty outside: content: expected objects with a type");
}

TEST(Results, ThatDoNotFitWriteNothing) {
  Peer peer;
  mcp::Tool tool = saying("liar", "");
  tool.output_schema = Json::parse(R"({"type":"object","required":["sum"]})");
  Json gives = Json::object();
  tool.handler = [&gives](mcp::Run&) {
    mcp::ToolResult told = mcp::ToolResult::structured_object(gives);
    told.commit.expects.push_back({"k", std::nullopt});
    told.commit.puts.push_back({"k", "v", std::nullopt});
    return told;
  };
  ASSERT_EQ(peer.catalog.add(tool), std::nullopt);
  const auto call = [&peer] { return peer.modern("tools/call", R"("name":"liar")", {{"Mcp-Name", "liar"}}); };
  const Exchange refused = call();
  EXPECT_EQ(refused.json()["result"]["isError"], true);
  ASSERT_EQ(refused.audit.size(), 1u);
  EXPECT_EQ(refused.audit[0].outcome, "tool_faulty");
  EXPECT_EQ(refused.audit[0].detail, "liar: its result does not fit its output schema");
  EXPECT_TRUE(peer.store.empty());
  gives["sum"] = 1;
  EXPECT_FALSE(call().json()["result"].contains("isError"));
  EXPECT_EQ(peer.store.count("k"), 1u);
}

TEST(Catalog, RefusesWhatCantBeServed) {
  const auto refused = [](const std::function<void(mcp::Tool&)>& change) {
    mcp::Catalog catalog;
    EXPECT_EQ(catalog.add(saying("taken", "")), std::nullopt);
    mcp::Tool tool = saying("name", "");
    change(tool);
    return catalog.add(std::move(tool)).has_value();
  };
  EXPECT_FALSE(refused([](mcp::Tool&) {}));
  EXPECT_TRUE(refused([](mcp::Tool& tool) { tool.name = "taken"; }));
  for (const char* name : {"", "with space", "a/b", "\xC3\xA9"})
    EXPECT_TRUE(refused([&](mcp::Tool& tool) { tool.name = name; }));
  EXPECT_TRUE(refused([](mcp::Tool& tool) { tool.name = std::string(129, 'a'); }));
  for (
      const char* schema :
      {R"([])", R"({})", R"({"type":"array"})", R"({"type":"object","properties":5})",
       R"({"type":"object","properties":{"a":{"x-mcp-header":""}}})",
       R"({"type":"object","properties":{"a":{"type":"number","x-mcp-header":"A"}}})",
       R"({"type":"object","properties":{"a":{"type":"string","x-mcp-header":"A b"}}})",
       R"({"type":"object","properties":{"a":{"type":"string","x-mcp-header":"A"},"b":{"type":"string","x-mcp-header":"a"}}})",
       R"({"type":"object","x-mcp-header":"A"})",
       R"({"type":"object","properties":{"a":{"type":"array","items":{"type":"string","x-mcp-header":"A"}}}})",
       R"({"type":"object","allOf":[{"properties":{"a":{"type":"string","x-mcp-header":"A"}}}]})",
       R"({"type":"object","$defs":{"d":{"type":"string","x-mcp-header":"A"}}})"}) {
    EXPECT_TRUE(refused([&](mcp::Tool& tool) { tool.input_schema = Json::parse(schema); })) << schema;
  }
  EXPECT_FALSE(refused([](mcp::Tool& tool) {  // a property of that name is none
    tool.input_schema = Json::parse(
        R"({"type":"object","properties":{"x-mcp-header":{"type":"object","properties":{"in":{"type":"string","x-mcp-header":"In"}}}}})");
  }));
  EXPECT_TRUE(refused([](mcp::Tool& tool) { tool.output_schema = Json{{"type", "array"}}; }));
}

}  // namespace
}  // namespace postern::testing
