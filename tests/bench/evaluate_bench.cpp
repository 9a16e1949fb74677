// What deciding costs, without a host: all evaluations that one request takes, the needs answered from memory.
#include <benchmark/benchmark.h>

#include "core/mcp/endpoint.hpp"
#include "core/mcp/session.hpp"
#include "core/store/fields.hpp"

namespace postern {
namespace {

mcp::Catalog catalog() {
  mcp::Catalog catalog;
  catalog.server_version = "1.0.0";
  mcp::Tool tool;
  tool.name = "hello";
  tool.description = "Says hello";
  tool.input_schema = Json::parse(R"({"type":"object","properties":{"name":{"type":"string"}},"required":["name"]})");
  tool.scopes = {"greet"};
  tool.handler = [](mcp::Run&) { return mcp::ToolResult::text("Hello."); };
  if (catalog.add(std::move(tool))) std::abort();
  return catalog;
}

HttpRequest request(wire::Headers headers, std::string body) {
  headers.push_back({"Host", "localhost:8000"});
  headers.push_back({"Content-Type", "application/json"});
  headers.push_back({"Accept", "application/json, text/event-stream"});
  return {"POST", "/mcp", std::move(headers), std::move(body)};
}

void run(benchmark::State& state, const HttpRequest& sent, const std::optional<std::pair<Need, Fact>>& known) {
  const mcp::Catalog tools = catalog();
  const ScopePolicy policy(std::vector<ScopeDefinition>{{"greet", "Greet", {}}});
  const Principal principal{"subject", "alice", "client", "grant", {"greet"}};
  const mcp::ScopeChallenge challenge = [](const ScopeSet&) { return Reply{403, {}, "", std::nullopt}; };
  for (auto _ : state) {
    Facts facts{UnixSeconds{1'800'000'000}, std::string(32, 'e')};
    Outcome outcome = mcp::serve(tools, policy, principal, challenge, sent, facts, {});
    if (outcome.needs() != nullptr && known) {
      facts.learn(known->first, known->second);
      outcome = mcp::serve(tools, policy, principal, challenge, sent, facts, {});
    }
    if (outcome.answer() == nullptr || outcome.answer()->reply.status != 200) state.SkipWithError("not answered");
    benchmark::DoNotOptimize(outcome);
  }
}

void ModernToolCall(benchmark::State& state) {
  run(state,
      request(
          {{"MCP-Protocol-Version", "2026-07-28"}, {"Mcp-Method", "tools/call"}, {"Mcp-Name", "hello"}},
          R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"hello","arguments":{"name":"Bo"},"_meta":{)"
          R"("io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{},)"
          R"("io.modelcontextprotocol/clientInfo":{"name":"bench","version":"1.0.0"}}}})"),
      std::nullopt);
}
BENCHMARK(ModernToolCall);

void LegacyToolCall(benchmark::State& state) {
  const std::string id(43, 's');
  store::Session session;
  session.subject = "subject";
  session.client = "client";
  session.protocol_version = "2025-11-25";
  session.client_capabilities = "{}";
  session.renewed = UnixSeconds{1'800'000'000};
  run(state,
      request({{"MCP-Protocol-Version", "2025-11-25"}, {"Mcp-Session-Id", id}},
              R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"hello","arguments":{"name":"Bo"}}})"),
      std::pair<Need, Fact>{Load{mcp::session_key(id)}, Loaded{StoredRecord{store::encode(session), 1}}});
}
BENCHMARK(LegacyToolCall);

void ModernToolsList(benchmark::State& state) {
  run(state,
      request(
          {{"MCP-Protocol-Version", "2026-07-28"}, {"Mcp-Method", "tools/list"}},
          R"({"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{)"
          R"("io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}})"),
      std::nullopt);
}
BENCHMARK(ModernToolsList);

}  // namespace
}  // namespace postern
