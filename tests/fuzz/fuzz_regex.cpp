// Invariant: any pattern is refused with a place, or searches any text within its budget, and finds in a text what the
// same pattern finds in it when it is put in a group, repeated once, or given an alternative that matches nothing.
//
// Input: the pattern, a zero byte, the text.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/wire/regex.hpp"

namespace {

using postern::wire::Regex;

void require(bool holds) {
  if (!holds) std::abort();
}

std::optional<bool> search(const Regex& regex, std::string_view text) {
  constexpr std::uint64_t most = 1'000'000;
  std::uint64_t budget = most;
  const auto found = regex.search(text, budget);
  require(budget <= most && (found.has_value() || budget == 0));
  return found;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string pattern(input.substr(0, input.find('\0')));
  const std::string_view text = input.substr(pattern.size() < size ? pattern.size() + 1 : size);

  const auto regex = Regex::compile(pattern);
  if (!regex.ok()) {
    require(regex.error().find("at byte ") == 0);
    return 0;
  }
  require(regex.value().size() <= Regex::max_steps);
  const auto found = search(regex.value(), text);
  for (const std::string& same : {"(?:" + pattern + ")", "(" + pattern + "){1}", "[]|" + pattern}) {
    const auto other = Regex::compile(same);
    if (!other.ok()) continue;  // a little too large or too deep now
    const auto again = search(other.value(), text);
    require(!found || !again || *found == *again);
  }
  return 0;
}
