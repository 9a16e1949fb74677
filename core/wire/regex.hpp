// Regular expressions that cannot be made slow.
//
// The patterns are those of ECMA-262 in Unicode mode, as JSON Schema's `pattern` uses them (validation s. 6.3.3); they
// are the developer's. The texts are a stranger's. A pattern becomes a small program whose threads all walk the text
// together, one code point at a time, so the work is at most text length times program size and no text can make it
// explode: there is no backtracking. What would need backtracking (look-around, back-references) is refused by name.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"

namespace postern::wire {

/// A compiled pattern. A value: copy it, share it between threads; it does not change.
class Regex {
 public:
  /// Most instructions that a pattern may become. A counted repetition is written out, so ".{1,5000}" is about 10,000.
  static constexpr std::size_t max_steps = 16'384;

  /// Supported: alternation, groups (plain, "(?:" and named), * + ? and {m,n} with their lazy forms, classes, "." "^"
  /// "$" \b \B \d \D \w \W \s \S, \t \n \v \f \r \0 \cX \xHH \uHHHH (surrogate pairs too) \u{H...}, and \p{..} \P{..}
  /// for Any, ASCII and the general categories L, Lu, Ll, M, N, Nd, P, S, Z (long names and "gc=" too).
  /// One leniency: any ASCII punctuation may be escaped, as patterns in the wild do.
  /// Errors, in plain words with the place: what is broken, what is not supported, or that the program grows too large.
  static Result<Regex, std::string> compile(std::string_view pattern);

  /// Whether the pattern matches anywhere in `text` (UTF-8; a broken byte counts as one U+FFFD). Takes what it used off
  /// `budget`, in thread steps; absent when the budget does not suffice, and then the budget is 0.
  std::optional<bool> search(std::string_view text, std::uint64_t& budget) const;

  /// How many instructions the pattern became: its memory, and its cost for each code point of a text at worst.
  std::size_t size() const { return steps_.size(); }

  // The parts below are for the compiler and the matcher; both live in this folder.

  enum class Op : std::uint8_t { character, any, set, split, jump, begin, end, word_boundary, no_word_boundary, match };

  /// One instruction. Targets are relative to it, so that a piece of program may be moved and copied as it is.
  struct Step {
    Op op;
    std::int32_t x = 0;  ///< character: the code point. set: its first range. split, jump: a target
    std::int32_t y = 0;  ///< set: how many ranges. split: the other target
  };

  /// Code points from `first` to `last`, both included.
  struct Range {
    char32_t first;
    char32_t last;
  };

 private:
  Regex(std::vector<Step> steps, std::vector<Range> ranges) : steps_(std::move(steps)), ranges_(std::move(ranges)) {}

  bool contains(const Step& set, char32_t code) const;

  std::vector<Step> steps_;
  std::vector<Range> ranges_;  // of a set: sorted, apart from each other
};

/// The code point at `at`, which moves past it; a byte that is no UTF-8 is U+FFFD. `at` is inside `text`.
char32_t next_code_point(std::string_view text, std::size_t& at);

}  // namespace postern::wire
