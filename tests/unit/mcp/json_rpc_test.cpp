// The envelope: what is a message, and the exact error for what is none.
#include "core/mcp/json_rpc.hpp"

#include <gtest/gtest.h>

#include "core/wire/json.hpp"

namespace postern::mcp {
namespace {

struct Row {
  const char* text;
  int code;        // 0: it is a message
  const char* id;  // that the error or the message carries
};

TEST(Envelope, IsReadOrRefusedExactly) {
  const Row rows[] = {
      {R"({"jsonrpc":"2.0","id":1,"method":"ping"})", 0, "1"},
      {R"({"jsonrpc":"2.0","id":"a\"b","method":"ping","params":{}})", 0, R"("a\"b")"},
      {R"({"jsonrpc":"2.0","id":18446744073709551615,"method":"ping"})", 0, "18446744073709551615"},
      {R"({"jsonrpc":"2.0","id":-9,"method":"ping"})", 0, "-9"},
      {R"({"jsonrpc":"2.0","method":"notifications/initialized"})", 0, ""},
      {R"({"jsonrpc":"2.0","id":1,"result":{}})", 0, "1"},
      {R"({"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"m"}})", 0, "1"},
      {"5", -32600, ""},
      {"null", -32600, ""},
      {R"("text")", -32600, ""},
      {"{}", -32600, ""},
      {R"({"id":1,"method":"ping"})", -32600, "1"},
      {R"({"jsonrpc":"1.0","id":1,"method":"ping"})", -32600, "1"},
      {R"({"jsonrpc":2.0,"id":1,"method":"ping"})", -32600, "1"},
      {R"({"jsonrpc":"2.0","id":null,"method":"ping"})", -32600, ""},  // MCP: never null
      {R"({"jsonrpc":"2.0","id":1.5,"method":"ping"})", -32600, ""},
      {R"({"jsonrpc":"2.0","id":1.0,"method":"ping"})", -32600, ""},
      {R"({"jsonrpc":"2.0","id":99999999999999999999,"method":"ping"})", -32600, ""},
      {R"({"jsonrpc":"2.0","id":true,"method":"ping"})", -32600, ""},
      {R"({"jsonrpc":"2.0","id":[1],"method":"ping"})", -32600, ""},
      {R"({"jsonrpc":"2.0","id":1,"method":5})", -32600, "1"},
      {R"({"jsonrpc":"2.0","id":1})", -32600, "1"},
      {R"({"jsonrpc":"2.0","id":1,"result":{},"error":{"code":1,"message":"m"}})", -32600, "1"},
      {R"({"jsonrpc":"2.0","id":1,"method":"ping","params":[1]})", -32602, "1"},
      {R"({"jsonrpc":"2.0","id":1,"method":"ping","params":null})", -32602, "1"},
      {R"({"jsonrpc":"2.0","id":1,"method":"ping","params":"x"})", -32602, "1"},
      {R"({"JSONRPC":"2.0","Id":1,"Method":"ping"})", -32600, ""},  // CVE-2026-27896: names have one spelling
  };
  for (const Row& row : rows) {
    const auto value = wire::parse_json(row.text);
    ASSERT_TRUE(value) << row.text;
    const auto read = read_message(*value);
    if (const auto* bad = std::get_if<BadMessage>(&read)) {
      EXPECT_EQ(bad->error.code, row.code) << row.text;
      EXPECT_EQ(bad->id, row.id) << row.text;
    } else {
      EXPECT_EQ(row.code, 0) << row.text;
      EXPECT_EQ(std::get<Message>(read).id, row.id) << row.text;
    }
  }
}

TEST(Envelope, PrintsErrorsWithoutNullIds) {
  EXPECT_EQ(error_text("", {-32700, "say \"no\"", ""}),
            R"({"jsonrpc":"2.0","error":{"code":-32700,"message":"say \"no\""}})");
  EXPECT_EQ(error_text("7", {-32602, "m", R"({"uri":"x"})"}),
            R"({"jsonrpc":"2.0","id":7,"error":{"code":-32602,"message":"m","data":{"uri":"x"}}})");
  EXPECT_EQ(result_text("7", ""), R"({"jsonrpc":"2.0","id":7,"result":{}})");
}

}  // namespace
}  // namespace postern::mcp
