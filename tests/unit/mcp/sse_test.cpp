// HTTP+SSE of 2024-11-05: who is refused, what the stream is told, and that an answer reaches its own stream only.
#include "core/mcp/sse.hpp"

#include <gtest/gtest.h>

#include "core/mcp/session.hpp"
#include "core/server/evaluate.hpp"
#include "core/wire/sse.hpp"
#include "tests/unit/mcp/peer.hpp"
#include "tests/unit/server/settings.hpp"

namespace postern::testing {
namespace {

constexpr const char* ping = R"({"jsonrpc":"2.0","id":1,"method":"ping"})";

/// A client: the stream that it holds open, and what it has heard on it.
struct SsePeer : Peer {
  SsePeer() {
    EXPECT_EQ(catalog.add(saying("hello", "Hello.")), std::nullopt);
    mcp::Tool noisy = saying("noisy", "");
    noisy.handler = [](mcp::Run& run) {
      run.progress(1, 2);
      if (run.ask(Sleep{10, 0}) == nullptr) return run.wait();
      run.progress(2, 2);
      return mcp::ToolResult::text("Done.");
    };
    EXPECT_EQ(catalog.add(noisy), std::nullopt);
  }

  Stream stream;
  std::string endpoint;
  std::vector<std::string> heard;

  Exchange open() {
    Exchange exchange = send({"GET", "/sse", {{"Accept", "text/event-stream"}}, ""});
    if (exchange.reply.stream) stream = *exchange.reply.stream;
    const auto events = wire::SseParser().feed(exchange.reply.body);
    if (events.size() == 1 && events[0].event == "endpoint") endpoint = events[0].data;
    return exchange;
  }
  std::string query() const { return endpoint.substr(std::min(endpoint.find('?'), endpoint.size())); }

  Exchange message(std::string body, wire::Headers headers = {{"Content-Type", "application/json"}}) {
    return message_to("/messages" + query(), std::move(body), std::move(headers));
  }
  Exchange message_to(std::string target, std::string body,
                      wire::Headers headers = {{"Content-Type", "application/json"}}) {
    Exchange exchange = send({"POST", std::move(target), std::move(headers), std::move(body)});
    EXPECT_TRUE(exchange.events.empty()) << "the POST is no stream";
    for (const Topic& topic : exchange.topics) {
      for (const wire::SseEvent& event : wire::SseParser().feed(tell(stream, topic).bytes)) {
        EXPECT_EQ(event.event, "message");
        heard.push_back(event.data);
      }
    }
    return exchange;
  }
  Exchange begin(std::string_view version) {
    return message(R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":")" +
                   std::string(version) + R"(","capabilities":{},"clientInfo":{"name":"test","version":"1"}}})");
  }
};

TEST(Sse, WithoutATokenIsRefusedAndLedToItsOwnMetadata) {
  Settings settings = good_settings();
  settings.public_url = "https://mcp.example.com/notes";
  const auto deployment = deployment_of(settings);
  const Facts facts{UnixSeconds{1'800'000'000}, std::string(32, 'e')};
  const struct {
    const char *method, *target, *metadata;
  } rows[] = {{"GET", "/notes/sse", "notes/sse"},
              {"GET", "/notes/sse/", "notes/sse"},
              {"POST", "/notes/messages?session_id=x", "notes/sse"},
              {"POST", "/notes/mcp", "notes/mcp"}};
  for (const auto& row : rows) {
    const Outcome outcome = evaluate(*deployment, {row.method, row.target, {{"Host", "mcp.example.com"}}, ""}, facts);
    ASSERT_NE(outcome.answer(), nullptr);
    const Reply& reply = outcome.answer()->reply;
    EXPECT_EQ(reply.status, 401) << row.target;
    EXPECT_EQ(*wire::find_header(reply.headers, "WWW-Authenticate"),
              R"(Bearer resource_metadata="https://mcp.example.com/.well-known/oauth-protected-resource/)" +
                  std::string(row.metadata) + R"(", scope="notes:read user")");
  }
}

TEST(Sse, AForeignPageIsRefused) {
  const auto deployment = deployment_of(good_settings());
  const Facts facts{UnixSeconds{1'800'000'000}, std::string(32, 'e')};
  for (const char* method : {"GET", "POST", "OPTIONS"}) {
    for (const char* target : {"/sse", "/messages?session_id=x"}) {
      const wire::Headers headers = {{"Host", "mcp.example.com"}, {"Origin", "https://evil.example"}};
      EXPECT_EQ(evaluate(*deployment, {method, target, headers, ""}, facts).answer()->reply.status, 403) << target;
    }
  }
}

TEST(Sse, AMessageNeedsASession) {
  SsePeer peer;
  peer.open();
  for (const std::string& target : {std::string("/messages"), std::string("/messages?"), std::string("/messages?id=x"),
                                    std::string("/messages?session_id="), "/messages" + peer.query() + "&session_id=x",
                                    "/messages" + peer.query() + "&x=%"}) {
    EXPECT_EQ(peer.message_to(target, ping).reply.status, 400) << target;
  }
  EXPECT_EQ(peer.message_to("/messages?session_id=" + std::string(43, 'A'), ping).reply.status, 404);
  EXPECT_TRUE(peer.heard.empty());
}

TEST(Sse, ASessionBelongsToItsOwner) {
  SsePeer peer;
  peer.open();
  const Principal owner = peer.principal;
  for (const Principal& other : {Principal{"mallory", "alice", owner.client, owner.grant, {}},
                                 Principal{owner.subject, "alice", "client-2", owner.grant, {}}, Principal{}}) {
    peer.principal = other;
    EXPECT_EQ(peer.message(ping).reply.status, 404);
    EXPECT_EQ(peer.begin("2025-11-25").reply.status, 404) << "nor is it taken over";
  }
  EXPECT_TRUE(peer.heard.empty());
  peer.principal = owner;
  peer.principal.grant = "grant-2";  // a refreshed or new authorization of the same party
  EXPECT_EQ(peer.message(ping).reply.status, 202);
  EXPECT_EQ(peer.heard, std::vector<std::string>{result("")});
}

TEST(Sse, ASessionIsOfOneTransport) {
  SsePeer peer;
  peer.open();
  const std::string id = peer.query().substr(std::string("?session_id=").size());
  for (const std::string& known : {id, "sse " + id}) {
    peer.session = known;
    EXPECT_EQ(peer.post(ping).reply.status, 404) << known;
  }
  peer.initialize();
  EXPECT_EQ(peer.message_to("/messages?session_id=" + peer.session, ping).reply.status, 404);
  EXPECT_EQ(peer.store.size(), 2u);
  for (const auto& [key, record] : peer.store) {
    EXPECT_EQ((key + record.bytes).find(id), std::string::npos) << "the store holds the hash only";
  }
}

TEST(Sse, RefusesOtherMethodsMediaTypesAndWhatIsNoMessage) {
  SsePeer peer;
  peer.open();
  for (const char* method : {"POST", "DELETE", "PUT"}) {
    const Exchange exchange = peer.send({method, "/sse", {}, ""});
    EXPECT_EQ(exchange.reply.status, 405) << "clients of Streamable HTTP try POST first, and fall back";
    EXPECT_EQ(exchange.header("Allow"), "GET");
  }
  EXPECT_EQ(peer.send({"GET", "/messages" + peer.query(), {}, ""}).header("Allow"), "POST");
  EXPECT_EQ(peer.send({"GET", "/sse", {{"Accept", "application/json"}}, ""}).reply.status, 406);
  EXPECT_EQ(peer.message(ping, {}).reply.status, 415);
  EXPECT_EQ(peer.message(ping, {{"Content-Type", "text/plain"}}).reply.status, 415);
  EXPECT_EQ(error_code(peer.message("{")), -32700);
  for (const char* body : {"{", "1", "{}", R"({"jsonrpc":"1.0","id":1,"method":"ping"})", "[]",
                           R"([{"jsonrpc":"2.0","id":1,"method":"ping"}])"}) {
    EXPECT_EQ(peer.message(body).reply.status, 400) << body;  // 2024-11-05 has no batches
  }
  EXPECT_TRUE(peer.heard.empty());
}

TEST(Sse, TooLittleScopeIsTheAnswerToThePost) {
  SsePeer peer;
  mcp::Tool tool = saying("secret", "Secret.");
  tool.scopes = {"admin"};
  EXPECT_EQ(peer.catalog.add(tool), std::nullopt);
  peer.open();
  const Exchange exchange =
      peer.message(R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"secret"}})");
  EXPECT_EQ(exchange.reply.status, 403);
  EXPECT_TRUE(peer.heard.empty());
}

TEST(Sse, TheStreamBeginsWithTheEndpoint) {
  SsePeer peer;
  const Exchange exchange = peer.open();
  EXPECT_EQ(exchange.reply.status, 200);
  EXPECT_EQ(exchange.header("Content-Type"), "text/event-stream");
  EXPECT_EQ(exchange.reply.body.substr(0, 56),
            "event: endpoint\ndata: /tenant/messages?session_id=" + peer.query().substr(12, 6));
  EXPECT_EQ(peer.query().size(), std::string("?session_id=").size() + 43);  // 256 bits
  EXPECT_TRUE(peer.stream.owns_session);
  EXPECT_EQ(peer.stream.subject, "alice-subject");
  EXPECT_EQ(peer.stream.grant, "grant-1");
  EXPECT_TRUE(peer.store.contains(peer.stream.session));
  const std::string first = peer.query();
  peer.open();
  EXPECT_NE(peer.query(), first);
}

TEST(Sse, AgreesOnTheRevision) {
  const char* rows[][2] = {{"2024-11-05", "2024-11-05"},
                           {"2025-03-26", "2025-03-26"},
                           {"2025-11-25", "2025-11-25"},
                           {"2026-07-28", "2025-11-25"},
                           {"2023-01-01", "2025-11-25"}};
  for (const auto& [requested, agreed] : rows) {
    SsePeer peer;
    peer.open();
    const Exchange exchange = peer.begin(requested);
    EXPECT_EQ(exchange.reply.status, 202);
    EXPECT_EQ(exchange.reply.body, "Accepted");
    EXPECT_EQ(exchange.header("Mcp-Session-Id"), "");
    ASSERT_EQ(peer.heard.size(), 1u);
    EXPECT_EQ(Json::parse(peer.heard[0])["result"]["protocolVersion"], agreed);
    EXPECT_EQ(peer.store.size(), 1u) << "the session that was opened, and no other";
  }
}

TEST(Sse, AnswersOnTheStream) {
  SsePeer peer;
  peer.open();
  peer.begin("2024-11-05");
  peer.heard.clear();
  EXPECT_EQ(peer.message(R"({"jsonrpc":"2.0","method":"notifications/initialized"})").reply.status, 202);
  EXPECT_TRUE(peer.heard.empty());
  const Exchange exchange = peer.message(R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"hello"}})");
  EXPECT_EQ(exchange.reply.status, 202);
  EXPECT_EQ(exchange.reply.body, "Accepted");
  EXPECT_EQ(peer.heard, std::vector<std::string>{result(R"("content":[{"text":"Hello.","type":"text"}])")});
  peer.message(R"({"jsonrpc":"2.0","id":2,"method":"unknown"})");
  EXPECT_EQ(Json::parse(peer.heard.back())["error"]["code"], -32601);
}

TEST(Sse, ProgressComesBeforeTheResult) {
  SsePeer peer;
  peer.open();
  const Exchange exchange = peer.message(
      R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"noisy","_meta":{"progressToken":"p"}}})");
  EXPECT_EQ(exchange.reply.status, 202);
  ASSERT_EQ(peer.heard.size(), 3u);
  EXPECT_EQ(Json::parse(peer.heard[0])["params"]["progress"], 1);
  EXPECT_EQ(Json::parse(peer.heard[1])["params"]["progress"], 2);
  EXPECT_EQ(peer.heard[2], result(R"("content":[{"text":"Done.","type":"text"}])"));
}

TEST(Sse, ABatchIsAnsweredWhereItsRevisionHasThem) {
  SsePeer peer;
  peer.open();
  peer.begin("2025-03-26");
  peer.heard.clear();
  EXPECT_EQ(peer.message("[" + std::string(ping) + R"(,{"jsonrpc":"2.0","method":"x"}])").reply.status, 202);
  EXPECT_EQ(peer.heard, std::vector<std::string>{"[" + result("") + "]"});
}

TEST(Sse, AnAnswerIsForItsOwnStream) {
  SsePeer peer;
  peer.open();
  const Stream own = peer.stream;
  const Exchange exchange = peer.message(ping);
  ASSERT_EQ(exchange.topics.size(), 1u);
  const Topic& topic = exchange.topics[0];
  EXPECT_NE(tell(own, topic).bytes, "");
  Stream other = own;
  other.session = "session/another";
  EXPECT_EQ(tell(other, topic).bytes, "");
  other.session = "";
  EXPECT_EQ(tell(other, topic).bytes, "");
  other = own;
  other.subject = "mallory";
  EXPECT_EQ(tell(other, topic).bytes, "");
  Topic of_nobody = topic;
  of_nobody.name.clear();
  other = own;
  other.session.clear();
  EXPECT_EQ(tell(other, of_nobody).bytes, "");
}

TEST(Sse, TheSessionEndsWithItsStream) {
  SsePeer peer;
  peer.open();
  Stream foreign = peer.stream;
  foreign.owns_session = false;
  Facts facts{peer.now, std::string(32, 'e')};
  EXPECT_TRUE(closed(foreign, facts).answer()->commit.empty());
  const Outcome asks = closed(peer.stream, facts);
  ASSERT_NE(asks.needs(), nullptr);
  facts.learn(Load{peer.stream.session}, Loaded{peer.store.at(peer.stream.session)});
  const Outcome ends = closed(peer.stream, facts);
  EXPECT_EQ(ends.answer()->commit.deletes, std::vector<std::string>{peer.stream.session});
  EXPECT_EQ(ends.answer()->commit.expects.size(), 1u);
}

TEST(Sse, ASubscriptionStaysWhenTheClientBeginsAnew) {
  SsePeer peer;
  mcp::ResourceProvider provider;
  provider.prefix = "note://";
  provider.read = [](mcp::Run&, const std::string&) { return std::vector<Json>{}; };
  EXPECT_EQ(peer.catalog.add(provider), std::nullopt);
  peer.open();
  peer.begin("2024-11-05");
  const Exchange exchange =
      peer.message(R"({"jsonrpc":"2.0","id":1,"method":"resources/subscribe","params":{"uri":"note://1"}})");
  ASSERT_EQ(exchange.topics.size(), 2u);
  EXPECT_EQ(exchange.topics[0].kind, Topic::Kind::session_changed);
  peer.begin("2024-11-05");
  const auto session = store::decode<store::Session>(peer.store.at(peer.stream.session).bytes);
  EXPECT_EQ(session->subscriptions, std::vector<std::string>{"note://1"});
}

}  // namespace
}  // namespace postern::testing
