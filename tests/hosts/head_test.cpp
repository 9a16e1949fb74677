// HTTP/1.1 as it is read and written: the parsers by tables.
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "host-native/http/chunked.hpp"
#include "host-native/http/head.hpp"
#include "host-native/http/reply.hpp"

namespace postern::http {
namespace {

int status_of(const std::string& bytes) {
  const HeadLimits limits{100, 300, 5};
  const auto found = find_head(bytes, limits);
  if (const auto* rejected = std::get_if<Rejected>(&found)) return rejected->status;
  const auto size = std::get<std::optional<std::size_t>>(found);
  if (!size) return 0;  // incomplete
  const auto head = parse_head(std::string_view(bytes).substr(0, *size), limits);
  if (const auto* rejected = std::get_if<Rejected>(&head)) return rejected->status;
  return 200;
}

TEST(Head, OneReadingOrNone) {
  const std::string get = "GET / HTTP/1.1\r\n";
  struct Row {
    const char* why;
    std::string bytes;
    int status;
  };
  const Row rows[] = {
      {"a plain request", get + "Host: h\r\n\r\n", 200},
      {"no field", get + "\r\n", 200},
      {"an empty line before", "\r\n" + get + "\r\n", 200},
      {"any method: the core refuses it", "BREW / HTTP/1.1\r\n\r\n", 200},
      {"HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", 200},
      {"not complete", get + "Host: h\r\n", 0},
      {"nothing", "", 0},
      {"empty lines without end", "\r\n\r\n\r\n\r\n", 400},
      {"bare LF ends no line", "GET / HTTP/1.1\nHost: h\r\n\r\n", 400},
      {"bare LF, seen before the head is complete", "GET / HTTP/1.1\n", 400},
      {"two spaces", "GET  / HTTP/1.1\r\n\r\n", 400},
      {"a space in the target", "GET /a b HTTP/1.1\r\n\r\n", 400},
      {"no version", "GET /\r\n\r\n", 400},
      {"a tab", "GET\t/ HTTP/1.1\r\n\r\n", 400},
      {"a byte above ASCII in the target", "GET /\xc3\xa4 HTTP/1.1\r\n\r\n", 400},
      {"another version", "GET / HTTP/2.0\r\n\r\n", 505},
      {"not HTTP", "GET / FTP/1.1\r\n\r\n", 400},
      {"a control character in the method", "GE\x01T / HTTP/1.1\r\n\r\n", 400},
      {"a long target", "GET /" + std::string(100, 'x') + " HTTP/1.1\r\n\r\n", 414},
      {"a target that does not end", "GET /" + std::string(300, 'x'), 414},
      {"large fields", get + "A: " + std::string(300, 'x') + "\r\n\r\n", 431},
      {"fields that do not end", get + "A: " + std::string(400, 'x'), 431},
      {"many fields", get + "A: 1\r\nA: 2\r\nA: 3\r\nA: 4\r\nA: 5\r\nA: 6\r\n\r\n", 431},
      {"a space before the colon (request smuggling)", get + "Content-Length : 5\r\n\r\n", 400},
      {"line folding", get + "A: 1\r\n b\r\n\r\n", 400},
      {"no colon", get + "A\r\n\r\n", 400},
      {"no name", get + ": 1\r\n\r\n", 400},
      {"NUL in a value",
       get + std::string("A: 1\0"
                         "2\r\n\r\n",
                         10),
       400},
      {"CR in a value", get + "A: 1\r2\r\n\r\n", 400},
      {"a length", get + "Content-Length: 5\r\n\r\n", 200},
      {"a length with a sign", get + "Content-Length: +5\r\n\r\n", 400},
      {"a length in hexadecimal", get + "Content-Length: 0x5\r\n\r\n", 400},
      {"a negative length", get + "Content-Length: -1\r\n\r\n", 400},
      {"an empty length", get + "Content-Length: \r\n\r\n", 400},
      {"a list of lengths", get + "Content-Length: 5, 5\r\n\r\n", 400},
      {"a length beyond 64 bits", get + "Content-Length: 99999999999999999999\r\n\r\n", 400},
      {"two lengths", get + "Content-Length: 5\r\nContent-Length: 5\r\n\r\n", 400},
      {"length and chunks", get + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {"length zero and chunks", get + "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n", 400},
      {"chunks", get + "Transfer-Encoding: Chunked\r\n\r\n", 200},
      {"chunks twice", get + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {"another coding", get + "Transfer-Encoding: gzip, chunked\r\n\r\n", 501},
      {"a coding spelt to deceive", get + "Transfer-Encoding: xchunked\r\n\r\n", 400},
      {"chunks that do not come last", get + "Transfer-Encoding: chunked, gzip\r\n\r\n", 400},
      {"chunks in HTTP/1.0", "GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {"an expectation that is none", get + "Expect: 200-ok\r\n\r\n", 417},
  };
  for (const Row& row : rows) EXPECT_EQ(status_of(row.bytes), row.status) << row.why;
}

TEST(Head, WhatItHolds) {
  const std::string bytes =
      "POST /mcp?a=%20b HTTP/1.1\r\nHost: h\r\nX-A:  v \t\r\nx-a: w\r\nConnection: foo, Close\r\nContent-Length: 12\r\n"
      "Expect: 100-Continue\r\n\r\n";
  const auto head = std::get<Head>(parse_head(bytes, {}));
  EXPECT_EQ(head.method, "POST");
  EXPECT_EQ(head.target, "/mcp?a=%20b");
  EXPECT_EQ(head.headers[1], (wire::Header{"X-A", "v"}));
  EXPECT_EQ(head.headers[2], (wire::Header{"x-a", "w"}));
  EXPECT_EQ(head.content_length, 12u);
  EXPECT_FALSE(head.keep_alive);
  EXPECT_TRUE(head.expects_continue);
  EXPECT_FALSE(std::get<Head>(parse_head("GET / HTTP/1.0\r\n\r\n", {})).keep_alive);
  EXPECT_TRUE(std::get<Head>(parse_head("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", {})).keep_alive);
}

// ---- chunks ---------------------------------------------------------------------------------------------------------

TEST(Chunked, HoweverItIsCut) {
  const std::string text = "4\r\nWiki\r\n5;name=\"v\"\r\npedia\r\nA\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\nNEXT";
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    ChunkedReader reader(100);
    std::string left = text;
    std::string held;
    auto state = ChunkedReader::State::more;
    while (state == ChunkedReader::State::more && !left.empty()) {
      held = left.substr(0, piece);
      left.erase(0, held.size());
      std::string_view bytes = held;
      state = reader.feed(bytes);
      left.insert(0, bytes);
    }
    EXPECT_EQ(state, ChunkedReader::State::done) << piece;
    EXPECT_EQ(reader.body(), "Wikipedia0123456789") << piece;
    EXPECT_EQ(left, "NEXT") << piece;
  }
}

TEST(Chunked, Refusals) {
  using State = ChunkedReader::State;
  const auto state = [](std::string_view bytes) { return ChunkedReader(10).feed(bytes); };
  EXPECT_EQ(state("x\r\n"), State::malformed);
  EXPECT_EQ(state("\r\n"), State::malformed);
  EXPECT_EQ(state("-1\r\n"), State::malformed);
  EXPECT_EQ(state("0x1\r\n"), State::malformed);
  EXPECT_EQ(state("1 \r\n"), State::malformed);
  EXPECT_EQ(state("1\na"), State::malformed);
  EXPECT_EQ(state("1\r\nab\r\n"), State::malformed);
  EXPECT_EQ(state(std::string(300, '0')), State::malformed);
  EXPECT_EQ(state("b\r\n"), State::too_large);
  EXPECT_EQ(state("5\r\n12345\r\n6\r\n"), State::too_large);
  EXPECT_EQ(state("fffffffffffffffff\r\n"), State::too_large);
  EXPECT_EQ(state("a\r\n"), State::more);
  EXPECT_EQ(chunk(""), "");
  EXPECT_EQ(chunk("0123456789abcdef"), "10\r\n0123456789abcdef\r\n");
}

TEST(ReplyHead, AFieldCanNotSplitIt) {
  const std::string head =
      print_head(200, {{"X", "a\r\nSet-Cookie: b"}, {"Y\r\n", "c"}, {"Z", "d"}, {"Content-Length", "9"}},
                 Framing::length, 3, false);
  EXPECT_EQ(head.find("Set-Cookie"), std::string::npos);
  EXPECT_NE(head.find("\r\nZ: d\r\nContent-Length: 3\r\n\r\n"), std::string::npos) << head;
  EXPECT_EQ(print_head(204, {}, Framing::length, 0, false).find("Content-Length"), std::string::npos);
}

}  // namespace
}  // namespace postern::http
