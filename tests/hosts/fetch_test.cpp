// Outgoing requests against servers that mean harm, on loopback. A canary counts who reaches it.
#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <sstream>
#include <string>
#include <thread>

#include "host-native/fetch/fetcher.hpp"
#include "host-native/system/refused.hpp"

namespace postern {
namespace {

using namespace std::chrono_literals;

/// Accepts on loopback and gives each connection to `serve`, one after the other.
class Listener {
 public:
  explicit Listener(std::function<void(int)> serve) : serve_(std::move(serve)) {
    socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(socket_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(socket_, 16), 0);
    EXPECT_EQ(::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { run(); });
  }
  ~Listener() {
    stopped_ = true;
    ::shutdown(socket_, SHUT_RDWR);
    ::close(socket_);
    thread_.join();
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  std::string port() const { return std::to_string(port_); }
  int connections() const { return connections_; }
  bool stopped() const { return stopped_; }

 private:
  void run() {
    for (;;) {
      const int connection = ::accept(socket_, nullptr, nullptr);
      if (connection < 0) return;
      ++connections_;
      const timeval limit{2, 0};
      ::setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
      serve_(connection);
      ::close(connection);
    }
  }

  std::function<void(int)> serve_;
  int socket_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_{0};
  std::atomic<bool> stopped_{false};
  std::thread thread_;
};

std::string read_head(int connection) {
  std::string head;
  char byte = 0;
  while (head.find("\r\n\r\n") == std::string::npos && ::recv(connection, &byte, 1, 0) == 1) head += byte;
  return head;
}
bool say(int connection, const std::string& text) {
  return ::send(connection, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
}
std::function<void(int)> answering(std::string text) {
  return [text](int connection) {
    read_head(connection);
    say(connection, text);
  };
}

struct FetchTest : ::testing::Test {
  std::ostringstream lines;
  std::shared_ptr<Log> log = Log::to_stream(lines, Log::Level::debug, Log::Format::text);

  Fetched fetch(const Fetch& wanted, FetchSettings settings = {}) {
    return make_fetcher(std::move(settings), *log)->fetch(wanted);
  }
  static Fetch configured(const Listener& listener, std::string path = "/a?b=c") {
    return Fetch{"GET", "http://127.0.0.1:" + listener.port() + path, {}, {}, Reach::configured, 1000, 1000};
  }
};

TEST_F(FetchTest, BringsStatusHeadersAndBody) {
  std::string head;
  Listener listener([&](int connection) {
    head = read_head(connection);
    say(connection, "HTTP/1.1 404 Not Found\r\nX-A: b\r\nContent-Length: 3\r\n\r\nabc");
  });
  Fetch wanted = configured(listener);
  wanted.headers = {{"Accept", "application/json"}, {"Authorization", "Bearer secret-token"}};
  const Fetched fetched = fetch(wanted);
  EXPECT_EQ(fetched.status, 404);
  EXPECT_EQ(fetched.body, "abc");
  ASSERT_NE(wire::find_header(fetched.headers, "X-A"), nullptr);
  EXPECT_NE(head.find("GET /a?b=c HTTP/1.1\r\n"), std::string::npos) << head;
  EXPECT_NE(head.find("Accept-Encoding: identity\r\n"), std::string::npos) << head;
  EXPECT_NE(head.find("Authorization: Bearer secret-token\r\n"), std::string::npos) << head;
  EXPECT_EQ(head.find("Cookie"), std::string::npos) << head;
  EXPECT_EQ(lines.str().find("secret-token"), std::string::npos) << lines.str();
  EXPECT_EQ(lines.str().find("b=c"), std::string::npos) << lines.str();
}

TEST_F(FetchTest, PostsItsBody) {
  std::string head, body(7, ' ');
  Listener listener([&](int connection) {
    head = read_head(connection);
    EXPECT_EQ(::recv(connection, body.data(), body.size(), MSG_WAITALL), 7);
    say(connection, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
  });
  Fetch wanted = configured(listener);
  wanted.method = "POST";
  wanted.body = "a=b&c=d";
  wanted.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
  EXPECT_EQ(fetch(wanted).status, 200);
  EXPECT_EQ(body, "a=b&c=d");
  EXPECT_NE(head.find("Content-Type: application/x-www-form-urlencoded\r\n"), std::string::npos) << head;
  EXPECT_NE(head.find("Content-Length: 7\r\n"), std::string::npos) << head;
}

TEST_F(FetchTest, FollowsNoRedirect) {
  Listener canary(answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
  for (const char* status : {"301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"}) {
    Listener listener(answering("HTTP/1.1 " + std::string(status) + "\r\nLocation: http://127.0.0.1:" + canary.port() +
                                "/\r\nContent-Length: 0\r\n\r\n"));
    const Fetched fetched = fetch(configured(listener));
    EXPECT_EQ(fetched.status / 100, 3) << status;
  }
  EXPECT_EQ(canary.connections(), 0);
}

TEST_F(FetchTest, AHostileUrlReachesNobody) {
  Listener canary(answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
  const std::string port = ":" + canary.port() + "/";
  FetchSettings settings;
  settings.resolve = [](const std::string&) { return std::vector<std::string>{"127.0.0.1"}; };
  const std::string hosts[] = {"127.0.0.1",
                               "127.1",
                               "127.0.1",
                               "2130706433",
                               "0x7f000001",
                               "0x7f.0.0.1",
                               "0177.0.0.1",
                               "017700000001",
                               "127.0.0.1.",
                               "127.000.000.001",
                               "0.0.0.0",
                               "0",
                               "localhost",
                               "LocalHost",
                               "localhost.",
                               "a.localhost",
                               "localhost.localdomain",
                               "ip6-localhost",
                               "printer.local",
                               "metadata.google.internal",
                               "127.0.0.1.nip.example",
                               "rebound.example",
                               "user@127.0.0.1",
                               "app.example@127.0.0.1",
                               "app.example%40127.0.0.1",
                               "app.example%00.127.0.0.1",
                               "[::1]",
                               "[::]",
                               "[::ffff:127.0.0.1]",
                               "[::ffff:7f00:1]",
                               "[0:0:0:0:0:ffff:127.0.0.1]",
                               "[::127.0.0.1]",
                               "[64:ff9b::127.0.0.1]",
                               "[64:ff9b:1::127.0.0.1]",
                               "[2002:7f00:1::]",
                               "[2001:0:7f00:1::]",
                               "[fe80::1]",
                               "[fc00::1]",
                               "[ff02::1]",
                               "10.0.0.1",
                               "169.254.169.254",
                               "172.16.0.1",
                               "192.168.0.1",
                               "100.64.0.1",
                               "198.18.0.1",
                               "224.0.0.1",
                               "255.255.255.255"};
  int rows = 0;
  for (const std::string& host : hosts) {
    for (const char* scheme : {"https://", "http://"}) {
      const Fetched fetched = fetch(Fetch{"GET", scheme + host + port, {}, {}, Reach::stranger, 100, 1000}, settings);
      EXPECT_EQ(fetched.status, 0) << scheme << host;
      EXPECT_EQ(fetched.problem, FetchProblem::refused) << scheme << host;
      ++rows;
    }
  }
  EXPECT_GE(rows, 80);
  EXPECT_EQ(canary.connections(), 0);
}

TEST_F(FetchTest, TheAddressThatWasJudgedIsTheOneThatIsUsed) {
  Listener canary(answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
  // The name answers with a public address once, and with this machine from then on.
  std::atomic<int> asked{0};
  FetchSettings settings;
  settings.resolve = [&](const std::string&) {
    return std::vector<std::string>{asked++ == 0 ? "192.0.2.1" : "127.0.0.1"};
  };
  EXPECT_EQ(
      fetch(Fetch{"GET", "https://rebound.example:" + canary.port() + "/", {}, {}, Reach::stranger, 100, 300}, settings)
          .status,
      0);
  EXPECT_EQ(asked, 1);
  // Of several addresses the good ones remain.
  settings.resolve = [](const std::string&) { return std::vector<std::string>{"127.0.0.1", "::1", "10.0.0.1"}; };
  EXPECT_EQ(
      fetch(Fetch{"GET", "https://mixed.example:" + canary.port() + "/", {}, {}, Reach::stranger, 100, 300}, settings)
          .problem,
      FetchProblem::refused);
  // What the operator wrote is loopback, and stays it.
  settings.resolve = [](const std::string&) { return std::vector<std::string>{"10.0.0.1"}; };
  EXPECT_EQ(
      fetch(Fetch{"GET", "http://localhost:" + canary.port() + "/", {}, {}, Reach::configured, 100, 300}, settings)
          .problem,
      FetchProblem::refused);
  EXPECT_EQ(canary.connections(), 0);
}

TEST_F(FetchTest, StopsAtItsSize) {
  const struct {
    const char* name;
    std::string reply;
  } rows[] = {
      {"declared", "HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n" + std::string(1001, 'a')},
      {"until the end", "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + std::string(100000, 'a')},
      {"in chunks",
       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" + std::string(1001, 'a') + "\r\n0\r\n\r\n"},
  };
  for (const auto& row : rows) {
    Listener listener(answering(row.reply));
    const Fetched fetched = fetch(configured(listener));
    EXPECT_EQ(fetched.status, 0) << row.name;
    EXPECT_EQ(fetched.problem, FetchProblem::too_large) << row.name;
  }
  Listener exact(answering("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + std::string(1000, 'a')));
  EXPECT_EQ(fetch(configured(exact)).body.size(), 1000u);
}

TEST_F(FetchTest, StopsAtItsTimeWhateverIsSlow) {
  const auto drip = [](const std::string& begin, const std::string& drop) {
    return [=](int connection) {
      read_head(connection);
      if (!say(connection, begin)) return;
      while (say(connection, drop)) std::this_thread::sleep_for(50ms);
    };
  };
  const struct {
    const char* name;
    std::function<void(int)> serve;
  } rows[] = {
      {"silent",
       [](int connection) {
         read_head(connection);
         read_head(connection);
       }},
      {"slow status", drip("", "H")},
      {"slow head", drip("HTTP/1.1 200 OK\r\nX-A: ", "a")},
      {"endless head", drip("HTTP/1.1 200 OK\r\n", "X-A: b\r\n")},
      {"slow body", drip("HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n", "a")},
      {"slow chunks", drip("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\na\r\n")},
      {"endless early hints", drip("", "HTTP/1.1 103 Early Hints\r\n\r\n")},
  };
  for (const auto& row : rows) {
    Listener listener(row.serve);
    Fetch wanted = configured(listener);
    wanted.milliseconds = 300;
    const Fetched fetched = fetch(wanted);  // None of them would come to an end by itself.
    EXPECT_EQ(fetched.status, 0) << row.name;
    EXPECT_EQ(fetched.problem, FetchProblem::too_slow) << row.name;
  }
}

TEST_F(FetchTest, ASlowNameServerHoldsNobodyUp) {
  const auto answers = std::make_shared<std::atomic<bool>>(false);
  const auto answered = std::make_shared<std::atomic<bool>>(false);
  FetchSettings settings;
  settings.resolve = [answers, answered](const std::string&) {
    while (!*answers) std::this_thread::sleep_for(1ms);
    *answered = true;
    return std::vector<std::string>{};
  };
  const auto fetcher = make_fetcher(settings, *log);
  EXPECT_EQ(fetcher->fetch(Fetch{"GET", "https://slow.example/", {}, {}, Reach::stranger, 100, 100}).problem,
            FetchProblem::too_slow);
  *answers = true;
  while (!*answered) std::this_thread::sleep_for(1ms);
}

TEST_F(FetchTest, StrangersLeaveRoomForWhatTheOperatorConfigured) {
  std::atomic<int> resolving{0};
  std::atomic<bool> let_go{false};
  FetchSettings settings;
  settings.resolve = [&](const std::string&) {
    ++resolving;
    while (!let_go) std::this_thread::sleep_for(1ms);
    --resolving;
    return std::vector<std::string>{};
  };
  const auto fetcher = make_fetcher(settings, *log);
  const Fetch hostile{"GET", "https://slow.example/", {}, {}, Reach::stranger, 100, 50};
  std::vector<std::thread> strangers;
  for (int i = 0; i < 60; ++i) strangers.emplace_back([&] { fetcher->fetch(hostile); });
  for (std::thread& one : strangers) one.join();
  for (int i = 0; i < 5000 && resolving < 48; ++i) std::this_thread::sleep_for(1ms);
  EXPECT_EQ(resolving, 48);  // Those threads still wait for their name server; more are not begun.
  EXPECT_EQ(fetcher->fetch(hostile).problem, FetchProblem::unreachable);
  Listener listener(answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"));
  EXPECT_EQ(fetcher->fetch(configured(listener)).status, 200);
  let_go = true;
  for (int i = 0; i < 2000 && resolving > 0; ++i) std::this_thread::sleep_for(1ms);
  EXPECT_EQ(resolving, 0);
}

TEST_F(FetchTest, WhatIsNoAnswerIsNone) {
  for (const std::string& reply :
       {std::string("garbage\r\n\r\n"), std::string("HTTP/0.9\r\n"), std::string(""), std::string("<html>hello"),
        "HTTP/1.1 200 OK\r\nX: " + std::string(100000, 'a'),
        std::string("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nab")}) {
    Listener listener(answering(reply));
    EXPECT_EQ(fetch(configured(listener)).status, 0) << reply.substr(0, 60);
  }
  EXPECT_EQ(fetch(Fetch{"GET", "http://127.0.0.1:1/", {}, {}, Reach::configured, 100, 500}).problem,
            FetchProblem::unreachable);
}

TEST_F(FetchTest, APlainServerIsNoTlsServer) {
  Listener listener(answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
  FetchSettings settings;
  settings.policy.exceptions = {"localhost"};
  const Fetched fetched =
      fetch(Fetch{"GET", "https://localhost:" + listener.port() + "/", {}, {}, Reach::stranger, 100, 1000}, settings);
  EXPECT_EQ(fetched.status, 0);
}

TEST_F(FetchTest, AFileWithoutCertificatesIsRefused) {
  FetchSettings settings;
  settings.extra_ca = "/dev/null";
  EXPECT_THROW(make_fetcher(settings, *log), Refused);
  settings.extra_ca = "/nowhere/at/all";
  EXPECT_THROW(make_fetcher(settings, *log), Refused);
}

}  // namespace
}  // namespace postern
