#include "core/wire/sse.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace postern::wire {
namespace {

std::vector<SseEvent> parse(std::string_view text) { return SseParser().feed(text); }

SseEvent event_of(std::string data) { return {std::nullopt, "", std::move(data), std::nullopt}; }

TEST(SsePrint, DataCannotBecomeAFieldOrAnEvent) {
  EXPECT_EQ(print(event_of("a\nid: 7\r\nevent: x\r\rb")), "data: a\ndata: id: 7\ndata: event: x\ndata: \ndata: b\n\n");
  EXPECT_EQ(print({"1\n2\r3" + std::string(1, '\0'), "a\r\ndata: b", "", std::nullopt}),
            "id: 123\nevent: adata: b\ndata: \n\n");
  EXPECT_EQ(sse_comment("a\n\ndata: b"), ": adata: b\n\n");
}

TEST(SsePrint, Prints) {
  EXPECT_EQ(print(event_of("{}")), "data: {}\n\n");
  EXPECT_EQ(print(event_of("a\n")), "data: a\ndata: \n\n");
  EXPECT_EQ(print({"7", "endpoint", "/messages", 1500}), "id: 7\nevent: endpoint\nretry: 1500\ndata: /messages\n\n");
  EXPECT_EQ(print({"7", "", "", std::nullopt}), "id: 7\ndata: \n\n") << "MCP 2025-11-25 primes a stream with this";
  EXPECT_EQ(print({std::nullopt, "", "", 500}), "retry: 500\n\n");
  EXPECT_EQ(print(event_of("")), "data: \n\n");
}

TEST(SseParser, TheExamplesOfTheStandard) {
  EXPECT_EQ(parse("data: YHOO\ndata: +2\ndata: 10\n\n"), (std::vector{event_of("YHOO\n+2\n10")}));
  EXPECT_EQ(parse(": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n"),
            (std::vector<SseEvent>{{"1", "", "first event", std::nullopt}, {"", "", "second event", std::nullopt}}))
      << "an id without value resets; the third event has no empty line behind it";
  EXPECT_EQ(parse("data\n\ndata\ndata\n\ndata:"), (std::vector{event_of(""), event_of("\n")}));
  EXPECT_EQ(parse("data:test\n\ndata: test\n\n"), (std::vector{event_of("test"), event_of("test")}));
}

TEST(SseParser, TakesEveryLineEnd) {
  for (const char* text :
       {"data: a\ndata: b\n\n", "data: a\rdata: b\r\r", "data: a\r\ndata: b\r\n\r\n", "data: a\r\ndata: b\n\r"}) {
    EXPECT_EQ(parse(text), (std::vector{event_of("a\nb")})) << text;
  }
}

TEST(SseParser, PassesOverWhatItDoesNotKnow) {
  EXPECT_EQ(parse("\xEF\xBB\xBF"
                  "data: a\n\n"),
            (std::vector{event_of("a")}))
      << "one byte order mark in front";
  EXPECT_TRUE(parse("\xEF\xBB\xBF\xEF\xBB\xBF"
                    "data: a\n\n")
                  .empty())
      << "not two";
  EXPECT_EQ(parse(std::string_view("id: a\0b\ndata: x\n\n", 17)), (std::vector{event_of("x")})) << "an id with NUL";
  EXPECT_EQ(parse("retry: 1s\nretry: -1\nretry:\nretry: 9999999999\nDATA: y\nfoo: z\ndata: x\n\n"),
            (std::vector{event_of("x")}));
  EXPECT_TRUE(parse("event: x\n\n").empty()) << "no data";
}

TEST(SseParser, HandsOutIdsAndRetryTimes) {
  EXPECT_EQ(parse("id: 9\nretry: 250\n\n"), (std::vector<SseEvent>{{"9", "", "", 250}}));
  EXPECT_EQ(parse("event: a\nevent: b\nid: 1\nid: 2\ndata: x\n\n"),
            (std::vector<SseEvent>{{"2", "b", "x", std::nullopt}}));
}

TEST(SseParser, DoesNotCareWhereAStreamIsCut) {
  const std::string text = "\xEF\xBB\xBFid: 1\r\nevent: m\r\ndata: \xC3\xA9\r\ndata:\r\n\r\n: c\r\rdata: z\n\n";
  const auto whole = parse(text);
  ASSERT_EQ(whole.size(), 2U);
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    SseParser parser;
    auto events = parser.feed(text.substr(0, cut));
    for (auto& event : parser.feed(text.substr(cut))) events.push_back(std::move(event));
    EXPECT_EQ(events, whole) << cut;
  }
}

TEST(SseParser, StopsAtTooLargeAnEvent) {
  SseParser line(16);
  EXPECT_TRUE(line.feed("data: 0123456789").empty());
  EXPECT_FALSE(line.overflown());
  EXPECT_TRUE(line.feed("0").empty());
  EXPECT_TRUE(line.overflown());
  EXPECT_TRUE(line.feed("\n\ndata: x\n\n").empty()) << "what follows would be read out of step";
  SseParser lines(16);
  for (int i = 0; i < 8; ++i) lines.feed("data: 01\n");
  EXPECT_TRUE(lines.overflown());
  SseParser many(16);
  std::size_t count = 0;
  for (int i = 0; i < 100; ++i) count += many.feed("data: 0123456789\n\n:123\n").size();
  EXPECT_EQ(count, 100U) << "the cap is for each event, not for the stream";
}

}  // namespace
}  // namespace postern::wire
