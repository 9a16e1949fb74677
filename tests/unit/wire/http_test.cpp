#include "core/wire/http.hpp"

#include <gtest/gtest.h>

#include <string>

#include "core/wire/base64.hpp"

namespace postern::wire {
namespace {

TEST(Headers, AreFoundWithoutCase) {
  const Headers headers = {{"Content-Type", "a/b"}, {"mcp-method", "x"}, {"MCP-METHOD", "y"}};
  EXPECT_EQ(find_header(headers, "Accept"), nullptr);
  EXPECT_EQ(find_header(headers, "Content"), nullptr);
  EXPECT_EQ(*find_header(headers, "content-type"), "a/b");
  EXPECT_EQ(*find_header(headers, "Mcp-Method"), "x");
  EXPECT_EQ(count_header(headers, "Mcp-Method"), 2U);
  EXPECT_FALSE(equal_ignoring_case("\xC3\x80", "\xC3\xA0")) << "ASCII only";
  EXPECT_FALSE(equal_ignoring_case("[", "{"));
}

TEST(Headers, FieldValuesCannotSplitAMessage) {
  EXPECT_FALSE(is_field_value("a\r\nSet-Cookie: b"));
  EXPECT_FALSE(is_field_value(std::string_view("a\0b", 3)));
  EXPECT_TRUE(is_field_value("a\tb \xC3\xA9"));
  EXPECT_EQ(trim_ows(" \ta b\t "), "a b");
  EXPECT_EQ(trim_ows(" \t"), "");
}

TEST(MediaType, Refuses) {
  for (const char* text :
       {"", "json", "/json", "application/", "application /json", "application/json,text/plain",
        "application/json; charset", "application/json; charset=", "application/json; charset=\"utf-8",
        "application/json charset=utf-8", "application/json; =utf-8", "application/json; charset = utf-8",
        "application/json\n", "application/json; a=\"\n\""}) {
    EXPECT_EQ(parse_media_type(text), std::nullopt) << text;
  }
}

TEST(MediaType, Reads) {
  const auto json = parse_media_type(" Application/JSON ;; Charset=\"ut\\f-8\" ;Boundary=a,b ");
  EXPECT_FALSE(json.has_value()) << "a comma needs quotes";
  const auto form = parse_media_type("Text/HTML;Charset=\"ut\\f-8; \\\"x\\\"\" ; q=1;");
  ASSERT_TRUE(form.has_value());
  EXPECT_EQ(form->type, "text/html");
  EXPECT_EQ(*form->parameter("charset"), "utf-8; \"x\"");
  EXPECT_EQ(*form->parameter("q"), "1");
  EXPECT_EQ(form->parameter("boundary"), nullptr);
}

TEST(Accept, TheTableOfRfc9110Section1251) {
  const struct {
    const char* why;
    const char* field;
    const char* type;
    bool accepted;
  } rows[] = {
      {"a weight of zero forbids", "text/event-stream;q=0, application/json", "text/event-stream", false},
      {"the more specific range decides, in any order", "*/*, text/event-stream;q=0.0", "text/event-stream", false},
      {"another type", "application/json", "text/event-stream", false},
      {"a type that only begins alike", "application/json-seq", "application/json", false},
      {"a wildcard of another type", "text/*", "application/json", false},
      {"a wildcard type cannot have a subtype", "*/json", "application/json", false},
      {"a malformed weight makes the range count for nothing", "application/json;q=2", "application/json", false},
      {"four digits of weight are malformed", "application/json;q=0.1234", "application/json", false},
      {"a range without subtype", "application", "application/json", false},
      {"nothing said", "", "application/json", true},
      {"only separators", " , ,", "application/json", true},
      {"both, as MCP asks", "application/json, text/event-stream", "text/event-stream", true},
      {"other letters", "APPLICATION/JSON", "application/json", true},
      {"a wildcard", "*/*", "text/event-stream", true},
      {"a wildcard subtype", "text/*;q=0.001", "text/event-stream", true},
      {"specific over wildcard", "*/*;q=0, application/json", "application/json", true},
      {"parameters aside", "application/json;version=\"1,2\";q=0.5", "application/json", true},
      {"after a malformed range", "json;;, text/event-stream", "text/event-stream", true},
  };
  for (const auto& row : rows) EXPECT_EQ(accepts(row.field, row.type), row.accepted) << row.why;
}

TEST(Cookie, IsFoundByItsExactName) {
  const std::string field = "a=1; __Host-s=x=y; A=2;a=3 ; b ; c=\"q\"; =n";
  EXPECT_EQ(cookie(field, "s"), std::nullopt) << "the end of a longer name";
  EXPECT_EQ(cookie(field, "__host-s"), std::nullopt) << "names have case";
  EXPECT_EQ(cookie(field, "b"), std::nullopt) << "no value";
  EXPECT_EQ(cookie("__Host-s =evil", "__Host-s"), std::nullopt) << "a space belongs to another name";
  EXPECT_EQ(cookie(field, "a"), "1") << "the first of several";
  EXPECT_EQ(cookie(field, "__Host-s"), "x=y");
  EXPECT_EQ(cookie(field, "c"), "\"q\"");
  EXPECT_EQ(cookie("SID=31d4d96e407aad42; lang=en-US", "lang"), "en-US") << "RFC 6265 s. 3.1";
}

TEST(Authorization, Refuses) {
  for (const char* text : {"", "Bearer", "Bearer ", " ", "Bea(rer abc", "Bearer\tabc", "Bearer a\nb"}) {
    EXPECT_EQ(parse_authorization(text), std::nullopt) << text;
  }
}

TEST(Authorization, BearerTokensHaveTheSyntaxOfRfc6750Section21) {
  for (const char* text : {"Bearer a b", "Bearer a,b", "Bearer \"a\"", "Bearer =", "Bearer a=b", "Basic abc", "Bearer",
                           "Bearer \xC3\xA9", "Bearerabc", "Bearer a%20"}) {
    EXPECT_EQ(bearer_token(text), std::nullopt) << text;
  }
  EXPECT_EQ(bearer_token("Bearer mF_9.B5f-4.1JqM"), "mF_9.B5f-4.1JqM");
  EXPECT_EQ(bearer_token("bEARER  aZ09-._~+/=="), "aZ09-._~+/==");
}

TEST(Authorization, BasicRefuses) {
  const struct {
    const char* why;
    std::string credentials;
  } rows[] = {
      {"not base64", "!!!!"},
      {"no padding",
       "YTpi"
       "YQ"},
      {"no colon", base64("abc")},
      {"a broken escape in the secret", base64("a:%zz")},
      {"NUL", base64("a:%00")},
      {"a raw NUL", base64(std::string("a\0:b", 4))},
      {"invalid UTF-8", base64("a:\xFF")},
  };
  for (const auto& row : rows) EXPECT_FALSE(parse_basic(row.credentials).has_value()) << row.why;
}

TEST(Authorization, BasicSplitsFirstAndDecodesThen) {
  const auto sample = parse_basic("czZCaGRSa3F0MzpnWDFmQmF0M2JW");  // RFC 6749 s. 2.3.1
  ASSERT_TRUE(sample.has_value());
  EXPECT_EQ(sample->id, "s6BhdRkqt3");
  EXPECT_EQ(sample->secret, Secret("gX1fBat3bV"));
  const auto encoded = parse_basic(base64("https%3A%2F%2Fc.example%2Fid:a+b%2B:c"));
  ASSERT_TRUE(encoded.has_value());
  EXPECT_EQ(encoded->id, "https://c.example/id");
  EXPECT_EQ(encoded->secret, Secret("a b+:c"));
  EXPECT_EQ(parse_basic(base64(":"))->id, "");
}

TEST(Target, Refuses) {
  const struct {
    const char* why;
    std::string text;
  } rows[] = {
      {"nothing", ""},
      {"asterisk form", "*"},
      {"authority form", "example.com:443"},
      {"a relative path", "mcp"},
      {"another scheme", "ftp://h/mcp"},
      {"userinfo", "http://u@h/mcp"},
      {"a fragment", "/mcp#x"},
      {"a fragment in absolute form", "http://h/mcp#x"},
      {"a space", "/a b"},
      {"a control character", "/a\x01"},
      {"NUL", std::string("/a\0", 3)},
      {"a backslash", "/a\\b"},
      {"a backslash in the query", "/a?b\\c"},
      {"a byte above ASCII", "/\xC3\xA9"},
      {"a broken escape", "/%4"},
      {"a broken escape in the query", "/?a=%zz"},
      {"an escaped NUL", "/a%00"},
      {"an escaped slash", "/admin%2F..%2fx"},
      {"an escaped backslash", "/a%5Cb"},
      {"an escaped line feed", "/a%0a"},
      {"a dot segment", "/a/../b"},
      {"an escaped dot segment", "/a/%2e%2E/b"},
      {"an IP literal that is none", "http://[x]/"},
      {"more than 8 KiB", "/" + std::string(8192, 'a')},
  };
  for (const auto& row : rows) EXPECT_FALSE(parse_target(row.text).ok()) << row.why << ": " << row.text;
}

TEST(Target, Reads) {
  const struct {
    const char* text;
    Target target;
  } rows[] = {
      {"/", {"/", ""}},
      {"/mcp/", {"/mcp/", ""}},
      {"//mcp", {"//mcp", ""}},
      {"/.well-known/oauth-protected-resource/mcp", {"/.well-known/oauth-protected-resource/mcp", ""}},
      {"/authorize?a=b?c&d=%00%2F", {"/authorize", "a=b?c&d=%00%2F"}},
      {"/%41?a[0]=|", {"/%41", "a[0]=|"}},
      {"/a?", {"/a", ""}},
      {"HTTP://h:80", {"/", ""}},
      {"https://h/mcp?x", {"/mcp", "x"}},
  };
  for (const auto& row : rows) {
    const auto target = parse_target(row.text);
    ASSERT_TRUE(target.ok()) << row.text;
    EXPECT_EQ(*target, row.target) << row.text;
  }
}

}  // namespace
}  // namespace postern::wire
