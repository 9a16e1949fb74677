// What deciding costs, without a host: all evaluations that one request takes, from its first byte to its answer, the
// needs answered from memory. The report of scripts/bench finds these by their names.
#include <benchmark/benchmark.h>

#include "core/crypto/hash.hpp"
#include "core/mcp/session.hpp"
#include "core/oauth/grant.hpp"
#include "core/oauth/tokens.hpp"
#include "core/server/evaluate.hpp"
#include "core/store/records.hpp"
#include "core/wire/base64.hpp"
#include "core/wire/form.hpp"
#include "tests/support/world.hpp"
#include "tests/unit/server/settings.hpp"

namespace postern {
namespace {

constexpr UnixSeconds now{1'800'000'000};
const std::string client_id(43, 'c');
const std::string grant_id(22, 'g');
const std::string subject(22, 's');
const std::string session_id(43, 'i');
const std::string verifier(43, 'v');
const std::string code(43, 'o');

std::shared_ptr<const Deployment> deployment() {
  static const auto built = [] {
    Settings settings = testing::good_settings();
    mcp::Tool tool;
    tool.name = "ok";
    tool.description = "Says ok.";
    tool.scopes = {"user"};
    tool.handler = [](mcp::Run&) { return mcp::ToolResult::text("ok"); };
    if (settings.catalog.add(std::move(tool))) std::abort();
    return testing::deployment_of(std::move(settings));
  }();
  return built;
}

/// A user, a client, its live grant, a session and a code.
test::World world() {
  test::World world;
  world.now = now;
  store::User user;
  user.subject = subject;
  user.name = "alice";
  world.put(store::User::key("alice"), user);
  store::Client client;
  client.redirect_uris = {"http://127.0.0.1:4711/callback"};
  client.auth_method = "none";
  client.used = true;
  client.expires = now + Seconds{300 * 86400};
  client.grant_types = {"authorization_code", "refresh_token"};
  world.put(store::Client::key(client_id), client);
  store::Grant grant;
  grant.client = client_id;
  grant.subject = subject;
  grant.user_name = "alice";
  grant.scopes = {"user", "notes:read"};
  grant.resource = deployment()->authority.resource;
  grant.expires = now + Seconds{86400};
  grant.generation = 1;
  grant.state = static_cast<std::int64_t>(oauth::GrantState::active);
  world.put(store::Grant::key(grant_id), grant);
  world.put(store::GrantOf::key(subject, grant_id), store::GrantOf{now});
  store::Session session;
  session.subject = subject;
  session.client = client_id;
  session.protocol_version = "2025-11-25";
  session.client_capabilities = "{}";
  session.renewed = now;
  world.put(mcp::session_key(session_id), session);
  store::Code issued;
  issued.client = client_id;
  issued.redirect_uri = "http://127.0.0.1:4711/callback";
  issued.challenge = wire::base64url(crypto::sha256(verifier));
  issued.resource = deployment()->authority.resource;
  issued.subject = subject;
  issued.user_name = "alice";
  issued.scopes = {"user"};
  issued.expires = now + Seconds{60};
  world.put(store::Code::key(wire::base64url(crypto::sha256(code))), issued);
  return world;
}

/// Evaluates again and again; what a need is answered by is looked up once, beforehand.
void decide(benchmark::State& state, const HttpRequest& request) {
  test::World known = world();
  std::vector<std::vector<std::pair<Need, Fact>>> rounds;
  {
    Facts facts(now, std::string(32, 'e'));
    for (Outcome outcome = evaluate(*deployment(), request, facts); outcome.needs() != nullptr;
         outcome = evaluate(*deployment(), request, facts)) {
      rounds.emplace_back();
      for (const Need& need : outcome.needs()->list) {
        rounds.back().emplace_back(need, known.perform(need));
        facts.learn(need, rounds.back().back().second);
      }
    }
  }
  for (auto _ : state) {
    Facts facts(now, std::string(32, 'e'));
    Outcome outcome = evaluate(*deployment(), request, facts);
    for (const auto& round : rounds) {
      for (const auto& [need, fact] : round) facts.learn(need, fact);
      outcome = evaluate(*deployment(), request, facts);
    }
    if (outcome.answer() == nullptr || outcome.answer()->reply.status != 200) {
      state.SkipWithError(outcome.answer() == nullptr ? "not answered" : outcome.answer()->reply.body.c_str());
      break;
    }
    benchmark::DoNotOptimize(outcome);
  }
  state.counters["rounds"] = static_cast<double>(rounds.size() + 1);
}

HttpRequest call(wire::Headers headers, std::string body) {
  oauth::AccessToken token{grant_id, client_id, subject, "alice", {"user", "notes:read"}, "", now, now + Seconds{3600}};
  token.audience = deployment()->authority.resource;
  headers.push_back({"Host", "mcp.example.com"});
  headers.push_back(
      {"Authorization", "Bearer " + oauth::print(deployment()->authority, token, Facts(now, std::string(32, 't')))});
  headers.push_back({"Content-Type", "application/json"});
  headers.push_back({"Accept", "application/json, text/event-stream"});
  return {"POST", "/mcp", std::move(headers), std::move(body)};
}

void ToolsCallModern(benchmark::State& state) {
  decide(state, call({{"MCP-Protocol-Version", "2026-07-28"}, {"Mcp-Method", "tools/call"}, {"Mcp-Name", "ok"}},
                     R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ok","arguments":{},"_meta":{)"
                     R"("io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
                     R"("io.modelcontextprotocol/clientCapabilities":{}}}})"));
}
BENCHMARK(ToolsCallModern);

void ToolsCallLegacy(benchmark::State& state) {
  decide(state, call({{"MCP-Protocol-Version", "2025-11-25"}, {"Mcp-Session-Id", session_id}},
                     R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ok","arguments":{}}})"));
}
BENCHMARK(ToolsCallLegacy);

HttpRequest token_request(std::vector<std::pair<std::string, std::string>> fields) {
  fields.emplace_back("client_id", client_id);
  return {"POST",
          "/token",
          {{"Host", "mcp.example.com"}, {"Content-Type", "application/x-www-form-urlencoded"}},
          wire::form_encode(fields)};
}

void TokenCode(benchmark::State& state) {
  decide(state, token_request({{"grant_type", "authorization_code"},
                               {"code", code},
                               {"redirect_uri", "http://127.0.0.1:4711/callback"},
                               {"code_verifier", verifier}}));
}
BENCHMARK(TokenCode);

void TokenRefresh(benchmark::State& state) {
  decide(state, token_request({{"grant_type", "refresh_token"},
                               {"refresh_token",
                                oauth::print(deployment()->authority, oauth::RefreshToken{grant_id, 1, subject})}}));
}
BENCHMARK(TokenRefresh);

}  // namespace
}  // namespace postern
