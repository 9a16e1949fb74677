#include "core/wire/regex.hpp"

#include <array>

namespace postern::wire {
namespace {

// Past both ends of the text.
constexpr char32_t kNothing = 0xFFFFFFFF;

constexpr char32_t kReplacement = 0xFFFD;

// ECMA-262 s. 22.2.2.9.3 WordCharacters, without the ignoreCase additions.
bool is_word(char32_t code) {
  return (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z') || (code >= '0' && code <= '9') || code == '_';
}

// ECMA-262 s. 12.3.
bool is_line_end(char32_t code) { return code == '\n' || code == '\r' || code == 0x2028 || code == 0x2029; }

/// The threads that stand before one and the same code point. Each instruction holds at most one of them.
class Threads {
 public:
  Threads(const std::vector<Regex::Step>& steps, std::uint32_t* memory)
      : steps_(steps), marks_(memory), live_(memory + steps.size()), open_(memory + 2 * steps.size()) {}

  static std::size_t memory_for(std::size_t steps) { return 3 * steps; }

  void begin_place() {
    ++place_;
    count_ = 0;
  }

  /// Adds a thread and all that it becomes without reading. True when the pattern has matched.
  bool add(std::uint32_t start, char32_t before, char32_t after) {
    std::size_t open = 0;
    open += mark(start, open);
    while (open > 0) {
      const std::uint32_t at = open_[--open];
      const Regex::Step& step = steps_[at];
      bool passes = true;
      switch (step.op) {
        case Regex::Op::match:
          return true;
        case Regex::Op::jump:
          open += mark(target(at, step.x), open);
          continue;
        case Regex::Op::split:
          open += mark(target(at, step.x), open);
          open += mark(target(at, step.y), open);
          continue;
        case Regex::Op::begin:
          passes = before == kNothing;
          break;
        case Regex::Op::end:
          passes = after == kNothing;
          break;
        case Regex::Op::word_boundary:
          passes = is_word(before) != is_word(after);
          break;
        case Regex::Op::no_word_boundary:
          passes = is_word(before) == is_word(after);
          break;
        case Regex::Op::character:
        case Regex::Op::any:
        case Regex::Op::set:
          live_[count_++] = at;
          continue;
      }
      if (passes) open += mark(at + 1, open);
    }
    return false;
  }

  std::size_t count() const { return count_; }
  std::uint32_t operator[](std::size_t i) const { return live_[i]; }
  std::uint64_t work() const { return work_; }

 private:
  static std::uint32_t target(std::uint32_t at, std::int32_t offset) {
    return static_cast<std::uint32_t>(static_cast<std::int32_t>(at) + offset);
  }

  // Marked when put on the list, so that the list never holds more than there are instructions.
  std::size_t mark(std::uint32_t at, std::size_t open) {
    ++work_;
    if (marks_[at] == place_) return 0;
    marks_[at] = place_;
    open_[open] = at;
    return 1;
  }

  const std::vector<Regex::Step>& steps_;
  std::uint32_t* marks_;  // for each instruction: the last place where it was reached
  std::uint32_t* live_;   // the threads that wait for a code point
  std::uint32_t* open_;   // reached, not yet looked at
  std::size_t count_ = 0;
  std::uint32_t place_ = 0;
  std::uint64_t work_ = 0;
};

}  // namespace

std::optional<bool> Regex::search(std::string_view text, std::uint64_t& budget) const {
  // Two sets of threads: those here, and the starts of those behind the next code point. Small programs need no heap.
  const std::size_t needed = Threads::memory_for(steps_.size()) + steps_.size();
  std::array<std::uint32_t, 256> small;
  std::vector<std::uint32_t> large;
  std::uint32_t* memory = small.data();
  if (needed > small.size()) {
    large.resize(needed);
    memory = large.data();
  } else {
    for (std::size_t i = 0; i < steps_.size(); ++i) small[i] = 0;
  }
  Threads threads(steps_, memory);
  std::uint32_t* starts = memory + Threads::memory_for(steps_.size());
  std::size_t start_count = 0;

  const bool anchored = steps_[0].op == Op::begin;
  std::uint64_t used = needed / 16;  // the memory had to be cleared
  char32_t before = kNothing;
  std::size_t next = 0;
  char32_t after = text.empty() ? kNothing : next_code_point(text, next);
  while (true) {
    threads.begin_place();
    bool matched = (!anchored || before == kNothing) && threads.add(0, before, after);
    for (std::size_t i = 0; i < start_count && !matched; ++i) matched = threads.add(starts[i], before, after);
    const std::uint64_t total = used + threads.work();
    if (total > budget) {
      budget = 0;
      return std::nullopt;
    }
    if (matched || after == kNothing || (anchored && threads.count() == 0)) {
      budget -= total;
      return matched;
    }
    start_count = 0;
    for (std::size_t i = 0; i < threads.count(); ++i) {
      const std::uint32_t at = threads[i];
      const Step& step = steps_[at];
      bool reads = false;
      if (step.op == Op::character) {
        reads = static_cast<char32_t>(step.x) == after;
      } else if (step.op == Op::any) {
        reads = !is_line_end(after);
      } else {
        reads = contains(step, after);
      }
      if (reads) starts[start_count++] = at + 1;
    }
    used += threads.count() + 1;
    before = after;
    after = next < text.size() ? next_code_point(text, next) : kNothing;
  }
}

bool Regex::contains(const Step& set, char32_t code) const {
  const Range* first = ranges_.data() + set.x;
  auto count = static_cast<std::size_t>(set.y);
  while (count > 0) {
    const std::size_t half = count / 2;
    if (code > first[half].last) {
      first += half + 1;
      count -= half + 1;
    } else if (code < first[half].first) {
      count = half;
    } else {
      return true;
    }
  }
  return false;
}

char32_t next_code_point(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) -> char32_t { return static_cast<unsigned char>(text[i]); };
  const char32_t lead = byte(at++);
  if (lead < 0x80) return lead;
  const std::size_t more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
  if (lead < 0xC2 || lead > 0xF4 || text.size() - at < more) return kReplacement;
  char32_t code = lead & (0x3FU >> more);
  for (std::size_t i = 0; i < more; ++i) {
    if ((byte(at + i) & 0xC0U) != 0x80U) return kReplacement;
    code = (code << 6U) | (byte(at + i) & 0x3FU);
  }
  const bool overlong = (more == 2 && code < 0x800) || (more == 3 && code < 0x10000);
  if (overlong || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return kReplacement;
  at += more;
  return code;
}

}  // namespace postern::wire
