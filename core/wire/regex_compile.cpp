// From a pattern to its program, in one pass: each piece of pattern appends its piece of program, and an operator that
// comes after its operand moves or copies the piece that is already there. Targets are relative, so nothing breaks.
#include <algorithm>
#include <cstddef>
#include <utility>

#include "core/wire/regex.hpp"
#include "core/wire/regex_set.hpp"
#include "core/wire/regex_unicode.hpp"

namespace postern::wire {
namespace {

using Op = Regex::Op;
using Step = Regex::Step;

constexpr char32_t kNoCode = 0xFFFFFFFF;
constexpr std::uint32_t kUnbounded = 0xFFFFFFFF;
constexpr std::uint32_t kHighestCount = 1'000'000;
constexpr int kDeepestGroup = 100;
constexpr std::size_t kMostRanges = 10'000;

bool is_digit(char32_t c) { return c >= '0' && c <= '9'; }
bool is_letter(char32_t c) { return (c | 0x20U) >= 'a' && (c | 0x20U) <= 'z'; }

class Compiler {
 public:
  explicit Compiler(std::string_view pattern) : pattern_(pattern) {}

  bool run() {
    if (!alternatives()) return false;
    if (at_ < pattern_.size()) return refuse("a ')' without its '('");
    return emit({Op::match});
  }

  std::vector<Step> steps;
  CodeRanges ranges;
  std::string why;

 private:
  // Disjunction :: Alternative ( "|" Alternative )*
  bool alternatives() {
    std::vector<std::size_t> exits;
    while (true) {
      const std::size_t start = steps.size();
      while (at_ < pattern_.size() && peek() != '|' && peek() != ')') {
        if (!term()) return false;
      }
      if (!take('|')) break;
      if (!prepend(start, {Op::split, 1, length_from(start) + 2})) return false;
      exits.push_back(steps.size());
      if (!emit({Op::jump})) return false;
    }
    for (const std::size_t exit : exits) steps[exit].x = length_from(exit);
    return true;
  }

  bool term() {
    const std::size_t start = steps.size();
    bool repeatable = true;
    if (!atom(repeatable)) return false;
    std::uint32_t least = 1;
    std::uint32_t most = 1;
    const std::size_t operator_at = at_;
    if (take('*')) {
      least = 0;
      most = kUnbounded;
    } else if (take('+')) {
      most = kUnbounded;
    } else if (take('?')) {
      least = 0;
    } else if (take('{')) {
      if (!counts(least, most)) return false;
    } else {
      return true;
    }
    take('?');  // a lazy operator finds the same texts
    if (!repeatable) return refuse("an assertion cannot be repeated", operator_at);
    return repeat(start, least, most);
  }

  bool counts(std::uint32_t& least, std::uint32_t& most) {
    if (!number(least)) return refuse("a count is expected after '{' (for the character itself, write \\{)");
    most = least;
    if (take(',') && !number(most)) most = kUnbounded;
    if (!take('}')) return refuse("a '}' is expected after a count");
    return most >= least || refuse("the counts are out of order");
  }

  // The piece of program from `start` on, `least` to `most` times.
  bool repeat(std::size_t start, std::uint32_t least, std::uint32_t most) {
    const std::vector<Step> body(steps.begin() + static_cast<std::ptrdiff_t>(start), steps.end());
    if (body.empty()) return true;
    const auto length = static_cast<std::int32_t>(body.size());
    const std::uint64_t optional = most == kUnbounded ? 0 : most - least;
    if (optional * (body.size() + 1) > Regex::max_steps) return too_large();
    steps.resize(start, {Op::match});
    for (std::uint32_t i = 0; i < least; ++i) {
      if (!append(body)) return false;
    }
    if (most == kUnbounded) {
      if (least > 0) return emit({Op::split, -length, 1});
      return emit({Op::split, 1, length + 2}) && append(body) && emit({Op::jump, -length - 1});
    }
    for (std::uint32_t left = most - least; left > 0; --left) {
      if (!emit({Op::split, 1, static_cast<std::int32_t>(left) * (length + 1)}) || !append(body)) return false;
    }
    return true;
  }

  bool atom(bool& repeatable) {
    const char32_t c = next();
    switch (c) {
      case '^':
      case '$':
        repeatable = false;
        return emit({c == '^' ? Op::begin : Op::end});
      case '(':
        return group();
      case '[':
        return bracket();
      case '.':
        return emit({Op::any});
      case '\\':
        if (at_ < pattern_.size() && (peek() == 'b' || peek() == 'B')) {
          repeatable = false;
          return emit({next() == 'b' ? Op::word_boundary : Op::no_word_boundary});
        }
        return escaped_atom();
      case '*':
      case '+':
      case '?':
        return refuse("there is nothing to repeat", at_ - 1);
      case '{':
      case '}':
      case ']':
        return refuse("this character has to be escaped", at_ - 1);
      default:
        return emit({Op::character, static_cast<std::int32_t>(c)});
    }
  }

  bool group() {
    if (++depth_ > kDeepestGroup) return refuse("groups are nested too deeply");
    if (take('?')) {
      if (take('=') || take('!')) return refuse("look-ahead is not supported");
      if (take('<')) {
        if (take('=') || take('!')) return refuse("look-behind is not supported");
        const std::size_t name = at_;
        while (at_ < pattern_.size() && (is_letter(peek()) || is_digit(peek()) || peek() == '_' || peek() == '$'))
          ++at_;
        if (at_ == name || !take('>')) return refuse("a group's name is expected");
      } else if (!take(':')) {
        return refuse("this kind of group is not supported");
      }
    }
    if (!alternatives()) return false;
    --depth_;
    return take(')') || refuse("a group is not closed");
  }

  // ClassContents. A set is emitted even when it is empty: "[]" matches nothing.
  bool bracket() {
    const bool negated = take('^');
    const std::size_t from = ranges.size();
    while (!take(']')) {
      if (at_ >= pattern_.size()) return refuse("a class is not closed");
      const std::size_t start = at_;
      char32_t first = kNoCode;
      if (!class_atom(first)) return false;
      char32_t last = first;
      if (pattern_.substr(at_, 1) == "-" && at_ + 1 < pattern_.size() && pattern_[at_ + 1] != ']') {
        ++at_;
        if (!class_atom(last)) return false;
        if (first == kNoCode || last == kNoCode) return refuse("a range needs a character at both ends", start);
        if (first > last) return refuse("a range is out of order", start);
      }
      if (first != kNoCode) ranges.push_back({first, last});
      if (ranges.size() > kMostRanges) return too_large();
    }
    return emit_set(from, negated);
  }

  // One character, or a set that is added at once and leaves `code` at kNoCode.
  bool class_atom(char32_t& code) {
    if (at_ >= pattern_.size()) return refuse("a class is not closed");
    code = next();
    if (code != '\\') return true;
    if (at_ < pattern_.size() && (peek() == 'b' || peek() == '-')) {
      code = next() == 'b' ? U'\b' : U'-';
      return true;
    }
    code = kNoCode;
    bool is_set = false;
    if (!set_escape(is_set)) return false;
    return is_set || character_escape(code);
  }

  bool escaped_atom() {
    const std::size_t from = ranges.size();
    bool is_set = false;
    if (!set_escape(is_set)) return false;
    if (is_set) return emit_set(from, false);
    char32_t code = kNoCode;
    return character_escape(code) && emit({Op::character, static_cast<std::int32_t>(code)});
  }

  // CharacterClassEscape, behind the backslash.
  bool set_escape(bool& is_set) {
    const char32_t c = at_ < pattern_.size() ? peek() : kNoCode;
    is_set = true;
    if (c == 'd' || c == 'D' || c == 'w' || c == 'W' || c == 's' || c == 'S') {
      add_class_escape(next(), ranges);
    } else if (c == 'p' || c == 'P') {
      ++at_;
      const std::size_t close = pattern_.find('}', at_);
      if (!take('{') || close == std::string_view::npos) return refuse("a property in braces is expected");
      const std::size_t from = ranges.size();
      if (!add_unicode_property(pattern_.substr(at_, close - at_), ranges)) {
        return refuse("this Unicode property is not supported");
      }
      at_ = close + 1;
      if (c == 'P') complement(ranges, from);
    } else {
      is_set = false;
    }
    return ranges.size() <= kMostRanges || too_large();
  }

  // CharacterEscape, behind the backslash.
  bool character_escape(char32_t& code) {
    if (at_ >= pattern_.size()) return refuse("a lone backslash");
    constexpr std::string_view letters = "tnvfr";
    constexpr std::string_view controls = "\t\n\v\f\r";
    const char32_t c = next();
    if (c < 0x80 && letters.find(static_cast<char>(c)) != std::string_view::npos) {
      code = static_cast<unsigned char>(controls[letters.find(static_cast<char>(c))]);
    } else if (c == '0' && (at_ >= pattern_.size() || !is_digit(peek()))) {
      code = 0;
    } else if (is_digit(c) || c == 'k') {
      return refuse("back-references are not supported");
    } else if (c == 'c') {
      if (at_ >= pattern_.size() || !is_letter(peek())) return refuse("a letter is expected after \\c");
      code = next() % 32;
    } else if (c == 'x') {
      return hex(2, code);
    } else if (c == 'u') {
      return unicode_escape(code);
    } else if (is_letter(c) || c >= 0x80) {
      return refuse("this escape is not supported");
    } else {
      code = c;
    }
    return true;
  }

  // RegExpUnicodeEscapeSequence: \u{H...}, \uHHHH, and a pair of surrogates as the one code point they stand for.
  bool unicode_escape(char32_t& code) {
    if (take('{')) {
      const std::size_t close = pattern_.find('}', at_);
      if (close == std::string_view::npos || close == at_ || close - at_ > 8) return refuse("a code point is expected");
      if (!hex(close - at_, code)) return false;
      ++at_;
      return code <= 0x10FFFF || refuse("there is no such code point");
    }
    if (!hex(4, code)) return false;
    if (code >= 0xD800 && code <= 0xDBFF && pattern_.substr(at_, 2) == "\\u") {
      const std::size_t second = at_;
      char32_t low = 0;
      at_ += 2;
      if (hex(4, low) && low >= 0xDC00 && low <= 0xDFFF) {
        code = 0x10000 + ((code - 0xD800) << 10U) + (low - 0xDC00);
      } else {
        at_ = second;
        why.clear();
      }
    }
    return true;
  }

  bool hex(std::size_t digits, char32_t& code) {
    code = 0;
    for (; digits > 0; --digits) {
      const char32_t c = at_ < pattern_.size() ? peek() : kNoCode;
      const char32_t value = is_digit(c) ? c - '0' : (c | 0x20U) - 'a' + 10;
      if (!is_digit(c) && !(is_letter(c) && value < 16)) return refuse("a hexadecimal digit is expected");
      code = code * 16 + value;
      ++at_;
    }
    return true;
  }

  bool number(std::uint32_t& value) {
    if (at_ >= pattern_.size() || !is_digit(peek())) return false;
    value = 0;
    while (at_ < pattern_.size() && is_digit(peek())) value = std::min(value * 10 + (next() - '0'), kHighestCount);
    return true;
  }

  bool emit_set(std::size_t from, bool negated) {
    negated ? complement(ranges, from) : normalize(ranges, from);
    return emit({Op::set, static_cast<std::int32_t>(from), static_cast<std::int32_t>(ranges.size() - from)});
  }

  bool emit(Step step) {
    if (steps.size() >= Regex::max_steps) return too_large();
    steps.push_back(step);
    return true;
  }

  bool prepend(std::size_t start, Step step) {
    if (steps.size() >= Regex::max_steps) return too_large();
    steps.push_back(step);
    for (std::size_t i = steps.size() - 1; i > start; --i) std::swap(steps[i], steps[i - 1]);
    return true;
  }

  bool append(const std::vector<Step>& body) {
    for (const Step& step : body) {
      if (!emit(step)) return false;
    }
    return true;
  }

  std::int32_t length_from(std::size_t start) const { return static_cast<std::int32_t>(steps.size() - start); }

  // The byte at hand; every character that means something in a pattern is ASCII.
  char32_t peek() const { return static_cast<unsigned char>(pattern_[at_]); }
  char32_t next() { return next_code_point(pattern_, at_); }

  bool take(char c) {
    if (at_ >= pattern_.size() || pattern_[at_] != c) return false;
    ++at_;
    return true;
  }

  bool too_large() { return refuse("the pattern grows too large"); }

  bool refuse(const char* reason) { return refuse(reason, at_); }

  bool refuse(const char* reason, std::size_t at) {
    why = "at byte " + std::to_string(at) + ": ";
    why += reason;
    return false;
  }

  std::string_view pattern_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

Result<Regex, std::string> Regex::compile(std::string_view pattern) {
  Compiler compiler(pattern);
  if (!compiler.run()) return std::move(compiler.why);
  return Regex(std::move(compiler.steps), std::move(compiler.ranges));
}

}  // namespace postern::wire
