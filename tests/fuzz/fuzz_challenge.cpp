// Invariant: what parses prints to a field that parses to the same challenges, on one line.
#include <string>

#include "core/wire/challenge.hpp"
#include "core/wire/http.hpp"
#include "tests/fuzz/check.hpp"

using namespace postern::wire;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = text_of(data, size);
  check(is_field_value(print({"Bearer", {{"error_description", std::string(text)}}, ""})));
  const auto challenges = parse_challenges(text);
  if (!challenges) return 0;
  check(!challenges->empty());
  std::string printed;
  for (const Challenge& challenge : *challenges) printed += (printed.empty() ? "" : ", ") + print(challenge);
  check(is_field_value(printed));
  check(parse_challenges(printed) == challenges);
  return 0;
}
