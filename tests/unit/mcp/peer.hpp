// A client and a host for the MCP endpoint, in memory: a test sends a request and sees what came back. On the way the
// laws of an evaluation are held: frames that were given stay the beginning of what will be given, and no commit passes
// whose guards do not hold.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/mcp/endpoint.hpp"
#include "core/mcp/sse.hpp"
#include "core/mcp/streams.hpp"
#include "core/wire/http.hpp"

namespace postern::testing {

struct Exchange {
  Reply reply;
  std::vector<std::string> events;
  std::vector<Topic> topics;
  std::vector<AuditEvent> audit;
  int rounds = 0;

  std::string header(std::string_view name) const {
    const std::string* value = wire::find_header(reply.headers, name);
    return value == nullptr ? "" : *value;
  }
  Json json() const { return Json::parse(reply.body, nullptr, false); }
};

class Peer {
 public:
  mcp::Catalog catalog;
  ScopePolicy policy;
  Principal principal{"alice-subject", "alice", "client-1", "grant-1", {}};
  UnixSeconds now{1'800'000'000};
  std::map<std::string, StoredRecord> store;
  std::map<std::string, std::function<std::string(const std::string&)>> host_tools;
  int host_runs = 0;
  mcp::FetchAsUser upstream;  ///< What the identity provider answers. Empty: the user did not log in at one.

  Exchange send(const HttpRequest& request) {
    const std::string entropy = "entropy of request no. " + std::to_string(++requests_) + std::string(32, '.');
    Facts facts{now, entropy.substr(0, 32)};
    Exchange exchange;
    for (exchange.rounds = 1; exchange.rounds <= 40; ++exchange.rounds) {
      Outcome outcome = evaluate(request, facts);
      EXPECT_EQ(outcome, evaluate(request, facts)) << "the same input gives the same outcome";
      expect_longer(exchange.events, outcome.events);
      exchange.events = outcome.events;
      if (const Needs* needs = outcome.needs()) {
        EXPECT_FALSE(needs->list.empty());
        for (const Need& need : needs->list) {
          EXPECT_EQ(facts.find(need), nullptr) << "a round asks only for what is unknown";
          facts.learn(need, perform(need));
        }
        continue;
      }
      Answer& answer = *outcome.answer();
      EXPECT_TRUE(commit(answer.commit));
      exchange.reply = answer.reply;
      exchange.topics = answer.topics;
      exchange.audit = answer.audit;
      return exchange;
    }
    ADD_FAILURE() << "never answered";
    return exchange;
  }

  Outcome evaluate(const HttpRequest& request, const Facts& facts) const {
    const auto challenge = [](const ScopeSet& needed) {
      return Answer{Reply{403, {}, needed.to_string(), std::nullopt}, {}, {}, {}};
    };
    const mcp::ScopeChallenge challenged = challenge;
    const mcp::FetchAsUser* const asked = upstream ? &upstream : nullptr;
    const mcp::Context context{catalog, policy, principal, challenged, request, facts, asked};
    if (request.target.starts_with("/sse")) return mcp::serve_sse(context, "/tenant/messages");
    if (request.target.starts_with("/messages")) return mcp::serve_messages(context, {});
    return mcp::serve(catalog, policy, principal, challenge, request, facts, {}, asked);
  }

  static HttpRequest request(std::string method, wire::Headers headers, std::string body = {}) {
    if (method == "POST") {
      headers.push_back({"Content-Type", "application/json"});
      headers.push_back({"Accept", "application/json, text/event-stream"});
    }
    return {std::move(method), "/mcp", std::move(headers), std::move(body)};
  }

  // Legacy.
  std::string session;
  Exchange initialize(std::string_view version = "2025-11-25") {
    Exchange exchange =
        send(request("POST", {},
                     R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":")" +
                         std::string(version) + R"(","capabilities":{},"clientInfo":{"name":"test","version":"1"}}})"));
    session = exchange.header("Mcp-Session-Id");
    return exchange;
  }
  Exchange post(std::string body) { return send(request("POST", {{"Mcp-Session-Id", session}}, std::move(body))); }
  Exchange call(std::string_view method, std::string_view params = "{}") {
    return post(R"({"jsonrpc":"2.0","id":1,"method":")" + std::string(method) + R"(","params":)" + std::string(params) +
                "}");
  }

  // Modern. `members`: of the parameters, beside `_meta`.
  Exchange modern(std::string method, std::string members = {}, wire::Headers more = {}, std::string meta = {}) {
    wire::Headers headers = {{"MCP-Protocol-Version", "2026-07-28"}, {"Mcp-Method", method}};
    headers.insert(headers.end(), more.begin(), more.end());
    return send(request("POST", std::move(headers), modern_body(method, members, meta)));
  }
  static std::string modern_body(const std::string& method, const std::string& members, const std::string& meta = {}) {
    return R"({"jsonrpc":"2.0","id":"m","method":")" + method +
           R"(","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)" +
           R"("io.modelcontextprotocol/clientCapabilities":{})" + (meta.empty() ? "" : ",") + meta + "}" +
           (members.empty() ? "" : ",") + members + "}}";
  }

 private:
  Fact perform(const Need& need) {
    if (const auto* load = std::get_if<Load>(&need)) {
      const auto found = store.find(load->key);
      return found == store.end() ? Loaded{} : Loaded{found->second};
    }
    if (const auto* scan = std::get_if<Scan>(&need)) {
      Scanned scanned;
      for (auto at = store.lower_bound(scan->prefix); at != store.end() && at->first.starts_with(scan->prefix); ++at) {
        if (scanned.records.size() < scan->limit) scanned.records.push_back({at->first, at->second});
      }
      return scanned;
    }
    if (const auto* run = std::get_if<RunTool>(&need)) {
      ++host_runs;
      const auto tool = host_tools.find(run->name);
      if (tool == host_tools.end()) return Unavailable{};
      return ToolRan{tool->second(run->arguments)};
    }
    if (std::holds_alternative<Sleep>(need)) return Slept{};
    return Unavailable{};
  }

  bool commit(const Commit& commit) {
    std::map<std::string, bool> guarded;
    for (const Expect& expect : commit.expects) {
      const auto found = store.find(expect.key);
      const auto version = found == store.end() ? std::nullopt : std::optional<Version>(found->second.version);
      if (version != expect.version) return false;
      guarded[expect.key] = true;
    }
    for (const Put& put : commit.puts) {
      EXPECT_TRUE(guarded[put.key]) << put.key << " is written without a guard";
      store[put.key] = {put.bytes, ++version_};
    }
    for (const std::string& key : commit.deletes) {
      EXPECT_TRUE(guarded[key]) << key << " is deleted without a guard";
      store.erase(key);
    }
    return true;
  }

  static void expect_longer(const std::vector<std::string>& before, const std::vector<std::string>& after) {
    ASSERT_LE(before.size(), after.size());
    EXPECT_TRUE(std::equal(before.begin(), before.end(), after.begin())) << "what was sent can't be taken back";
  }

  int requests_ = 0;
  Version version_ = 0;
};

/// `{"jsonrpc":"2.0","id":1,"result":{...}}`, with the members given.
inline std::string result(std::string_view members) {
  return R"({"jsonrpc":"2.0","id":1,"result":{)" + std::string(members) + "}}";
}

/// Of the JSON-RPC error in a body; 0: none.
inline int error_code(const Exchange& exchange) {
  const Json body = exchange.json();
  if (!body.is_object() || !body.contains("error")) return 0;
  return body["error"]["code"].get<int>();
}

/// A tool without arguments that says one text.
inline mcp::Tool saying(std::string name, std::string text) {
  mcp::Tool tool;
  tool.name = std::move(name);
  tool.description = "Says a text";
  tool.handler = [text = std::move(text)](mcp::Run&) { return mcp::ToolResult::text(text); };
  return tool;
}

}  // namespace postern::testing
