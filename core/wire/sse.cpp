#include "core/wire/sse.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/wire/characters.hpp"

namespace postern::wire {
namespace {

std::string_view next_line(std::string_view& rest);
std::string without(std::string_view text, std::string_view unwanted);
std::optional<int> milliseconds(std::string_view digits);

constexpr std::string_view line_ends = "\r\n";
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

}  // namespace

std::string print(const SseEvent& event) {
  std::string text;
  text.reserve(event.data.size() + event.event.size() + 32);
  if (event.id) text += "id: " + without(*event.id, std::string_view("\r\n\0", 3)) + "\n";
  if (!event.event.empty()) text += "event: " + without(event.event, line_ends) + "\n";
  if (event.retry_ms) text += "retry: " + std::to_string(std::max(*event.retry_ms, 0)) + "\n";
  const bool only_retry = event.retry_ms && !event.id && event.event.empty() && event.data.empty();
  std::string_view rest = event.data;
  bool line_due = !only_retry;
  while (line_due) {
    text += "data: ";
    text += next_line(rest);
    line_due = rest.data() != nullptr;
    text.push_back('\n');
  }
  text.push_back('\n');
  return text;
}

std::string sse_comment(std::string_view text) { return ": " + without(text, line_ends) + "\n\n"; }

std::vector<SseEvent> SseParser::feed(std::string_view chunk) {
  std::vector<SseEvent> events;
  while (!chunk.empty() && !overflown_) {
    if (std::exchange(after_cr_, false) && chunk.front() == '\n') {
      chunk.remove_prefix(1);
      continue;
    }
    const std::size_t end = std::min(chunk.find_first_of(line_ends), chunk.size());
    const std::size_t held = line_.size() + event_.data.size() + event_.event.size() + event_.id.value_or("").size();
    if (held + end > max_event_bytes_) {
      overflown_ = true;
      line_.clear();
      event_ = {};
      break;
    }
    line_ += chunk.substr(0, end);
    if (end == chunk.size()) break;
    after_cr_ = chunk[end] == '\r';
    chunk.remove_prefix(end + 1);
    take_line(events);
    line_.clear();
  }
  return events;
}

void SseParser::take_line(std::vector<SseEvent>& out) {
  std::string_view line = line_;
  if (std::exchange(at_start_, false) && line.starts_with(byte_order_mark)) line.remove_prefix(byte_order_mark.size());
  if (line.empty()) return dispatch(out);
  const std::size_t colon = line.find(':');
  if (colon == 0) return;  // a comment
  if (colon == std::string_view::npos) return take_field(line, {});
  std::string_view value = line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  take_field(line.substr(0, colon), value);
}

void SseParser::take_field(std::string_view name, std::string_view value) {
  if (name == "data") {
    if (has_data_) event_.data.push_back('\n');
    event_.data += value;
    has_data_ = true;
  } else if (name == "event") {
    event_.event = value;
  } else if (name == "id") {
    if (value.find('\0') == std::string_view::npos) event_.id = std::string(value);
  } else if (name == "retry") {
    if (const auto time = milliseconds(value)) event_.retry_ms = time;
  }
}

void SseParser::dispatch(std::vector<SseEvent>& out) {
  SseEvent event = std::exchange(event_, {});
  const bool has_data = std::exchange(has_data_, false);
  if (has_data || event.id || event.retry_ms) out.push_back(std::move(event));
}

namespace {

/// The first line; `rest` is what follows its end, and without data() when the line had no end.
std::string_view next_line(std::string_view& rest) {
  const std::size_t end = rest.find_first_of(line_ends);
  if (end == std::string_view::npos) return std::exchange(rest, std::string_view{});
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end + (rest.substr(end).starts_with("\r\n") ? 2 : 1));
  return line;
}

std::string without(std::string_view text, std::string_view unwanted) {
  std::string kept;
  std::copy_if(text.begin(), text.end(), std::back_inserter(kept),
               [&](char c) { return unwanted.find(c) == std::string_view::npos; });
  return kept;
}

std::optional<int> milliseconds(std::string_view digits) {
  if (digits.empty() || digits.size() > 9 || !std::all_of(digits.begin(), digits.end(), is_digit)) return std::nullopt;
  int time = 0;
  for (const char c : digits) time = time * 10 + (c - '0');
  return time;
}

}  // namespace
}  // namespace postern::wire
