#include "core/mcp/notifications.hpp"

#include <array>
#include <cmath>

#include "core/mcp/json_rpc.hpp"
#include "core/wire/json.hpp"
#include "core/wire/sse.hpp"

namespace postern::mcp {
namespace {

constexpr std::array<std::string_view, 8> level_names = {"debug", "info",     "notice", "warning",
                                                         "error", "critical", "alert",  "emergency"};

std::string progress_members(const Run::Note& note, std::string_view token);
std::string log_members(const Run::Note& note);
std::string number_text(double number);

}  // namespace

std::string_view to_string(LogLevel level) { return level_names[static_cast<std::size_t>(level)]; }

std::optional<LogLevel> parse_log_level(std::string_view text) {
  for (std::size_t i = 0; i < level_names.size(); ++i) {
    if (level_names[i] == text) return static_cast<LogLevel>(i);
  }
  return std::nullopt;
}

std::string notification_text(std::string_view method, std::string_view members) {
  std::string text(R"({"jsonrpc":"2.0","method":")");
  text.append(method).append("\"");
  if (!members.empty()) text.append(R"(,"params":{)").append(members).append("}");
  return text.append("}");
}

std::vector<std::string> notification_texts(const std::vector<Run::Note>& notes, std::string_view progress_token,
                                            std::optional<LogLevel> least) {
  std::vector<std::string> texts;
  for (const Run::Note& note : notes) {
    if (note.kind == Run::Note::Kind::progress) {
      if (!progress_token.empty()) {
        texts.push_back(notification_text("notifications/progress", progress_members(note, progress_token)));
      }
    } else if (least && note.level >= *least) {
      texts.push_back(notification_text("notifications/message", log_members(note)));
    }
  }
  return texts;
}

std::string frame(std::string_view message) {
  return wire::print({std::nullopt, "", std::string(message), std::nullopt});
}

wire::Headers event_stream_headers() {
  return {{"Content-Type", "text/event-stream"}, {"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}};
}

namespace {

std::string progress_members(const Run::Note& note, std::string_view token) {
  std::string text(R"("progressToken":)");
  text.append(token).append(R"(,"progress":)").append(number_text(note.done));
  if (note.total) text.append(R"(,"total":)").append(number_text(*note.total));
  if (!note.message.empty()) text.append(R"(,"message":)").append(json_string(note.message));
  return text;
}

std::string log_members(const Run::Note& note) {
  std::string text(R"("level":")");
  text.append(to_string(note.level)).append("\"");
  if (!note.logger.empty()) text.append(R"(,"logger":)").append(json_string(note.logger));
  return text.append(R"(,"data":)").append(wire::dump_json(note.data));
}

std::string number_text(double number) {
  constexpr double exact = 9007199254740992.0;  // 2^53
  if (std::trunc(number) == number && std::fabs(number) < exact)
    return std::to_string(static_cast<std::int64_t>(number));
  return wire::dump_json(Json(number));
}

}  // namespace
}  // namespace postern::mcp
