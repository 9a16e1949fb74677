// The .env file of the working folder.
#include <algorithm>
#include <string>
#include <string_view>

#include "core/wire/characters.hpp"
#include "host-native/config/sources.hpp"
#include "host-native/system/refused.hpp"

namespace postern::config {
namespace {

constexpr std::string_view blanks = " \t\r";
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

/// Variables that this program reads. What others have in the file is theirs.
bool is_ours(std::string_view name) { return name.starts_with("POSTERN_") || name.starts_with("MCP_GITHUB_"); }

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {
    if (text_.starts_with(byte_order_mark)) text_.remove_prefix(byte_order_mark.size());
  }

  std::map<std::string, std::string> read() {
    for (; !text_.empty(); ++line_) read_line();
    return std::move(variables_);
  }

 private:
  void read_line() {
    const int first = line_;
    skip_blanks();
    if (ends_here()) return end_line();
    std::string name = take_name();
    if (name == "export" && !text_.empty() && blanks.find(text_.front()) != std::string_view::npos) {
      skip_blanks();
      name = take_name();
    }
    skip_blanks();
    if (name.empty()) refuse(first, "expected NAME=value, or a comment that begins with #");
    if (!text_.starts_with('=')) {
      if (!ends_here() || is_ours(name)) refuse(first, "expected NAME=value, or a comment that begins with #");
      return end_line();
    }
    text_.remove_prefix(1);
    std::string value = take_value(first, name);
    if (!ends_here()) refuse(first, "expected nothing behind the closing quote but a comment");
    end_line();
    if (is_ours(name) && variables_.contains(name)) refuse(first, name + " a second time; expected it once");
    variables_[std::move(name)] = std::move(value);
  }

  std::string take_name() {
    const auto is_part = [](char c) {
      return wire::is_letter(c) || wire::is_digit(c) || c == '_' || c == '.' || c == '-';
    };
    const auto end = std::find_if_not(text_.begin(), text_.end(), is_part);
    std::string name(text_.begin(), end);
    text_.remove_prefix(name.size());
    return name;
  }

  std::string take_value(int first, const std::string& name) {
    const bool space_before = skip_blanks();
    if (text_.starts_with('"') || text_.starts_with('\'')) return take_quoted(first, name);
    // `a#b` is a value; a comment needs a space in front.
    std::size_t size = 0;
    while (size < text_.size() && text_[size] != '\n') {
      const bool after_space = size == 0 ? space_before : text_[size - 1] == ' ' || text_[size - 1] == '\t';
      if (text_[size] == '#' && after_space) break;
      ++size;
    }
    std::string value(text_.substr(0, size));
    text_.remove_prefix(size);
    value.erase(value.find_last_not_of(blanks) + 1);
    return value;
  }

  std::string take_quoted(int first, const std::string& name) {
    const char quote = text_.front();
    std::string value;
    for (std::size_t at = 1; at < text_.size(); ++at) {
      const char c = text_[at];
      if (c == quote) {
        text_.remove_prefix(at + 1);
        skip_blanks();
        return value;
      }
      if (c == '\n') ++line_;
      const bool escaped =
          quote == '"' && c == '\\' && at + 1 < text_.size() && (text_[at + 1] == '"' || text_[at + 1] == '\\');
      value += escaped ? text_[++at] : c;
    }
    refuse(first, name + ": expected a closing " + quote);
  }

  bool skip_blanks() {
    const std::size_t end = std::min(text_.find_first_not_of(blanks), text_.size());
    text_.remove_prefix(end);
    return end > 0;
  }

  /// A comment, or the end of the line.
  bool ends_here() const { return text_.empty() || text_.front() == '\n' || text_.front() == '#'; }
  void end_line() {
    const std::size_t end = text_.find('\n');
    text_.remove_prefix(end == std::string_view::npos ? text_.size() : end + 1);
  }

  [[noreturn]] static void refuse(int line, const std::string& why) {
    throw Refused(".env: line " + std::to_string(line) + ": " + why);
  }

  std::string_view text_;
  int line_ = 1;
  std::map<std::string, std::string> variables_;
};

}  // namespace

std::map<std::string, std::string> parse_dotenv(std::string_view text) { return Reader(text).read(); }

}  // namespace postern::config
