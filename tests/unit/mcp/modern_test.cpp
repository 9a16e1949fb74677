// Transcripts of 2026-07-28: nothing is remembered between requests, and headers say what the body says.
#include <gtest/gtest.h>

#include "tests/unit/mcp/peer.hpp"

namespace postern::testing {
namespace {

constexpr std::string_view server_info =
    R"("_meta":{"io.modelcontextprotocol/serverInfo":{"name":"postern","title":"Postern","version":"1.2.3"}})";

Peer modern_peer() {
  Peer peer;
  peer.catalog.server_title = "Postern";
  peer.catalog.server_version = "1.2.3";
  EXPECT_EQ(peer.catalog.add(saying("hello", "Hello.")), std::nullopt);
  mcp::Prompt prompt;
  prompt.name = "greet";
  prompt.description = "Greets";
  prompt.arguments = {{"who", "Whom", true}};
  prompt.handler = [](mcp::Run& run) {
    std::vector<Json> messages;
    messages.push_back(
        Json{{"role", "user"},
             {"content", {{"type", "text"}, {"text", "Greet " + run.arguments["who"].get<std::string>()}}}});
    return messages;
  };
  EXPECT_EQ(peer.catalog.add(prompt), std::nullopt);
  mcp::ResourceProvider provider;
  provider.prefix = "test://";
  provider.list = [](mcp::Run&) { return std::vector<Json>(1, Json{{"uri", "test://a"}, {"name", "a"}}); };
  provider.read = [](mcp::Run&, const std::string& uri) {
    if (uri != "test://a") return std::vector<Json>{};
    return std::vector<Json>(1, Json{{"uri", uri}, {"text", "A"}});
  };
  provider.templates.push_back(Json{{"uriTemplate", "test://{id}"}, {"name", "t"}});
  EXPECT_EQ(peer.catalog.add(provider), std::nullopt);
  return peer;
}

std::string complete(std::string_view members, std::string_view cache) {
  return R"({"jsonrpc":"2.0","id":"m","result":{"resultType":"complete",)" + std::string(members) + std::string(cache) +
         "," + std::string(server_info) + "}}";
}
constexpr std::string_view for_all = R"(,"ttlMs":300000,"cacheScope":"public")";
constexpr std::string_view for_one = R"(,"ttlMs":0,"cacheScope":"private")";

TEST(Modern, AnswersExactly) {
  Peer peer = modern_peer();
  EXPECT_EQ(peer.modern("server/discover").reply.body,
            complete(R"("supportedVersions":["2026-07-28"],"capabilities":{"logging":{},"tools":{"listChanged":true},)"
                     R"("prompts":{"listChanged":true},"resources":{"subscribe":true,"listChanged":true}})",
                     for_all));
  EXPECT_EQ(
      peer.modern("tools/list").reply.body,
      complete(R"("tools":[{"name":"hello","description":"Says a text","inputSchema":{"type":"object"}}])", for_all));
  EXPECT_EQ(peer.modern("tools/call", R"("name":"hello")", {{"Mcp-Name", "hello"}}).reply.body,
            complete(R"("content":[{"text":"Hello.","type":"text"}])", ""));
  EXPECT_EQ(
      peer.modern("prompts/list").reply.body,
      complete(
          R"("prompts":[{"arguments":[{"description":"Whom","name":"who","required":true}],"description":"Greets","name":"greet"}])",
          for_all));
  EXPECT_EQ(
      peer.modern("prompts/get", R"("name":"greet","arguments":{"who":"Bo"})", {{"Mcp-Name", "greet"}}).reply.body,
      complete(R"("description":"Greets","messages":[{"content":{"text":"Greet Bo","type":"text"},"role":"user"}])",
               ""));
  EXPECT_EQ(peer.modern("resources/list").reply.body,
            complete(R"("resources":[{"name":"a","uri":"test://a"}])", for_one));
  EXPECT_EQ(peer.modern("resources/templates/list").reply.body,
            complete(R"("resourceTemplates":[{"name":"t","uriTemplate":"test://{id}"}])", for_all));
  EXPECT_EQ(peer.modern("resources/read", R"("uri":"test://a")", {{"Mcp-Name", "test://a"}}).reply.body,
            complete(R"("contents":[{"text":"A","uri":"test://a"}])", for_one));
  EXPECT_TRUE(peer.store.empty()) << "no session is made";
}

TEST(Modern, RefusesExactly) {
  Peer peer = modern_peer();
  const struct {
    const char* method;
    const char* members;
    const char* name;
    int status, code;
  } rows[] = {{"unknown", "", "", 404, -32601},
              {"initialize", "", "", 404, -32601},
              {"ping", "", "", 404, -32601},
              {"logging/setLevel", R"("level":"debug")", "", 404, -32601},
              {"resources/subscribe", R"("uri":"test://a")", "", 404, -32601},
              {"resources/unsubscribe", R"("uri":"test://a")", "", 404, -32601},
              {"tasks/list", "", "", 404, -32601},
              {"tools/call", R"("name":"nope")", "nope", 200, -32602},
              {"tools/list", R"("cursor":"")", "", 200, -32602},
              {"prompts/get", R"("name":"nope")", "nope", 200, -32602},
              {"prompts/get", R"("name":"greet")", "greet", 200, -32602},
              {"prompts/get", R"("name":"greet","arguments":{"who":5})", "greet", 200, -32602},
              {"resources/read", R"("uri":"test://b")", "test://b", 200, -32602},
              {"resources/read", R"("uri":"other://b")", "other://b", 200, -32602},
              {"subscriptions/listen", "", "", 200, -32602},
              {"subscriptions/listen", R"("notifications":{"toolsListChanged":1})", "", 200, -32602},
              {"subscriptions/listen", R"("notifications":{"resourceSubscriptions":[5]})", "", 200, -32602}};
  for (const auto& row : rows) {
    wire::Headers headers;
    if (*row.name != 0) headers.push_back({"Mcp-Name", row.name});
    const Exchange exchange = peer.modern(row.method, row.members, headers);
    EXPECT_EQ(exchange.reply.status, row.status) << row.method << row.members;
    EXPECT_EQ(error_code(exchange), row.code) << row.method << row.members;
    EXPECT_EQ(exchange.header("Content-Type"), "application/json");
    EXPECT_EQ(exchange.json()["id"], "m");
  }
  EXPECT_EQ(peer.modern("resources/read", R"("uri":"test://b")", {{"Mcp-Name", "test://b"}}).json()["error"]["data"],
            Json::object({{"uri", "test://b"}}));
  peer.initialize();
  EXPECT_EQ(error_code(peer.call("resources/read", R"({"uri":"test://b"})")), -32002) << "up to 2025-11-25";
}

TEST(Modern, WantsItsMetadataInThisOrder) {
  Peer peer = modern_peer();
  const std::string good = Peer::modern_body("tools/list", "");
  const std::string no_meta = R"({"jsonrpc":"2.0","id":"m","method":"tools/list","params":{}})";
  const std::string no_capabilities =
      R"({"jsonrpc":"2.0","id":"m","method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}})";
  const auto other_version = [](const char* version) {
    return R"({"jsonrpc":"2.0","id":"m","method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":")" +
           std::string(version) + R"(","io.modelcontextprotocol/clientCapabilities":{}}}})";
  };
  const wire::Header version{"MCP-Protocol-Version", "2026-07-28"};
  const wire::Header method{"Mcp-Method", "tools/list"};
  const struct {
    std::string body;
    wire::Headers headers;
    int status, code;
  } rows[] = {
      {good, {version, method}, 200, 0},
      {good, {{"mcp-protocol-VERSION", " 2026-07-28\t"}, {"MCP-METHOD", "  tools/list  "}}, 200, 0},
      {no_meta, {version, method}, 400, -32602},
      {no_meta, {version}, 400, -32602},
      {no_capabilities, {version, method}, 400, -32602},
      {good, {method}, 400, -32020},
      {good, {version, version, method}, 400, -32020},
      {good, {{"MCP-Protocol-Version", "2025-11-25"}, method}, 400, -32020},
      {other_version("v999.0.0"), {version, method}, 400, -32020},
      {other_version("v999.0.0"), {{"MCP-Protocol-Version", "v999.0.0"}, method}, 400, -32022},
      {no_meta, {{"MCP-Protocol-Version", "v999.0.0"}, method}, 400, -32022},
      {good, {version}, 400, -32020},
      {good, {version, {"Mcp-Method", "prompts/list"}}, 400, -32020},
      {good, {version, {"Mcp-Method", "TOOLS/LIST"}}, 400, -32020},
      {good, {version, method, method}, 400, -32020},
      {"[" + good + "]", {version, method}, 400, -32600},
      {R"({"jsonrpc":"2.0","id":1,"result":{}})", {version}, 400, -32600},
      {"{", {version, method}, 400, -32700},
  };
  for (const auto& row : rows) {
    const Exchange exchange = peer.send(Peer::request("POST", row.headers, row.body));
    EXPECT_EQ(exchange.reply.status, row.status) << row.body;
    EXPECT_EQ(error_code(exchange), row.code) << row.body;
  }
  EXPECT_EQ(peer.send(Peer::request("POST", {{"MCP-Protocol-Version", "v999.0.0"}, method}, other_version("v999.0.0")))
                .json()["error"]["data"],
            Json::parse(R"({"supported":["2026-07-28"],"requested":"v999.0.0"})"));
  EXPECT_EQ(peer.send(Peer::request("POST", {version}, R"({"jsonrpc":"2.0","method":"notifications/cancelled"})"))
                .reply.status,
            202);
}

TEST(Modern, WantsTheNameInItsHeader) {
  Peer peer = modern_peer();
  const struct {
    wire::Headers headers;
    int code;
  } rows[] = {{{{"Mcp-Name", "hello"}}, 0},
              {{{"mcp-name", "  hello  "}}, 0},
              {{{"Mcp-Name", "=?base64?aGVsbG8=?="}}, 0},
              {{}, -32020},
              {{{"Mcp-Name", "Hello"}}, -32020},
              {{{"Mcp-Name", "=?base64?aGVsbG8?="}}, -32020},
              {{{"Mcp-Name", "hello"}, {"Mcp-Name", "hello"}}, -32020}};
  for (const auto& row : rows)
    EXPECT_EQ(error_code(peer.modern("tools/call", R"("name":"hello")", row.headers)), row.code);
}

TEST(Modern, WantsAnnotatedParametersInTheirHeaders) {
  Peer peer;
  mcp::Tool tool = saying("route", "Hello.");
  tool.input_schema = Json::parse(
      R"({"type":"object","properties":{"region":{"type":"string","x-mcp-header":"Region"},"n":{"type":"integer","x-mcp-header":"N"},)"
      R"("deep":{"type":"object","properties":{"flag":{"type":"boolean","x-mcp-header":"Flag"}}}}})");
  ASSERT_EQ(peer.catalog.add(tool), std::nullopt);
  const struct {
    const char* arguments;
    wire::Headers headers;
    int code;
  } rows[] = {
      {R"({})", {}, 0},
      {R"({"region":"us"})", {{"Mcp-Param-Region", "us"}}, 0},
      {R"({"region":"us"})", {{"mcp-param-region", " us "}}, 0},
      {R"({"region":"Hello"})", {{"Mcp-Param-Region", "=?base64?SGVsbG8=?="}}, 0},
      {R"({"region":"Hello"})", {{"Mcp-Param-Region", "=?base64?SGVsbG8?="}}, -32020},
      {R"({"region":"Hello"})", {{"Mcp-Param-Region", "=?base64?SGVs!!!bG8=?="}}, -32020},
      {R"({"region":"SGVsbG8="})", {{"Mcp-Param-Region", "SGVsbG8="}}, 0},
      {R"({"region":"=?base64?SGVsbG8="})", {{"Mcp-Param-Region", "=?base64?SGVsbG8="}}, 0},
      {R"({"region":"us"})", {}, -32020},
      {R"({"region":"us"})", {{"Mcp-Param-Region", "eu"}}, -32020},
      {R"({})", {{"Mcp-Param-Region", "eu"}}, -32020},
      {R"({"region":"us"})", {{"Mcp-Param-Region", "us"}, {"Mcp-Param-Region", "us"}}, -32020},
      {R"({"n":42})", {{"Mcp-Param-N", "42"}}, 0},
      {R"({"n":42})", {{"Mcp-Param-N", "42.0"}}, 0},
      {R"({"n":-7})", {{"Mcp-Param-N", "-7"}}, 0},
      {R"({"n":42})", {{"Mcp-Param-N", "42x"}}, -32020},
      {R"({"n":9007199254740993})", {{"Mcp-Param-N", "9007199254740993"}}, -32020},
      {R"({"deep":{"flag":true}})", {{"Mcp-Param-Flag", "true"}}, 0},
      {R"({"deep":{"flag":true}})", {{"Mcp-Param-Flag", "True"}}, -32020},
      {R"({"deep":{}})", {}, 0},
  };
  for (const auto& row : rows) {
    wire::Headers headers = row.headers;
    headers.push_back({"Mcp-Name", "route"});
    const Exchange exchange =
        peer.modern("tools/call", R"("name":"route","arguments":)" + std::string(row.arguments), headers);
    EXPECT_EQ(error_code(exchange), row.code) << row.arguments;
    EXPECT_EQ(exchange.reply.status, row.code == 0 ? 200 : 400);
  }
}

TEST(Modern, TellsWhichCapabilitiesAToolNeeds) {
  Peer peer;
  mcp::Tool tool = saying("samples", "Hello.");
  tool.required_capabilities = {"sampling"};
  ASSERT_EQ(peer.catalog.add(tool), std::nullopt);
  const Exchange refused = peer.modern("tools/call", R"("name":"samples")", {{"Mcp-Name", "samples"}});
  EXPECT_EQ(refused.reply.status, 400);
  EXPECT_EQ(error_code(refused), -32021);
  EXPECT_EQ(refused.json()["error"]["data"], Json::parse(R"({"requiredCapabilities":{"sampling":{}}})"));
}

TEST(Listen, AcknowledgesWhatItHonours) {
  Peer peer = modern_peer();
  const Exchange exchange = peer.modern(
      "subscriptions/listen",
      R"("notifications":{"toolsListChanged":true,"promptsListChanged":false,"resourceSubscriptions":["test://a","other://x","test://a"]})");
  EXPECT_EQ(exchange.reply.status, 200);
  EXPECT_EQ(exchange.header("Content-Type"), "text/event-stream");
  EXPECT_EQ(
      exchange.reply.body,
      "data: "
      R"({"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":"m"},)"
      R"("notifications":{"resourceSubscriptions":["test://a"],"toolsListChanged":true}}})"
      "\n\n");
  ASSERT_TRUE(exchange.reply.stream);
  const Stream& stream = *exchange.reply.stream;
  EXPECT_TRUE(stream.tools_changed);
  EXPECT_FALSE(stream.prompts_changed);
  EXPECT_FALSE(stream.resources_changed);
  EXPECT_EQ(stream.resources, std::vector<std::string>{"test://a"});
  EXPECT_EQ(stream.grant, "grant-1");
  EXPECT_EQ(stream.subject, "alice-subject");
}

}  // namespace
}  // namespace postern::testing
