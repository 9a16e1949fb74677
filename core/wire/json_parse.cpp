// The parser: declared in json.hpp.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "core/wire/characters.hpp"
#include "core/wire/json.hpp"
#include "core/wire/text.hpp"

namespace postern::wire {
namespace {

/// The grammar of RFC 8259 by descent, straight into the library's values; stops at the first thing that is not
/// allowed. The library's own parser keeps the last of two equal names; another reader of the same text may keep the
/// first.
class Parser {
 public:
  /// `text` has no NUL.
  Parser(std::string_view text, int depth_allowed)
      : begin_(text.data()),
        at_(begin_),
        end_(begin_ + text.size()),
        depth_allowed_(std::clamp(depth_allowed, 0, 512)) {}

  /// Reads the whole text. False: see refusal().
  bool parse(Json& out) { return value(out) && (next() == '\0' || unexpected()); }

  std::string refusal() { return std::move(refusal_); }

 private:
  bool value(Json& out);
  bool object(Json& out);
  bool array(Json& out);
  bool string(std::string& out);
  bool escape(std::string& out);
  bool hex4(char32_t& out);
  bool number(Json& out);
  bool digits();
  bool word(std::string_view word, Json value, Json& out);

  /// The next character that is not white space, not taken; NUL at the end.
  char next();
  char here() const { return at_ == end_ ? '\0' : *at_; }
  bool take(char c);

  /// The text can't go on with what stands here.
  bool unexpected();
  bool refuse(std::string why);

  const char* begin_;
  const char* at_;
  const char* end_;
  int depth_ = 0;
  int depth_allowed_;
  std::string refusal_;
};

/// False when the integer does not fit.
bool integer_of(std::string_view text, Json& out);
/// Correctly rounded; infinite when it is too large. `exponent` has its sign, if any.
double double_of(std::string_view whole, std::string_view fraction, std::string_view exponent);

}  // namespace

Result<Json, Malformed> parse_json(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.bytes) {
    return Malformed{"expected JSON of at most " + std::to_string(limits.bytes) + " bytes, received " +
                     std::to_string(text.size())};
  }
  if (text.starts_with("\xEF\xBB\xBF")) return Malformed{"expected JSON, received a byte order mark (RFC 8259 s. 8.1)"};
  if (text.find('\0') != std::string_view::npos) return Malformed{"expected JSON, received a NUL byte"};
  Parser parser(text, limits.depth);
  Json value;
  if (!parser.parse(value)) return Malformed{parser.refusal()};
  return value;
}

namespace {

bool Parser::value(Json& out) {
  switch (next()) {
    case '{':
    case '[': {
      if (depth_ == depth_allowed_) {
        return refuse("expected JSON nested at most " + std::to_string(depth_allowed_) + " deep, received deeper JSON");
      }
      ++depth_;
      const bool read = *at_++ == '{' ? object(out) : array(out);
      --depth_;
      return read;
    }
    case '"':
      ++at_;
      out = Json(Json::value_t::string);
      return string(out.get_ref<std::string&>());
    case 't':
      return word("true", Json(true), out);
    case 'f':
      return word("false", Json(false), out);
    case 'n':
      return word("null", Json(), out);
    default:
      return number(out);
  }
}

/// After the opening bracket, as array().
bool Parser::object(Json& out) {
  out = Json(Json::value_t::object);
  auto& members = out.get_ref<Json::object_t&>();
  if (next() == '}') return take('}');
  do {
    std::string name;
    next();
    if (!take('"')) return unexpected();
    if (!string(name)) return false;
    const auto [place, is_new] = members.try_emplace(std::move(name));
    if (!is_new) return refuse("expected each member name once in an object, received one twice");
    next();
    if (!take(':')) return unexpected();
    if (!value(place->second)) return false;
    next();
  } while (take(','));
  return take('}') || unexpected();
}

bool Parser::array(Json& out) {
  out = Json(Json::value_t::array);
  auto& elements = out.get_ref<Json::array_t&>();
  if (next() == ']') return take(']');
  do {
    if (!value(elements.emplace_back())) return false;
    next();
  } while (take(','));
  return take(']') || unexpected();
}

constexpr std::array<bool, 256> plain_characters = [] {
  std::array<bool, 256> table{};
  for (std::size_t c = 0x20; c < 0x80; ++c) table[c] = c != '"' && c != '\\';
  return table;
}();

/// After the opening quotation mark.
bool Parser::string(std::string& out) {
  const char* copied = at_;
  while (at_ != end_) {
    if (plain_characters[static_cast<unsigned char>(*at_)]) {
      ++at_;
    } else if (*at_ == '"') {
      out.append(copied, at_++);
      return true;
    } else if (*at_ == '\\') {
      out.append(copied, at_++);
      if (!escape(out)) return false;
      copied = at_;
    } else {
      const std::size_t size = is_control(*at_) ? 0 : utf8_sequence({at_, static_cast<std::size_t>(end_ - at_)});
      if (size == 0) return unexpected();
      at_ += size;
    }
  }
  return unexpected();
}

/// After the backslash.
bool Parser::escape(std::string& out) {
  constexpr std::string_view letters = "\"\\/bfnrt";
  constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
  const std::size_t which = letters.find(here());
  if (which != std::string_view::npos) {
    ++at_;
    out.push_back(meanings[which]);
    return true;
  }
  char32_t c = 0;
  if (!take('u')) return unexpected();
  if (!hex4(c)) return false;
  // C code behind us would read a shorter text than we checked.
  if (c == 0) return refuse("expected no NUL in a JSON string, received one");
  if (c >= 0xDC00 && c <= 0xDFFF) return unexpected();
  if (c >= 0xD800 && c <= 0xDBFF) {
    char32_t low = 0;
    if (!take('\\') || !take('u')) return unexpected();
    if (!hex4(low)) return false;
    if (low < 0xDC00 || low > 0xDFFF) return unexpected();
    c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
  }
  append_utf8(out, c);
  return true;
}

bool Parser::hex4(char32_t& out) {
  for (int i = 0; i < 4; ++i, ++at_) {
    const int digit = hex_value(here());
    if (digit < 0) return unexpected();
    out = out << 4 | static_cast<char32_t>(digit);
  }
  return true;
}

bool Parser::number(Json& out) {
  const char* const start = at_;
  take('-');
  if (!take('0') && !digits()) return unexpected();
  const std::string_view whole(start, static_cast<std::size_t>(at_ - start));
  std::string_view fraction;
  std::string_view exponent;
  if (take('.')) {
    const char* const from = at_;
    if (!digits()) return unexpected();
    fraction = {from, static_cast<std::size_t>(at_ - from)};
  }
  if (take('e') || take('E')) {
    const char* const from = at_;
    if (!take('+')) take('-');
    if (!digits()) return unexpected();
    exponent = {from, static_cast<std::size_t>(at_ - from)};
  }
  if (fraction.empty() && exponent.empty() && integer_of(whole, out)) return true;
  const double value = double_of(whole, fraction, exponent);
  if (!std::isfinite(value)) {
    --at_;
    return unexpected();
  }
  out = value;
  return true;
}

/// One or more.
bool Parser::digits() {
  const char* const start = at_;
  while (at_ != end_ && is_digit(*at_)) ++at_;
  return at_ != start;
}

bool integer_of(std::string_view text, Json& out) {
  std::uint64_t natural = 0;
  std::int64_t negative = 0;
  const char* const end = text.data() + text.size();
  if (text.front() == '-') {
    if (std::from_chars(text.data(), end, negative).ec != std::errc()) return false;
    out = negative;
  } else {
    if (std::from_chars(text.data(), end, natural).ec != std::errc()) return false;
    out = natural;
  }
  return true;
}

double double_of(std::string_view whole, std::string_view fraction, std::string_view exponent) {
  constexpr std::int64_t beyond_any_double = std::int64_t{1} << 40;
  const bool small = exponent.starts_with('-');
  if (exponent.starts_with('+')) exponent.remove_prefix(1);
  std::int64_t power = 0;
  if (std::from_chars(exponent.data(), exponent.data() + exponent.size(), power).ec == std::errc::result_out_of_range ||
      power > beyond_any_double || power < -beyond_any_double) {
    power = small ? -beyond_any_double : beyond_any_double;
  }
  // Which character strtod takes for the decimal point is up to the locale, so it is given none: 1.25e3 as 125e1.
  std::string text(whole);
  text.append(fraction).append("e").append(std::to_string(power - static_cast<std::int64_t>(fraction.size())));
  return std::strtod(text.c_str(), nullptr);
}

bool Parser::word(std::string_view word, Json value, Json& out) {
  for (const char c : word) {
    if (!take(c)) return unexpected();
  }
  out = std::move(value);
  return true;
}

char Parser::next() {
  while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
  return here();
}

bool Parser::take(char c) {
  if (at_ == end_ || *at_ != c) return false;
  ++at_;
  return true;
}

// The position only: the text may be a secret.
bool Parser::unexpected() {
  return refuse("expected JSON (RFC 8259), received something else at byte " + std::to_string(at_ - begin_ + 1));
}

bool Parser::refuse(std::string why) {
  refusal_ = std::move(why);
  return false;
}

}  // namespace
}  // namespace postern::wire
