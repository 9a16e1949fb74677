// Transcripts of the revisions with sessions: 2025-03-26, 2025-06-18, 2025-11-25.
#include <gtest/gtest.h>

#include "core/mcp/session.hpp"
#include "tests/unit/mcp/peer.hpp"

namespace postern::testing {
namespace {

Peer peer_with_tools() {
  Peer peer;
  peer.catalog.server_version = "1.2.3";
  EXPECT_EQ(peer.catalog.add(saying("hello", "Hello.")), std::nullopt);
  mcp::Tool add = saying("add", "");
  add.title = "Add";
  add.input_schema = Json::parse(R"({"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]})");
  add.output_schema = Json::parse(R"({"type":"object","properties":{"sum":{"type":"integer"}},"required":["sum"]})");
  add.handler = [](mcp::Run& run) {
    return mcp::ToolResult::structured_object(Json::object({{"sum", run.arguments["a"].get<int>() + 1}}));
  };
  EXPECT_EQ(peer.catalog.add(add), std::nullopt);
  return peer;
}

TEST(Initialize, AgreesOnTheRevisionAndBeginsASession) {
  const char* rows[][2] = {{"2025-03-26", "2025-03-26"}, {"2025-06-18", "2025-06-18"}, {"2025-11-25", "2025-11-25"},
                           {"2024-11-05", "2024-11-05"}, {"2026-07-28", "2025-11-25"}, {"", "2025-11-25"}};
  for (const auto& [requested, agreed] : rows) {
    Peer peer = peer_with_tools();
    const Exchange exchange = peer.initialize(requested);
    EXPECT_EQ(exchange.reply.status, 200);
    EXPECT_EQ(
        exchange.reply.body,
        R"({"jsonrpc":"2.0","id":0,"result":{"protocolVersion":")" + std::string(agreed) +
            R"(","capabilities":{"logging":{},"tools":{"listChanged":true}},"serverInfo":{"name":"postern","version":"1.2.3"}}})");
    EXPECT_EQ(peer.session.size(), 43u);  // 256 bits
    EXPECT_EQ(peer.session.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
              std::string::npos);
    EXPECT_EQ(peer.store.begin()->first.find(peer.session), std::string::npos) << "the store holds the hash only";
  }
}

TEST(Initialize, WantsItsParameters) {
  Peer peer = peer_with_tools();
  for (const char* params : {"{}", R"({"protocolVersion":5,"capabilities":{},"clientInfo":{}})",
                             R"({"protocolVersion":"2025-11-25","clientInfo":{}})",
                             R"({"protocolVersion":"2025-11-25","capabilities":{}})"}) {
    const Exchange exchange = peer.call("initialize", params);
    EXPECT_EQ(error_code(exchange), -32602) << params;
    EXPECT_EQ(exchange.header("Mcp-Session-Id"), "");
  }
  EXPECT_TRUE(peer.store.empty());
}

TEST(Legacy, AnswersExactly) {
  Peer peer = peer_with_tools();
  peer.initialize();
  EXPECT_EQ(peer.call("ping").reply.body, result(""));
  EXPECT_EQ(peer.call("logging/setLevel", R"({"level":"debug"})").reply.body, result(""));
  EXPECT_EQ(peer.call("tools/call", R"({"name":"hello"})").reply.body,
            result(R"("content":[{"text":"Hello.","type":"text"}])"));
  EXPECT_EQ(peer.call("tools/call", R"({"name":"add","arguments":{"a":1}})").reply.body,
            result(R"("content":[{"text":"{\"sum\":2}","type":"text"}],"structuredContent":{"sum":2})"));
  const Exchange list = peer.call("tools/list");
  EXPECT_EQ(list.header("Content-Type"), "application/json");
  EXPECT_EQ(
      list.reply.body,
      result(
          R"("tools":[{"name":"hello","description":"Says a text","inputSchema":{"type":"object"}},)"
          R"({"name":"add","title":"Add","description":"Says a text","inputSchema":{"properties":{"a":{"type":"integer"}},"required":["a"],"type":"object"},)"
          R"("outputSchema":{"properties":{"sum":{"type":"integer"}},"required":["sum"],"type":"object"}}])"));
}

TEST(Legacy, KeepsToWhatItsRevisionKnows) {
  Peer peer = peer_with_tools();
  peer.initialize("2025-03-26");
  EXPECT_EQ(peer.call("tools/call", R"({"name":"add","arguments":{"a":1}})").reply.body,
            result(R"("content":[{"text":"{\"sum\":2}","type":"text"}])"));
  EXPECT_EQ(peer.call("tools/list").reply.body.find("outputSchema"), std::string::npos);
  EXPECT_EQ(peer.call("tools/list").reply.body.find("title"), std::string::npos);
  // server/tools, "Error Handling": invalid arguments are told to the model from 2025-11-25 on.
  EXPECT_EQ(error_code(peer.call("tools/call", R"({"name":"add","arguments":{}})")), -32602);
  peer.initialize("2025-06-18");
  EXPECT_EQ(error_code(peer.call("tools/call", R"({"name":"add","arguments":{}})")), -32602);
  peer.initialize("2025-11-25");
  const Json told = peer.call("tools/call", R"({"name":"add","arguments":{}})").json();
  EXPECT_EQ(told["result"]["isError"], true);
  EXPECT_NE(told["result"]["content"][0]["text"].get<std::string>().find("expected"), std::string::npos);
}

TEST(Legacy, RefusesExactly) {
  Peer peer = peer_with_tools();
  peer.initialize();
  const struct {
    const char* method;
    const char* params;
    int code;
  } rows[] = {{"unknown", "{}", -32601},
              {"server/discover", "{}", -32601},
              {"completion/complete", "{}", -32601},
              {"prompts/list", "{}", -32601},  // there are none, so the capability is not declared
              {"resources/list", "{}", -32601},
              {"resources/subscribe", R"({"uri":"note://1"})", -32601},
              {"tools/list", R"({"cursor":"2"})", -32602},
              {"tools/call", "{}", -32602},
              {"tools/call", R"({"name":5})", -32602},
              {"tools/call", R"({"name":"nope"})", -32602},
              {"tools/call", R"({"name":"hello","arguments":[]})", -32602},
              {"tools/call", R"({"name":"hello","_meta":{"progressToken":1.5}})", -32602},
              {"logging/setLevel", R"({"level":"loud"})", -32602}};
  for (const auto& row : rows) {
    const Exchange exchange = peer.call(row.method, row.params);
    EXPECT_EQ(exchange.reply.status, 200) << row.method;
    EXPECT_EQ(error_code(exchange), row.code) << row.method << row.params;
    EXPECT_EQ(exchange.json()["id"], 1);
  }
  EXPECT_EQ(peer.post("{").reply.status, 400);
  EXPECT_EQ(error_code(peer.post("{")), -32700);
  EXPECT_EQ(error_code(peer.post(R"({"jsonrpc":"2.0","id":1,"id":2,"method":"ping"})")), -32700);
  EXPECT_EQ(error_code(peer.post("[]")), -32600);
  EXPECT_EQ(peer.post(R"([{"jsonrpc":"2.0","id":1,"method":"ping"}])").reply.status, 400)
      << "batches ended in 2025-06-18";
}

TEST(Legacy, TakesNotificationsAndResponses) {
  Peer peer = peer_with_tools();
  peer.initialize();
  for (const char* body : {R"({"jsonrpc":"2.0","method":"notifications/initialized"})",
                           R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}})",
                           R"({"jsonrpc":"2.0","id":4,"result":{}})"}) {
    const Exchange exchange = peer.post(body);
    EXPECT_EQ(exchange.reply.status, 202);
    EXPECT_EQ(exchange.reply.body, "");
  }
}

TEST(Transport, WantsJsonAndTakesEitherAnswer) {
  Peer peer = peer_with_tools();
  peer.initialize();
  const std::string ping = R"({"jsonrpc":"2.0","id":1,"method":"ping"})";
  const struct {
    wire::Headers headers;
    int status;
  } rows[] = {
      {{{"Content-Type", "application/json"}}, 200},
      {{{"Content-Type", "application/json; charset=utf-8"}, {"Accept", "*/*"}}, 200},
      {{{"Content-Type", "Application/JSON"}, {"Accept", "text/event-stream, application/json"}}, 200},
      {{{"Content-Type", "application/json"}, {"Accept", "application/json"}, {"Accept", "text/event-stream"}}, 200},
      {{{"Content-Type", "application/json"}, {"Accept", "application/json"}}, 200},  // Antigravity, Copilot Studio
      {{{"Content-Type", "application/json"}, {"Accept", "text/event-stream"}}, 406},
      {{{"Content-Type", "application/json"}, {"Accept", "application/json;q=0"}}, 406},
      {{{"Content-Type", "application/json"}, {"Accept", "text/html"}}, 406},
      {{}, 415},
      {{{"Content-Type", "text/plain"}}, 415},  // what a page can send without a preflight
      {{{"Content-Type", "application/x-www-form-urlencoded"}}, 415},
      {{{"Content-Type", ";;;"}}, 415},
      {{{"Content-Type", "text/plain"}, {"Content-Type", "application/json"}}, 415},
  };
  for (const auto& row : rows) {
    wire::Headers headers = row.headers;
    headers.push_back({"Mcp-Session-Id", peer.session});
    EXPECT_EQ(peer.send({"POST", "/mcp", headers, ping}).reply.status, row.status);
  }
  const Exchange put = peer.send(Peer::request("PUT", {}));
  EXPECT_EQ(put.reply.status, 405);
  EXPECT_EQ(put.header("Allow"), "GET, POST, DELETE");
}

TEST(Initialize, UnderARevisionThatNobodyHereKnowsIsNegotiated) {
  for (const char* version : {"2027-01-01", "2099-12-31", "DRAFT-2027-v1", "1.0", ""}) {
    SCOPED_TRACE(version);
    Peer peer = peer_with_tools();
    const wire::Headers newer = {{"MCP-Protocol-Version", version}};
    const std::string body =
        R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2099-12-31","capabilities":{},"clientInfo":{"name":"x","version":"1"}}})";
    const Exchange exchange = peer.send(Peer::request("POST", newer, body));
    EXPECT_EQ(exchange.reply.status, 200);
    EXPECT_EQ(exchange.json()["result"]["protocolVersion"], "2025-11-25");
    EXPECT_FALSE(exchange.header("Mcp-Session-Id").empty());
    // Anything else of such a client is refused: it has to say what it has agreed on.
    wire::Headers in_session = newer;
    in_session.push_back({"Mcp-Session-Id", exchange.header("Mcp-Session-Id")});
    EXPECT_EQ(peer.send(Peer::request("POST", in_session, R"({"jsonrpc":"2.0","id":2,"method":"ping"})")).reply.status,
              400);
  }
}

TEST(Session, BelongsToItsOwner) {  // CVE-2026-52869, -52870
  Peer peer = peer_with_tools();
  peer.initialize();
  const std::string alices = peer.session;
  const auto all_refused = [&peer](int status) {
    EXPECT_EQ(peer.call("tools/list").reply.status, status);
    EXPECT_EQ(peer.post(R"({"jsonrpc":"2.0","method":"notifications/initialized"})").reply.status, status);
    const wire::Headers headers = {{"Mcp-Session-Id", peer.session}, {"Accept", "text/event-stream"}};
    EXPECT_EQ(peer.send(Peer::request("GET", headers)).reply.status, status);
    EXPECT_EQ(peer.send(Peer::request("DELETE", headers)).reply.status, status);
  };
  const Principal alice = peer.principal;
  peer.principal.subject = "mallory";
  all_refused(404);
  const std::string foreign = peer.call("tools/list").reply.body;
  peer.principal = alice;
  peer.principal.client = "another client";
  all_refused(404);
  peer.principal = alice;
  peer.session = "made-up";
  all_refused(404);
  EXPECT_EQ(peer.call("tools/list").reply.body, foreign) << "nothing tells a foreign session from one that never was";
  peer.session = alices;
  peer.principal.grant = "a refreshed token's grant, or a new one";
  peer.principal.scopes = {"user"};
  EXPECT_EQ(peer.call("tools/list").reply.status, 200) << "the same party";
}

TEST(Session, IsAskedForAndEnds) {
  Peer peer = peer_with_tools();
  peer.initialize();
  const std::string list = R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})";
  EXPECT_EQ(peer.send(Peer::request("POST", {}, list)).reply.status, 400);
  EXPECT_EQ(peer.send(Peer::request("GET", {{"Accept", "text/event-stream"}})).reply.status, 400);
  EXPECT_EQ(peer.send(Peer::request("DELETE", {})).reply.status, 400);
  const wire::Headers twice = {{"Mcp-Session-Id", peer.session}, {"Mcp-Session-Id", "other"}};
  EXPECT_EQ(peer.send(Peer::request("POST", twice, list)).reply.status, 400);

  const wire::Headers id = {{"Mcp-Session-Id", peer.session}};
  const Exchange end = peer.send(Peer::request("DELETE", id));
  EXPECT_EQ(end.reply.status, 204);
  EXPECT_EQ(end.topics,
            (std::vector<Topic>{{Topic::Kind::session_ended, "alice-subject", mcp::session_key(peer.session)}}));
  EXPECT_EQ(peer.call("tools/list").reply.status, 404);
  EXPECT_EQ(peer.send(Peer::request("DELETE", id)).reply.status, 404);
}

TEST(Session, ChecksTheVersionHeader) {
  Peer peer = peer_with_tools();
  peer.initialize("2025-06-18");
  const std::string ping = R"({"jsonrpc":"2.0","id":1,"method":"ping"})";
  const auto status = [&](const char* method, const char* version) {
    const wire::Headers headers = {{"Mcp-Session-Id", peer.session}, {"MCP-Protocol-Version", version}};
    return peer.send(Peer::request(method, headers, ping)).reply.status;
  };
  EXPECT_EQ(status("POST", "2025-06-18"), 200);
  EXPECT_EQ(status("POST", " 2025-11-25 "), 200);
  EXPECT_EQ(status("POST", "2024-10-07"), 400);
  EXPECT_EQ(status("POST", "nonsense"), 400);
  EXPECT_EQ(status("GET", "nonsense"), 400);
  EXPECT_EQ(status("GET", "2026-07-28"), 405);
  EXPECT_EQ(status("DELETE", "2026-07-28"), 405);
  EXPECT_EQ(status("DELETE", "nonsense"), 400);
}

TEST(Session, IsRenewedRarelyAndSlides) {
  Peer peer = peer_with_tools();
  peer.initialize();
  const auto bytes = [&peer] { return peer.store.begin()->second.bytes; };
  const std::string fresh = bytes();
  peer.now = peer.now + Seconds{3599};
  peer.call("ping");
  EXPECT_EQ(bytes(), fresh) << "no write for each request";
  peer.now = peer.now + Seconds{1};
  peer.call("ping");
  EXPECT_NE(bytes(), fresh);
}

TEST(Session, StreamsListen) {
  Peer peer = peer_with_tools();
  peer.initialize();
  const Exchange open =
      peer.send(Peer::request("GET", {{"Mcp-Session-Id", peer.session}, {"Accept", "text/event-stream"}}));
  EXPECT_EQ(open.reply.status, 200);
  EXPECT_EQ(open.header("Content-Type"), "text/event-stream");
  EXPECT_EQ(open.header("X-Accel-Buffering"), "no");
  EXPECT_EQ(open.reply.body, ": open\n\n");
  ASSERT_TRUE(open.reply.stream);
  EXPECT_EQ(open.reply.stream->session, mcp::session_key(peer.session));
  EXPECT_EQ(open.reply.stream->grant, "grant-1");
  EXPECT_TRUE(open.reply.stream->tools_changed);
  EXPECT_FALSE(open.reply.stream->prompts_changed);
  EXPECT_EQ(
      peer.send(Peer::request("GET", {{"Mcp-Session-Id", peer.session}, {"Accept", "application/json"}})).reply.status,
      406);
}

TEST(Batch, IsServedIn20250326) {
  Peer peer = peer_with_tools();
  peer.initialize("2025-03-26");
  const Exchange exchange = peer.post(
      R"([{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","method":"notifications/initialized"},7,)"
      R"({"jsonrpc":"2.0","id":2,"method":"initialize","params":{}},{"jsonrpc":"2.0","id":"x","method":"tools/call","params":{"name":"hello"}}])");
  EXPECT_EQ(exchange.reply.status, 200);
  const Json answers = exchange.json();
  ASSERT_EQ(answers.size(), 4u);
  EXPECT_EQ(answers[0]["result"], Json::object());
  EXPECT_EQ(answers[1]["error"]["code"], -32600);
  EXPECT_EQ(answers[2]["error"]["code"], -32600) << "initialize must not be in a batch";
  EXPECT_EQ(answers[3]["id"], "x");
  EXPECT_EQ(peer.post(R"([{"jsonrpc":"2.0","method":"notifications/initialized"}])").reply.status, 202);
  EXPECT_EQ(error_code(peer.post("[]")), -32600);
  std::string many = R"({"jsonrpc":"2.0","id":1,"method":"ping"})";
  for (int i = 0; i < 32; ++i) many += R"(,{"jsonrpc":"2.0","id":1,"method":"ping"})";
  EXPECT_EQ(peer.post("[" + many + "]").reply.status, 400);
}

}  // namespace
}  // namespace postern::testing
