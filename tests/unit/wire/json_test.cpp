#include "core/wire/json.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "core/wire/text.hpp"

namespace postern::wire {
namespace {

std::string nested(int depth) {
  return std::string(static_cast<std::size_t>(depth), '[') + std::string(static_cast<std::size_t>(depth), ']');
}

TEST(ParseJson, Refuses) {
  const struct {
    const char* why;
    std::string text;
  } rows[] = {
      {"nothing", ""},
      {"white space", " \n"},
      {"text after the value", "{} {}"},
      {"a NUL after the value", std::string("{}\0", 3)},
      {"a NUL, then more", std::string("{}\0x", 4)},
      {"a byte order mark", "\xEF\xBB\xBF{}"},
      {"a name twice", R"({"a":1,"a":1})"},
      {"a name twice, once in escapes", R"({"method":1,"\u006dethod":2})"},
      {"a name twice, deep inside", R"([{"a":{"b":[{"c":1,"d":2,"c":3}]}}])"},
      {"an empty name twice", R"({"":1,"":2})"},
      {"an escaped NUL", R"(["a\u0000b"])"},
      {"an escaped NUL in a name", R"({"a\u0000":1})"},
      {"a raw NUL in a string", std::string("[\"a\0b\"]", 7)},
      {"a raw line feed in a string", "[\"a\nb\"]"},
      {"a lone high surrogate", R"(["\ud800"])"},
      {"a lone low surrogate", R"(["\udc00"])"},
      {"surrogates in the wrong order", R"(["\udc00\ud800"])"},
      {"a surrogate in UTF-8", "[\"\xED\xA0\x80\"]"},
      {"an overlong form", "[\"\xC0\xAF\"]"},
      {"a cut sequence", "[\"\xE2\x82\"]"},
      {"a byte above U+10FFFF", "[\"\xF4\x90\x80\x80\"]"},
      {"a number beyond a double", "1e999"},
      {"a negative number beyond a double", "[-1e999]"},
      {"NaN", "NaN"},
      {"Infinity", "[Infinity]"},
      {"a leading zero", "[01]"},
      {"a leading plus", "[+1]"},
      {"a number without its fraction", "[1.]"},
      {"a hexadecimal number", "[0x1]"},
      {"single quotes", "['a']"},
      {"a trailing comma", "[1,]"},
      {"a trailing comma in an object", R"({"a":1,})"},
      {"a comment", "[1/**/]"},
      {"a bare name", "{a:1}"},
      {"an unknown escape", R"(["\x41"])"},
      {"True", "True"},
      {"an unfinished array", "[1"},
      {"one bracket too much", "[]]"},
      {"65 levels", nested(65)},
      {"a million levels, not closed", std::string(1 << 20, '[')},
      {"a million objects",
       [] {
         std::string text;
         for (int i = 0; i < 200'000; ++i) text += "{\"a\":";
         return text;
       }()},
      {"more than a mebibyte", "\"" + std::string(1 << 20, 'a') + "\""},
  };
  for (const auto& row : rows) {
    const auto json = parse_json(row.text);
    ASSERT_FALSE(json.ok()) << row.why;
    EXPECT_TRUE(json.error().what.starts_with("expected ")) << json.error().what;
  }
}

TEST(ParseJson, NeverQuotesWhatItRead) {
  const auto json = parse_json(R"({"token":"hunter2)");
  ASSERT_FALSE(json.ok());
  EXPECT_EQ(json.error().what.find("hunter2"), std::string::npos);
}

TEST(ParseJson, HonoursItsLimits) {
  EXPECT_TRUE(parse_json(nested(64)).ok());
  EXPECT_TRUE(parse_json("[]", {.bytes = 2}).ok());
  EXPECT_FALSE(parse_json("[ ]", {.bytes = 2}).ok());
  EXPECT_TRUE(parse_json("1", {.depth = 0}).ok());
  EXPECT_FALSE(parse_json("[]", {.depth = 0}).ok());
  EXPECT_TRUE(parse_json(R"({"a":[1]})", {.depth = 2}).ok());
  EXPECT_FALSE(parse_json(R"({"a":[[]]})", {.depth = 2}).ok());
  EXPECT_FALSE(parse_json(nested(513), {.depth = 100'000}).ok()) << "no limit is wide enough to end the program";
}

TEST(ParseJson, ReadsWhatTheLibraryReads) {
  for (const char* text :
       {"null", "true", " false\r\n\t", "0", "-0", "-1", "1.5e3", "18446744073709551615", "-9223372036854775808",
        "\"\"", R"("a\"\\\/\b\f\n\r\té\ud83d\ude00")", "[]", "{}", "[[],{},[{}]]",
        R"({"a":{"b":[1,2,{"c":null}]},"d":"e","A":true})", "\"\xF0\x9F\x98\x80 \xC3\xA9\"", R"([{"a":1},{"a":2}])"}) {
    const auto json = parse_json(text);
    ASSERT_TRUE(json.ok()) << text;
    EXPECT_EQ(*json, Json::parse(text)) << text;
  }
}

TEST(ParseJson, ReadsNumbersExactly) {
  for (const char* text :
       {"-0.0", "0e999999999999999999999", "1e-999999999999999999999", "-9223372036854775809", "18446744073709551616",
        "0.1", "2.2250738585072011e-308", "4.9e-324", "1.7976931348623157e308", "9007199254740993.0", "1E+2", "1e00",
        "123456789012345678901234567890.123456789e-10", "0.0000000000000000000000000000000000000000000000001e49"}) {
    const auto json = parse_json(text);
    ASSERT_TRUE(json.ok()) << text;
    EXPECT_EQ(json->dump(), Json::parse(text).dump()) << text;
    EXPECT_EQ(json->type(), Json::parse(text).type()) << text;
  }
  for (const char* text :
       {"1.7976931348623159e308", "1e99999999999999999999", "-1e309", "1e", "1e+", "-", ".5", "1.e1"})
    EXPECT_FALSE(parse_json(text).ok()) << text;
}

TEST(ParseJson, TellsWhereItStopped) {
  const std::pair<const char*, const char*> rows[] = {{"{", "byte 2"},        {"[1 2]", "byte 4"},
                                                      {"{1:2}", "byte 2"},    {"[trUe]", "byte 4"},
                                                      {"\"\xFF\"", "byte 2"}, {"{} {}", "byte 4"}};
  for (const auto& [text, where] : rows) {
    EXPECT_TRUE(parse_json(text).error().what.ends_with(where)) << text << ": " << parse_json(text).error().what;
  }
}

TEST(ParseJson, TakesABigObjectInOrdinaryTime) {
  std::string text = "{";
  for (int i = 0; i < 60'000; ++i) text += (i == 0 ? "\"k" : ",\"k") + std::to_string(i) + "\":1";
  const auto json = parse_json(text + "}");
  ASSERT_TRUE(json.ok());
  EXPECT_EQ(json->size(), 60'000U);
  EXPECT_FALSE(parse_json(text + ",\"k7\":1}").ok());
}

TEST(JsonMembers, AreAbsentInsteadOfFatal) {
  const Json json =
      parse_json(R"({"s":"x","i":-5,"u":9223372036854775808,"f":1.0,"b":true,"o":{},"a":[],"n":null})").value();
  EXPECT_EQ(member(json, "z"), nullptr);
  EXPECT_EQ(member(Json(), "s"), nullptr);
  EXPECT_EQ(member(Json::array(), "s"), nullptr);
  EXPECT_EQ(string_member(json, "i"), nullptr);
  EXPECT_EQ(int_member(json, "s"), std::nullopt);
  EXPECT_EQ(int_member(json, "f"), std::nullopt) << "1.0 is written as no integer";
  EXPECT_EQ(int_member(json, "u"), std::nullopt) << "would wrap round";
  EXPECT_EQ(int_member(json, "b"), std::nullopt);
  EXPECT_EQ(bool_member(json, "i"), std::nullopt);
  EXPECT_EQ(object_member(json, "a"), nullptr);
  EXPECT_EQ(array_member(json, "o"), nullptr);
  EXPECT_EQ(object_member(json, "n"), nullptr);
  EXPECT_EQ(*string_member(json, "s"), "x");
  EXPECT_EQ(int_member(json, "i"), -5);
  EXPECT_EQ(bool_member(json, "b"), true);
  EXPECT_TRUE(object_member(json, "o")->is_object());
  EXPECT_TRUE(array_member(json, "a")->is_array());
  EXPECT_TRUE(member(json, "n")->is_null());
}

TEST(DumpJson, IsOneLineAndNeverEndsTheProgram) {
  EXPECT_EQ(dump_json(Json{{"b", "a\nb"}, {"a", {1, true, nullptr}}}), R"({"a":[1,true,null],"b":"a\nb"})");
  EXPECT_EQ(dump_json(Json("a\xFF")), "\"a\xEF\xBF\xBD\"");
  EXPECT_EQ(dump_json(Json(std::numeric_limits<double>::infinity())), "null");
  EXPECT_EQ(dump_json(Json(std::numeric_limits<double>::quiet_NaN())), "null");
}

TEST(DumpJson, PrintsWhatTheLibraryPrints) {
  std::string every;
  for (int c = 0; c < 0x300; ++c) append_utf8(every, static_cast<char32_t>(c));
  append_utf8(every, 0xFFFD);
  append_utf8(every, 0x10FFFF);
  const Json values[] = {
      Json::object(),
      Json::array(),
      Json(""),
      Json(every),
      Json(every + "\"\\/ end"),
      Json{{"", Json::array({Json::array(), Json::object()})}, {every, nullptr}},
      Json(0),
      Json(-1),
      Json(std::numeric_limits<std::int64_t>::min()),
      Json(std::numeric_limits<std::uint64_t>::max()),
      Json(0.0),
      Json(-0.0),
      Json(1.0),
      Json(0.1),
      Json(1e23),
      Json(1.5e-7),
      Json(123456789012345680.0),
      Json(std::numeric_limits<double>::max()),
      Json(std::numeric_limits<double>::denorm_min()),
  };
  for (const Json& value : values) {
    EXPECT_EQ(dump_json(value), value.dump());
    if (const auto* text = value.get_ptr<const std::string*>()) {
      EXPECT_EQ(json_text(*text), value.dump());
    }
  }
}

}  // namespace
}  // namespace postern::wire
