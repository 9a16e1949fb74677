#include "host-native/log/log.hpp"

#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <charconv>

#include "core/wire/json.hpp"
#include "host-native/system/clock.hpp"

namespace postern {
namespace {

constexpr std::string_view name_of(Log::Level level) {
  switch (level) {
    case Log::Level::debug:
      return "debug";
    case Log::Level::info:
      return "info";
    case Log::Level::warning:
      return "warning";
    case Log::Level::error:
      return "error";
    case Log::Level::off:
      break;
  }
  return "off";
}

void append_number(std::string& line, const std::variant<std::string_view, std::int64_t, double>& value) {
  if (const auto* whole = std::get_if<std::int64_t>(&value)) {
    fmt::format_to(std::back_inserter(line), "{}", *whole);
  } else if (const auto* real = std::get_if<double>(&value)) {
    fmt::format_to(std::back_inserter(line), "{:.3f}", *real);
  }
}

void append_json(std::string& line, std::string_view text) {
  line += wire::dump_json(Json(text));  // Invalid UTF-8 becomes U+FFFD.
}

bool is_plain(std::string_view text) {
  if (text.empty()) return false;
  for (const char c : text) {
    if (c <= ' ' || c == '"' || c == '=' || c == '\\' || c == 0x7f) return false;  // also what is above ASCII
  }
  return true;
}

}  // namespace

Log::Log(std::shared_ptr<spdlog::logger> lines, Level level, Format format)
    : lines_(std::move(lines)), level_(level), format_(format) {
  lines_->set_pattern("%v");
  lines_->set_level(spdlog::level::trace);
  lines_->flush_on(spdlog::level::trace);
}

std::shared_ptr<Log> Log::to_standard_error(Level level, Format format) {
  auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  return std::make_shared<Log>(std::make_shared<spdlog::logger>("postern", std::move(sink)), level, format);
}

std::shared_ptr<Log> Log::to_stream(std::ostream& out, Level level, Format format) {
  auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(out);
  return std::make_shared<Log>(std::make_shared<spdlog::logger>("postern", std::move(sink)), level, format);
}

void Log::write(Level level, std::string_view event, std::initializer_list<Field> fields) {
  if (!wants(level)) return;
  std::string line;
  line.reserve(160);
  const bool json = format_ == Format::json;
  line += json ? R"({"time":")" : "";
  append_time(line);
  line += json ? R"(","level":")" : " ";
  line += name_of(level);
  line += json ? R"(","event":)" : " ";
  if (json) {
    append_json(line, event);
  } else {
    line += event;
  }
  for (const Field& field : fields) {
    const auto* text = std::get_if<std::string_view>(&field.value);
    if (text != nullptr && text->empty()) continue;
    line += json ? ",\"" : " ";
    line += field.name;
    line += json ? "\":" : "=";
    if (text == nullptr) {
      append_number(line, field.value);
    } else if (json || !is_plain(*text)) {
      append_json(line, *text);
    } else {
      line += *text;
    }
  }
  if (json) line += '}';
  lines_->log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace postern
