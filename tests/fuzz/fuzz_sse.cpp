// Invariant: events do not depend on where the stream is cut, and what is printed parses to the same event.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "core/wire/sse.hpp"
#include "tests/fuzz/check.hpp"

using namespace postern::wire;

namespace {

std::vector<SseEvent> parse(std::string_view text, std::size_t step, bool& overflown) {
  SseParser parser(256);
  std::vector<SseEvent> events;
  while (!text.empty()) {
    for (auto& event : parser.feed(text.substr(0, step))) events.push_back(std::move(event));
    text.remove_prefix(std::min(step, text.size()));
  }
  overflown = parser.overflown();
  return events;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t step = 1U + data[0] % 16U;
  const auto text = text_of(data + 1, size - 1);
  bool whole_overflown = false, cut_overflown = false;
  const auto whole = parse(text, text.size() + 1, whole_overflown);
  check(parse(text, step, cut_overflown) == whole && whole_overflown == cut_overflown);
  for (const SseEvent& event : whole) check(SseParser().feed(print(event)) == std::vector{event});
  // A stranger's text as data stays data, and as a comment stays a comment.
  const auto events =
      SseParser(1 << 26).feed(print({std::nullopt, std::string(text), std::string(text), std::nullopt}));
  check(events.size() == 1 && !events[0].id && !events[0].retry_ms);
  check(SseParser(1 << 26).feed(sse_comment(text)).empty());
  return 0;
}
