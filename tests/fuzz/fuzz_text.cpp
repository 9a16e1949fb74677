// Invariant: a display name is valid, short and final (showing it again changes nothing); escaped text has no markup.
#include <string>

#include "core/wire/characters.hpp"
#include "core/wire/text.hpp"
#include "tests/fuzz/check.hpp"

using namespace postern::wire;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = text_of(data, size);
  for (const unsigned limit : {0U, 1U, 5U, 60U}) {
    const std::string shown = display_name(text, limit);
    check(valid_utf8(shown) && shown.size() <= limit * std::size_t{4} && display_name(shown, limit) == shown);
    for (const char c : shown) check(!is_control(c));
  }
  check(html_escape(text).find_first_of("<>\"'") == std::string::npos);
  return 0;
}
