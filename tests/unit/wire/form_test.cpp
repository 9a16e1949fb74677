#include "core/wire/form.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace postern::wire {
namespace {

using Fields = std::vector<Form::Field>;

TEST(Form, Refuses) {
  const struct {
    const char* why;
    std::string text;
  } rows[] = {
      {"a broken escape in a value", "a=%4"},
      {"a broken escape in a name", "%zz=1"},
      {"an overlong UTF-8 form of '/'", "a=%C0%AF"},
      {"raw bytes that are not UTF-8", "a=\xFF"},
      {"half of a surrogate pair", "a=%ED%A0%80"},
      {"NUL in a value: C code behind us would see a shorter one", "redirect_uri=https%3A%2F%2Fa%00.b"},
      {"a raw NUL", std::string("a=\0", 3)},
      {"NUL in a name", "a%00=1"},
      {"a line feed in a name", "a%0A=1"},
      {"DEL in a name", "%7F=1"},
      {"a field without a name", "=1"},
      {"a field that is only '='", "a=1&="},
  };
  for (const auto& row : rows) {
    const auto form = Form::parse(row.text);
    ASSERT_FALSE(form.ok()) << row.why;
    EXPECT_TRUE(form.error().what.starts_with("expected ")) << form.error().what;
  }
}

TEST(Form, CountsItsFields) {
  EXPECT_TRUE(Form::parse("a=1&b=2", 2).ok());
  EXPECT_TRUE(Form::parse("a=1&&&b=2&", 2).ok()) << "empty fields count for nothing";
  EXPECT_FALSE(Form::parse("a=1&b=2&c=3", 2).ok());
  std::string many;
  for (int i = 0; i < 65; ++i) many += "a=1&";
  EXPECT_FALSE(Form::parse(many).ok());
}

TEST(Form, TellsWhatIsRepeated) {
  const Form form = Form::parse("a=1&b=2&%61=3&b=4").value();
  EXPECT_TRUE(form.repeated());
  EXPECT_EQ(form.first_repeated(), "a") << "also when it is spelled with escapes";
  EXPECT_TRUE(form.repeated("b"));
  EXPECT_FALSE(form.repeated("c"));
  EXPECT_EQ(form.get("a"), "1");
  EXPECT_EQ(form.all("b"), (std::vector<std::string_view>{"2", "4"}));
  EXPECT_FALSE(Form::parse("a=1&A=2").value().repeated()) << "names have case";
}

TEST(Form, Reads) {
  const struct {
    const char* why;
    std::string text;
    Fields fields;
  } rows[] = {
      {"nothing", "", {}},
      {"only separators", "&&", {}},
      {"an absent value is an empty one", "a&b=", {{"a", ""}, {"b", ""}}},
      {"the first '=' divides", "a=b=c", {{"a", "b=c"}}},
      {"a semicolon is no separator", "a=1;b=2", {{"a", "1;b=2"}}},
      {"a plus is a space, an escaped plus is a plus", "s=mcp%3Atools+files%2Bread", {{"s", "mcp:tools files+read"}}},
      {"line feeds in a value are text", "a=1%0D%0A2", {{"a", "1\r\n2"}}},
      {"the sample of RFC 6749 section 4.1.3",
       "grant_type=authorization_code&code=SplxlOBeZQQYbYS6WxSbIA&redirect_uri=https%3A%2F%2Fclient%2Eexample%2Ecom%"
       "2Fcb",
       {{"grant_type", "authorization_code"},
        {"code", "SplxlOBeZQQYbYS6WxSbIA"},
        {"redirect_uri", "https://client.example.com/cb"}}},
  };
  for (const auto& row : rows) {
    const auto form = Form::parse(row.text);
    ASSERT_TRUE(form.ok()) << row.why;
    EXPECT_EQ(form->fields(), row.fields) << row.why;
  }
}

TEST(Form, AbsentAndEmptyReadAlike) {
  const Form form = Form::parse("a=").value();
  EXPECT_EQ(form.get("a"), "");
  EXPECT_EQ(form.get("b"), "");
  EXPECT_NE(form.find("a"), nullptr);
  EXPECT_EQ(form.find("b"), nullptr);
}

TEST(Form, PrintsWhatItReads) {
  const Fields fields = {{"state", "a&b=c d+e%"}, {"iss", "https://h/"}, {"name", "\xC3\xA9"}, {"empty", ""}};
  const std::string text = form_encode(fields);
  EXPECT_EQ(text, "state=a%26b%3Dc+d%2Be%25&iss=https%3A%2F%2Fh%2F&name=%C3%A9&empty=");
  EXPECT_EQ(Form::parse(text).value().fields(), fields);
}

}  // namespace
}  // namespace postern::wire
