#include "core/wire/headers_value.hpp"

#include <gtest/gtest.h>

#include <string>

#include "core/wire/base64.hpp"

namespace postern::wire {
namespace {

TEST(McpHeader, Refuses) {
  const struct {
    const char* why;
    std::string field;
  } rows[] = {
      {"bad padding", "=?base64?SGVsbG8?="},
      {"bad alphabet", "=?base64?SGVs!!!bG8=?="},
      {"the URL-safe alphabet", "=?base64?-_-_?="},
      {"trailing bits", "=?base64?Zh==?="},
      {"white space inside", "=?base64?SGVs bG8=?="},
      {"bytes that are not UTF-8", "=?base64?" + base64("\xFF\xFE") + "?="},
      {"a raw character above ASCII", "caf\xC3\xA9"},
      {"a control character",
       "a\x01"
       "b"},
      {"a line feed", "line1\nline2"},
  };
  for (const auto& row : rows) EXPECT_EQ(decode_mcp_header(row.field), std::nullopt) << row.why;
}

TEST(McpHeader, TakesOtherTextsAsTheyStand) {
  for (const char* field : {"", "us-west1", "SGVsbG8=", "=?base64?SGVsbG8=", "SGVsbG8=?=", "=?BASE64?SGVsbG8=?=",
                            "=?Base64?SGVsbG8=?=", "=?base64?=", "a b\tc", "file:///projects/a"}) {
    EXPECT_EQ(decode_mcp_header(field), field);
  }
  EXPECT_EQ(decode_mcp_header("  test_simple_text\t "), "test_simple_text");
}

TEST(McpHeader, TheExamplesOfTheSpecification) {
  const struct {
    const char *value, *field;
  } rows[] = {
      {"us-west1", "us-west1"},
      {"Hello, \xE4\xB8\x96\xE7\x95\x8C", "=?base64?SGVsbG8sIOS4lueVjA==?="},
      {" padded ", "=?base64?IHBhZGRlZCA=?="},
      {"line1\nline2", "=?base64?bGluZTEKbGluZTI=?="},
      {"=?base64?literal?=", "=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?="},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(encode_mcp_header(row.value), row.field);
    EXPECT_EQ(decode_mcp_header(row.field), row.value);
  }
  EXPECT_EQ(decode_mcp_header("=?base64?SGVsbG8=?="), "Hello") << "safe, and encoded all the same";
  EXPECT_EQ(decode_mcp_header("=?base64?" + base64("") + "?="), "");
}

TEST(McpHeader, EveryValueComesBack) {
  for (const char* value : {"", "a", "\t", "a\tb", "=?base64?=", "=?base64?x?=", "\x7F", "?=", "=?base64?"}) {
    EXPECT_EQ(decode_mcp_header(encode_mcp_header(value)), value);
  }
}

}  // namespace
}  // namespace postern::wire
