// CVE-2026-27896: two readers of one text must not see two things. What another reader could mend is refused here.
#include <gtest/gtest.h>

#include "core/wire/json.hpp"

namespace postern::wire {
namespace {

TEST(Json, SurrogatesComeInPairsOrNotAtAll) {
  for (const char* text : {R"("\ud800")", R"("\udc00")", R"("\ud800\u0041")", R"("\ud800\ud800")", R"("\ud800\ue000")",
                           R"("\udc00\ud800")", R"("\ud800 \udc00")", R"("\ud800\n")", R"({"\udfff":1})"}) {
    EXPECT_FALSE(parse_json(text).ok()) << text;
  }
  const auto pair = parse_json(R"("\ud83d\ude00")");
  ASSERT_TRUE(pair.ok());
  EXPECT_EQ(*pair, "\xF0\x9F\x98\x80");
}

TEST(Json, NamesAreExact) {
  const auto object = parse_json(R"({"Method":1,"method ":2,"m\u0065thod":3})");
  ASSERT_TRUE(object.ok());
  EXPECT_EQ(int_member(*object, "method"), 3);
  EXPECT_EQ(member(*object, "METHOD"), nullptr);
  EXPECT_FALSE(parse_json(R"({"method":1,"m\u0065thod":2})").ok()) << "the same name, spelled in two ways";
}

}  // namespace
}  // namespace postern::wire
