// The server over loopback, with clients that misbehave.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <thread>

#include "core/flow/ask.hpp"
#include "host-native/http/server.hpp"
#include "host-native/system/refused.hpp"
#include "tests/hosts/fixture.hpp"

namespace postern::http {
namespace {

using namespace std::chrono_literals;

class Client {
 public:
  explicit Client(int port, int receive_buffer = 0) : descriptor_(::socket(AF_INET, SOCK_STREAM, 0)) {
    if (receive_buffer > 0) ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    timeval patience{20, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const auto* generic = static_cast<const sockaddr*>(static_cast<const void*>(&address));
    EXPECT_EQ(::connect(descriptor_, generic, sizeof address), 0);
  }
  ~Client() { ::close(descriptor_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t put = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (put <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(put));
    }
    return true;
  }
  /// Up to and with `end`; or all there was.
  std::string until(std::string_view end) {
    while (received_.find(end) == std::string::npos && receive()) {
    }
    const std::size_t at = received_.find(end);
    std::string part = received_.substr(0, at == std::string::npos ? at : at + end.size());
    received_.erase(0, part.size());
    return part;
  }
  std::string all() {
    while (receive()) {
    }
    return std::move(received_);
  }

 private:
  bool receive() {
    char part[4096];
    const ssize_t got = ::recv(descriptor_, part, sizeof part, 0);
    if (got <= 0) return false;
    received_.append(part, static_cast<std::size_t>(got));
    return true;
  }

  int descriptor_;
  std::string received_;
};

// Tells what came; some paths do more.
Outcome echo(const HttpRequest& request, const Facts& facts) {
  Ask ask(facts);
  if (request.target == "/slow" && ask(Sleep{300, 1}) == nullptr) return ask.needs();
  if (request.target == "/stuck" && ask(Sleep{30'000, 1}) == nullptr) return ask.needs();
  Reply reply{
      200, {{"Content-Type", "text/plain"}}, request.method + ' ' + request.target + ' ' + request.body, std::nullopt};
  if (request.target.starts_with("/nowhere")) reply.status = 404;
  if (request.target == "/stream") {
    reply.body = "first;";
    reply.stream = Stream{};
  }
  if (request.target == "/events") {
    const bool waited = ask(Sleep{50, 1}) != nullptr;
    Outcome outcome = waited ? Outcome(Reply{200, {}, "last;", std::nullopt}) : ask.needs();
    outcome.events = {"one;"};
    if (waited) outcome.events.push_back("two;");
    outcome.event_headers = {{"Content-Type", "text/event-stream"}};
    return outcome;
  }
  return reply;
}

struct HttpTest : ::testing::Test, TestHost {
  void start(std::size_t most_connections = 200) {
    server.emplace(ServerOptions{"127.0.0.1", 0, "", "", most_connections});
    thread = std::thread([this] { server->serve(service); });
  }
  void TearDown() override {
    if (!thread.joinable()) return;
    streams.end_all();
    if (!server->drain(5s)) pause.stop();
    thread.join();
  }
  int port() const { return server->port(); }
  std::string ask(const std::string& bytes) {
    Client client(port());
    client.send(bytes);
    return client.all();
  }

  Streams streams{StreamRules{[](const Stream&, const Topic& topic) {
                                return StreamStep{topic.name, false};
                              },
                              [](const Stream& stream, const Facts&) { return StreamCheck{stream}; }},
                  StreamLimits{}};
  Service service{host, echo, streams, Limits{1000, 500, 100, 64}, Timeouts{2s, 400ms, 600ms, 500ms, 300ms, 100ms}};
  std::optional<HttpServer> server;
  std::thread thread;
};

TEST_F(HttpTest, KeepsTheConnectionAndAnswersInOrder) {
  start();
  Client client(port());
  client.send(
      "GET /a HTTP/1.1\r\nHost: h\r\n\r\nPOST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nxyzGET /c "
      "HTTP/1.1\r\n\r\n");
  EXPECT_NE(client.until("GET /a ").find("Content-Length: 7\r\n\r\nGET /a "), std::string::npos);
  EXPECT_NE(client.until("POST /b xyz").find("200 OK"), std::string::npos);
  EXPECT_NE(client.until("GET /c ").find("200 OK"), std::string::npos);
  client.send("GET /d HTTP/1.1\r\nConnection: close\r\n\r\n");
  EXPECT_NE(client.all().find("Connection: close\r\n"), std::string::npos);
}

TEST_F(HttpTest, TellsTheTimeAndNothingAboutItself) {
  start();
  const std::string reply = ask("GET / HTTP/1.0\r\n\r\n");
  EXPECT_NE(reply.find("\r\nDate: "), std::string::npos);
  EXPECT_EQ(reply.find("Server:"), std::string::npos);
  EXPECT_EQ(reply.find("Keep-Alive"), std::string::npos);
}

TEST_F(HttpTest, HeadHasTheFieldsAndNoBody) {
  start();
  const std::string reply = ask("HEAD /abc HTTP/1.0\r\n\r\n");
  EXPECT_NE(reply.find("Content-Length: 10\r\n"), std::string::npos);
  EXPECT_TRUE(reply.ends_with("\r\n\r\n")) << reply;
}

TEST_F(HttpTest, BodiesComeRawWhateverTheirType) {
  start();
  const std::string form = "a=1&b=%20";
  EXPECT_TRUE(
      ask("POST /f HTTP/1.0\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n\r\n" + form)
          .ends_with(form));
  const std::string parts = "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--x--\r\n";
  EXPECT_TRUE(ask("POST /f HTTP/1.0\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: " +
                  std::to_string(parts.size()) + "\r\n\r\n" + parts)
                  .ends_with(parts));
  EXPECT_TRUE(
      ask("PUT /f HTTP/1.1\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
          .ends_with("PUT /f abcde"));
}

TEST_F(HttpTest, LimitsAreToldInJsonBeforeTheBodyIsRead) {
  start();
  const std::string body(1'000'000, 'x');
  struct Row {
    const char* why;
    std::string bytes;
    const char* status;
  };
  const Row rows[] = {
      {"a body that says its size", "POST / HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n" + body, "HTTP/1.1 413 "},
      {"a body that does not", "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nf4240\r\n" + body,
       "HTTP/1.1 413 "},
      {"expected and refused", "POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1000000\r\n\r\n",
       "HTTP/1.1 413 "},
      {"a long target", "GET /" + std::string(5000, 'x') + " HTTP/1.1\r\n\r\n", "HTTP/1.1 414 "},
      {"large fields", "GET / HTTP/1.1\r\nA: " + std::string(5000, 'x') + "\r\n\r\n", "HTTP/1.1 431 "},
      {"no HTTP", "hello\r\n\r\n", "HTTP/1.1 400 "},
      {"TLS on the plain port", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\n", 12), "HTTP/1.1 400 "},
      {"broken chunks", "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", "HTTP/1.1 400 "},
  };
  for (const Row& row : rows) {
    const std::string reply = ask(row.bytes);
    EXPECT_TRUE(reply.starts_with(row.status)) << row.why << ": " << reply.substr(0, 200);
    EXPECT_NE(reply.find("Content-Type: application/json"), std::string::npos) << row.why;
    EXPECT_NE(reply.find("{\"error\":\"invalid_request\""), std::string::npos) << row.why;
  }
}

TEST_F(HttpTest, ContinuesWhenExpected) {
  start();
  Client client(port());
  client.send("POST /e HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(client.until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("ok");
  EXPECT_TRUE(client.all().ends_with("POST /e ok"));
}

TEST_F(HttpTest, ClientsThatTakeTheirTimeHoldNobodyUp) {
  service.timeouts = Timeouts{60s, 60s, 60s, 60s, 60s, 100ms};
  start();
  std::vector<std::unique_ptr<Client>> slow;
  for (int i = 0; i < 20; ++i) {
    slow.push_back(std::make_unique<Client>(port()));
    slow.back()->send(i % 2 == 0 ? "POST / HTTP/1.1\r\nContent-Length: 1000\r\n\r\nG" : "G");
  }
  // They have a minute each; who asks gives up after twenty seconds.
  EXPECT_TRUE(ask("GET /quick HTTP/1.0\r\n\r\n").ends_with("GET /quick "));
}

// One byte at a time, each in time: the whole header has a deadline, and so has the body.
TEST_F(HttpTest, SlowClientsAreCutOff) {
  start();
  std::vector<std::thread> slow;
  std::atomic<int> cut{0};
  for (int i = 0; i < 20; ++i) {
    slow.emplace_back([this, i, &cut] {
      Client client(port());
      if (i % 2 == 0) client.send("POST / HTTP/1.1\r\nContent-Length: 1000\r\n\r\n");
      while (client.send("G")) std::this_thread::sleep_for(50ms);
      ++cut;
    });
  }
  for (std::thread& thread_of_client : slow) thread_of_client.join();
  EXPECT_EQ(cut, 20);
}

TEST_F(HttpTest, FiftyAtOnceEachGetTheirOwn) {
  start();
  std::vector<std::thread> clients;
  std::atomic<int> right{0};
  for (int i = 0; i < 50; ++i) {
    clients.emplace_back([&, i] {
      Client client(port());
      for (int round = 0; round < 20; ++round) {
        const std::string word = "/" + std::to_string(i) + "-" + std::to_string(round);
        client.send("GET " + word + " HTTP/1.1\r\nHost: h\r\n\r\n");
        right += client.until("GET " + word + " ").starts_with("HTTP/1.1 200 ") ? 1 : 0;
      }
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(right, 1000);
}

TEST_F(HttpTest, AnIdleConnectionMakesRoomForANewOne) {
  start(8);
  std::vector<std::unique_ptr<Client>> idle;
  for (int i = 0; i < 8; ++i) {
    idle.push_back(std::make_unique<Client>(port()));
    idle.back()->send("GET /x HTTP/1.1\r\n\r\n");
    idle.back()->until("GET /x ");
  }
  EXPECT_TRUE(ask("GET /new HTTP/1.0\r\n\r\n").ends_with("GET /new "));
  EXPECT_EQ(idle[0]->all(), "") << "the one that was idle longest has gone";
}

TEST_F(HttpTest, WithoutRoomIs503) {
  start(8);
  std::vector<std::unique_ptr<Client>> busy;
  for (int i = 0; i < 8; ++i) {
    busy.push_back(std::make_unique<Client>(port()));
    busy.back()->send("GET /stream HTTP/1.1\r\n\r\n");
    busy.back()->until("first;");
  }
  EXPECT_TRUE(ask("GET /new HTTP/1.0\r\n\r\n").starts_with("HTTP/1.1 503 "));
}

TEST_F(HttpTest, EventsComeWhileTheRequestIsWorkedOn) {
  start();
  Client client(port());
  client.send("POST /events HTTP/1.1\r\n\r\n");
  EXPECT_NE(client.until("one;\r\n").find("Transfer-Encoding: chunked\r\n"), std::string::npos);
  EXPECT_EQ(client.until("0\r\n\r\n"), "4\r\ntwo;\r\n5\r\nlast;\r\n0\r\n\r\n");
  client.send("GET /after HTTP/1.1\r\n\r\n");
  EXPECT_NE(client.until("GET /after ").find("200 OK"), std::string::npos) << "and the connection goes on";
  EXPECT_TRUE(ask("POST /events HTTP/1.0\r\n\r\n").ends_with("\r\n\r\none;two;last;")) << "no chunks in HTTP/1.0";
}

TEST_F(HttpTest, AStreamGetsNewsAndSignsOfLife) {
  start();
  Client client(port());
  client.send("GET /stream HTTP/1.1\r\n\r\n");
  client.until("first;\r\n");
  while (streams.size() == 0) std::this_thread::sleep_for(1ms);
  streams.publish({Topic{Topic::Kind::tools_changed, "", "news;"}});
  EXPECT_NE(client.until("news;\r\n").find("news;"), std::string::npos);
  EXPECT_NE(client.until(":").find(":"), std::string::npos) << "a comment, now and then";
}

TEST_F(HttpTest, AStreamWhoseClientIsGoneIsForgotten) {
  start();
  {
    Client client(port());
    client.send("GET /stream HTTP/1.1\r\n\r\n");
    client.until("first;\r\n");
  }
  for (int i = 0; i < 200 && streams.size() != 0; ++i) std::this_thread::sleep_for(10ms);
  EXPECT_EQ(streams.size(), 0u);
}

TEST_F(HttpTest, AClientThatStopsReadingIsDroppedAndHoldsNoPublisherUp) {
  start();
  Client lazy(port(), 4096);
  lazy.send("GET /stream HTTP/1.1\r\n\r\n");
  lazy.until("first;\r\n");
  const std::string large(64 << 10, 'x');
  auto longest = 0ns;
  for (int i = 0; i < 400 && (i < 200 || streams.size() != 0); ++i) {
    const auto began = std::chrono::steady_clock::now();
    streams.publish({Topic{Topic::Kind::tools_changed, "", large}});
    longest = std::max<std::chrono::nanoseconds>(longest, std::chrono::steady_clock::now() - began);
    std::this_thread::sleep_for(10ms);
  }
  EXPECT_LT(longest, 300ms);
  EXPECT_EQ(streams.size(), 0u);
}

TEST_F(HttpTest, DrainingFinishesWhatIsInFlightAndEndsTheRest) {
  start();
  Client idle(port());
  idle.send("GET /x HTTP/1.1\r\n\r\n");
  idle.until("GET /x ");
  Client busy(port());
  busy.send("GET /slow HTTP/1.1\r\n\r\n");
  Client stream(port());
  stream.send("GET /stream HTTP/1.1\r\n\r\n");
  stream.until("first;\r\n");
  std::this_thread::sleep_for(50ms);
  streams.end_all();
  EXPECT_TRUE(server->drain(5s));
  thread.join();
  const std::string reply = busy.all();
  EXPECT_TRUE(reply.ends_with("GET /slow ")) << reply;
  EXPECT_EQ(idle.all(), "");
  EXPECT_TRUE(stream.all().ends_with("0\r\n\r\n")) << "the stream has its proper end";
}

TEST_F(HttpTest, DrainingDoesNotWaitForEver) {
  start();
  Client stuck(port());
  stuck.send("GET /stuck HTTP/1.1\r\n\r\n");
  std::this_thread::sleep_for(50ms);
  const auto began = std::chrono::steady_clock::now();
  EXPECT_FALSE(server->drain(200ms));
  pause.stop();
  thread.join();
  EXPECT_LT(std::chrono::steady_clock::now() - began, 3s);
}

TEST_F(HttpTest, TheLogHasNoQueryAndNoPathOfStrangers) {
  start();
  ask("GET /authorize?code=geheim&state=s HTTP/1.0\r\nAuthorization: Bearer geheim\r\n\r\n");
  ask("GET /nowhere/geheim HTTP/1.0\r\n\r\n");
  ask("GET /mcp/geheim-" + std::string(40, 'x') + " HTTP/1.0\r\n\r\n");
  server->drain(5s);
  thread.join();
  EXPECT_NE(lines.str().find("path=/authorize status=200"), std::string::npos) << lines.str();
  EXPECT_EQ(lines.str().find("geheim"), std::string::npos);
}

TEST(HttpServerStart, APortThatIsTakenIsRefused) {
  const HttpServer first(ServerOptions{"127.0.0.1", 0, "", "", 10});
  EXPECT_THROW(HttpServer(ServerOptions{"127.0.0.1", first.port(), "", "", 10}), Refused);
  EXPECT_THROW(HttpServer(ServerOptions{"203.0.113.1", 1, "", "", 10}), Refused) << "not an address of this machine";
}

}  // namespace
}  // namespace postern::http
