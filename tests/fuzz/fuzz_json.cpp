// Invariant: what parses is what the library reads too, is within the limits, and prints to a text that parses to the same.
#include <algorithm>
#include <string>

#include "core/wire/json.hpp"
#include "core/wire/text.hpp"
#include "tests/fuzz/check.hpp"

using namespace postern;
using namespace postern::wire;

namespace {

int depth_of(const Json& value) {
  int deepest = 0;
  if (!value.is_structured()) return 0;
  for (const auto& child : value) deepest = std::max(deepest, depth_of(child));
  return deepest + 1;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = text_of(data, size);
  const auto json = parse_json(text);
  const Json theirs = Json::parse(text, nullptr, false);
  if (!json) {
    // Refused for a reason of ours, not for a gap: in its plain spelling the value is accepted.
    if (!theirs.is_discarded() && text.find('\0') == std::string_view::npos && depth_of(theirs) <= 64) {
      const std::string plain = dump_json(theirs);
      check(parse_json(plain).ok() || plain.find("\\u0000") != std::string::npos);
    }
    return 0;
  }
  check(!theirs.is_discarded() && *json == theirs && valid_utf8(text) && depth_of(*json) <= 64);
  const std::string printed = dump_json(*json);
  check(printed.find('\n') == std::string::npos);
  const auto again = parse_json(printed);
  check(again.ok() && *again == *json);
  for (const char* name : {"jsonrpc", "id", "method", "params", ""}) {
    (void)string_member(*json, name);
    (void)object_member(*json, name);
    (void)array_member(*json, name);
    (void)bool_member(*json, name);
    (void)int_member(*json, name);
  }
  return 0;
}
