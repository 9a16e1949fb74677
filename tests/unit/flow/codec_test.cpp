#include "core/flow/codec.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/wire/json.hpp"

namespace postern::codec {
namespace {

const std::string every_byte = [] {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
  return bytes;
}();
const std::string entropy = every_byte.substr(200, 32);

/// Through text and back, as it crosses a boundary.
Json crossed(const Json& printed) {
  const auto parsed = wire::parse_json(wire::dump_json(printed));
  EXPECT_TRUE(parsed.ok()) << (parsed.ok() ? "" : parsed.error().what);
  return parsed.ok() ? *parsed : Json();
}

Json json(std::string_view text) { return Json::parse(text); }

Principal ann() { return {"u1", "Ann", "c1", "g1", {"notes:read", "user"}}; }

Facts facts_of_every_kind() {
  Facts facts(UnixSeconds{1'700'000'000}, entropy);
  facts.learn(Load{"client/c1"}, Loaded{StoredRecord{every_byte, 18446744073709551615u}});
  facts.learn(Load{every_byte}, Loaded{});
  facts.learn(Scan{"note/u1/", 7}, Scanned{{{"note/u1/a", {"x", 1}}, {"note/u1/\xff", {"", 2}}}});
  facts.learn(VerifyPassword{"$argon2id$...", Secret("pass\xff\0word")}, PasswordVerified{true});
  facts.learn(HashPassword{Secret("pass")}, PasswordHashed{"$argon2id$..."});
  facts.learn(Sleep{50, 3}, Slept{});
  facts.learn(RunTool{"greet", R"({"a":"ü"})", ann()}, ToolRan{R"({"content":[]})"});
  facts.learn(Load{"gone"}, Unavailable{});
  facts.learn(Fetch{"POST", "https://p/token", {{"A", "b"}}, every_byte, Reach::configured, 7, 9, 5},
              Fetched{200, {{"Content-Type", "application/json"}}, every_byte, FetchProblem::none});
  facts.learn(Fetch{"GET", "https://p/keys"}, Fetched{0, {}, "", FetchProblem::too_large});
  facts.learn(Claim{"upstream/g1"}, Claimed{});
  return facts;
}

Outcome answer_with_everything() {
  Stream stream{Stream::Era::modern,      "u1", "g1",     "s1", "\"id\"", true, false, true,
                {"note://a", "note://b"}, {},   "sealed", true};
  Commit commit{{{"a", 1}, {every_byte, std::nullopt}}, {{"a", every_byte, UnixSeconds{-1}}, {"b", "", {}}}, {"c"}};
  Outcome outcome{Answer{Reply{207, {{"X-A", "1"}, {"X-A", "\xe9"}}, every_byte, stream},
                         commit.durable(),
                         {{Topic::Kind::grant_ended, "u1", "g1"}, {Topic::Kind::tools_changed, "", ""}},
                         {{"token.refresh", "ok", "c1", "u1", "d"}}}};
  outcome.events = {"data: 1\n\n", "data: \xf0\x9f\x98\x80\n\n"};
  outcome.event_headers = {{"Content-Type", "text/event-stream"}};
  return outcome;
}

TEST(Codec, ARequestComesBackAsItWas) {
  for (const std::string& body : {std::string(), std::string("a=b&c"), std::string("\"\\\n\x7f"), std::string("\0", 1),
                                  std::string("\xed\xa0\x80"), every_byte}) {
    const HttpRequest request{"POST", "/token?x=%00", {{"Host", "h"}, {"Cookie", body}, {"Cookie", ""}}, body};
    const auto read = read_request(crossed(print(request)));
    ASSERT_TRUE(read.ok()) << read.error().what;
    EXPECT_EQ(*read, request);
  }
}

TEST(Codec, TextIsAStringAndOtherBytesAreBase64) {
  EXPECT_EQ(wire::dump_json(print(HttpRequest{"GET", "/", {{"A", "\xff"}}, "é"})),
            R"({"body":"é","headers":[["A",{"base64":"/w=="}]],"method":"GET","target":"/"})");
}

TEST(Codec, FactsComeBackAsTheyWere) {
  const Facts facts = facts_of_every_kind();
  const auto read = read_facts(crossed(print(facts)));
  ASSERT_TRUE(read.ok()) << read.error().what;
  EXPECT_EQ(read->now(), facts.now());
  EXPECT_EQ(read->entropy(), facts.entropy());
  EXPECT_EQ(read->answers(), facts.answers());
}

TEST(Codec, NeedsComeBackAsTheyWere) {
  const Facts facts = facts_of_every_kind();
  Needs needs;
  for (const auto& [need, fact] : facts.answers()) needs.list.push_back(need);
  const auto read = read_outcome(crossed(print(Outcome{needs})));
  ASSERT_TRUE(read.ok()) << read.error().what;
  EXPECT_EQ(*read, Outcome{needs});
}

TEST(Codec, AnAnswerComesBackAsItWas) {
  const Outcome outcome = answer_with_everything();
  const auto read = read_outcome(crossed(print(outcome)));
  ASSERT_TRUE(read.ok()) << read.error().what;
  EXPECT_EQ(*read, outcome);

  const Outcome bare{Reply{204, {}, "", std::nullopt}};
  EXPECT_EQ(*read_outcome(crossed(print(bare))), bare);
}

TEST(Codec, StreamsAndTopicsComeBackAsTheyWere) {
  const Stream stream = *answer_with_everything().answer()->reply.stream;
  EXPECT_EQ(*read_stream(crossed(print(stream))), stream);
  EXPECT_EQ(*read_stream(crossed(print(Stream{}))), Stream{});
  for (int kind = 0; kind <= static_cast<int>(Topic::Kind::grant_ended); ++kind) {
    const Topic topic{static_cast<Topic::Kind>(kind), "u1", "note://\xff", "data: x\n\n"};
    EXPECT_EQ(*read_topic(crossed(print(topic))), topic);
  }
}

TEST(Codec, AnAbsentRecordAndAnAbsentGuardAreSaidAloud) {
  EXPECT_EQ(wire::dump_json(print(Facts(UnixSeconds{1}, std::string(32, 'e')))["answers"]), "[]");
  Facts facts(UnixSeconds{1}, std::string(32, 'e'));
  facts.learn(Load{"k"}, Loaded{});
  EXPECT_EQ(wire::dump_json(print(facts)["answers"]),
            R"([[{"key":"k","need":"load"},{"fact":"loaded","record":null}]])");
  const Json commit = print(answer_with_everything())["answer"]["commit"];
  EXPECT_EQ(wire::dump_json(commit["expects"][0]), R"({"key":"a","version":"1"})");
  EXPECT_TRUE(commit["expects"][1]["version"].is_null());
  EXPECT_EQ(commit["durability"], "credential");
}

struct Broken {
  std::string_view text;
  std::string_view place;
};

TEST(Codec, MalformedRequestsAreRefusedWithTheirPlace) {
  for (const auto& [text, place] : std::vector<Broken>{
           {R"(null)", "/method"},
           {R"([])", "/method"},
           {R"({"target":"/","headers":[],"body":""})", "/method"},
           {R"({"method":1,"target":"/","headers":[],"body":""})", "/method"},
           {R"({"method":"GET","target":null,"headers":[],"body":""})", "/target"},
           {R"({"method":"GET","target":"/","headers":{},"body":""})", "/headers"},
           {R"({"method":"GET","target":"/","headers":[["a"]],"body":""})", "/headers/0"},
           {R"({"method":"GET","target":"/","headers":[["a","b"],["a",2]],"body":""})", "/headers/1/1"},
           {R"({"method":"GET","target":"/","headers":[],"body":{"base64":"?"}})", "/body/base64"},
           {R"({"method":"GET","target":"/","headers":[],"body":{"base64":"YQ"}})", "/body/base64"},
           {R"({"method":"GET","target":"/","headers":[],"body":{}})", "/body/base64"},
       }) {
    const auto read = read_request(json(text));
    ASSERT_FALSE(read.ok()) << text;
    EXPECT_EQ(read.error().what, "expected a request as JSON, received something else at " + std::string(place));
  }
}

TEST(Codec, MalformedFactsAreRefusedWithTheirPlace) {
  const std::string e = R"("entropy":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")";
  const std::string load = R"({"need":"load","key":"k"})";
  const auto with = [&](const std::string& answer) { return "{\"now\":1," + e + ",\"answers\":[" + answer + "]}"; };
  ASSERT_TRUE(read_facts(json(with("[" + load + R"(,{"fact":"loaded","record":null}])"))).ok());
  for (
      const auto& [text, place] : std::vector<std::pair<std::string, std::string>>{
          {R"({"entropy":"","answers":[]})", "/now"},
          {"{\"now\":1.5," + e + ",\"answers\":[]}", "/now"},
          {"{\"now\":\"1\"," + e + ",\"answers\":[]}", "/now"},
          {"{\"now\":9223372036854775808," + e + ",\"answers\":[]}", "/now"},
          {R"({"now":1,"entropy":"*","answers":[]})", "/entropy"},
          {"{\"now\":1," + e + "}", "/answers"},
          {with("[]"), "/answers/0"},
          {with("[" + load + "]"), "/answers/0"},
          {with("[{},{}]"), "/answers/0/0/need"},
          {with(R"([{"need":"erase","key":"k"},{"fact":"slept"}])"), "/answers/0/0/need"},
          {with(R"([{"need":"load"},{"fact":"slept"}])"), "/answers/0/0/key"},
          {with("[" + load + R"(,{"fact":"loaded"}])"), "/answers/0/1/record"},
          {with("[" + load + R"(,{"fact":"loaded","record":{"bytes":"","version":1}}])"),
           "/answers/0/1/record/version"},
          {with("[" + load + R"(,{"fact":"loaded","record":{"bytes":"","version":""}}])"),
           "/answers/0/1/record/version"},
          {with("[" + load + R"(,{"fact":"loaded","record":{"bytes":"","version":"-1"}}])"),
           "/answers/0/1/record/version"},
          {with("[" + load + R"(,{"fact":"loaded","record":{"bytes":"","version":"1x"}}])"),
           "/answers/0/1/record/version"},
          {with("[" + load + R"(,{"fact":"loaded","record":{"bytes":"","version":"18446744073709551616"}}])"),
           "/answers/0/1/record/version"},
          {with("[" + load + R"(,{"fact":"loaded","record":{"bytes":{"base64":""},"version":"1"}}])"),
           "/answers/0/1/record/bytes"},
          {with(R"([{"need":"scan","prefix":"a","limit":-1},{"fact":"slept"}])"), "/answers/0/0/limit"},
          {with(R"([{"need":"scan","prefix":"a","limit":4294967296},{"fact":"slept"}])"), "/answers/0/0/limit"},
          {with("[" + load + R"(,{"fact":"password_verified","matches":1}])"), "/answers/0/1/matches"},
          {with(
               R"([{"need":"run_tool","name":"t","arguments":"{}","principal":{"subject":"","user_name":"","client":"",)"
               R"("grant":"","scopes":"a\"b"}},{"fact":"slept"}])"),
           "/answers/0/0/principal/scopes"},
      }) {
    const auto read = read_facts(json(text));
    ASSERT_FALSE(read.ok()) << text;
    EXPECT_EQ(read.error().what, "expected facts as JSON, received something else at " + place);
  }
  EXPECT_EQ(read_facts(json(R"({"now":1,"entropy":"AAAA","answers":[]})")).error().what,
            "expected 32 bytes of entropy, received 3");
}

// Invariant: whatever single member is taken away or turned into another type, reading refuses and never ends the
// program. Text may be base64 in an object, and what is optional may be null: those are left out here.
TEST(Codec, EveryMemberIsNeeded) {
  const Json whole = print(answer_with_everything());
  int places = 0;
  const auto flat = whole.flatten();
  for (const auto& [pointer, value] : flat.items()) {
    for (const Json& other : {Json(1.5), Json::array({nullptr})}) {
      Json broken = whole;
      broken[Json::json_pointer(pointer)] = other;
      EXPECT_FALSE(read_outcome(broken).ok()) << pointer;
      ++places;
    }
  }
  EXPECT_GT(places, 60);
}

}  // namespace
}  // namespace postern::codec
