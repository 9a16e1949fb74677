#include <algorithm>
#include <cmath>
#include <utility>

#include "core/mcp/catalog.hpp"
#include "core/wire/json.hpp"

namespace postern::mcp {
namespace {

constexpr std::uint32_t steps_per_place = 1 << 16;

}  // namespace

ToolResult ToolResult::text(std::string text) {
  ToolResult result;
  result.content.push_back(Json{{"type", "text"}, {"text", std::move(text)}});
  return result;
}

ToolResult ToolResult::error(std::string text) {
  ToolResult result = ToolResult::text(std::move(text));
  result.is_error = true;
  return result;
}

ToolResult ToolResult::structured_object(Json object) {
  ToolResult result = ToolResult::text(wire::dump_json(object));
  result.structured = std::move(object);
  return result;
}

std::string Run::draw(std::string_view label) const {
  std::string full = "tool ";
  if (place_ > 0) full += std::to_string(place_) + ' ';
  return ask.facts().draw(full.append(label));
}

bool Run::slept(std::uint32_t milliseconds) {
  const std::uint32_t step = place_ * steps_per_place + steps_++;
  return ask(Sleep{milliseconds, step}) != nullptr;
}

void Run::progress(double done, std::optional<double> total, std::string message) {
  if (!std::isfinite(done) || (total && !std::isfinite(*total))) return;
  // Progress has to increase (basic/patterns/progress); what does not is no news.
  const auto last =
      std::find_if(notes_.rbegin(), notes_.rend(), [](const Note& note) { return note.kind == Note::Kind::progress; });
  if (last != notes_.rend() && done <= last->done) return;
  Note note;
  note.done = done;
  note.total = total;
  note.message = std::move(message);
  notes_.push_back(std::move(note));
}

void Run::log(LogLevel level, Json data, std::string logger) {
  Note note;
  note.kind = Note::Kind::log;
  note.level = level;
  note.data = std::move(data);
  note.logger = std::move(logger);
  notes_.push_back(std::move(note));
}

}  // namespace postern::mcp
