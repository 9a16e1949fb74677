#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "core/mcp/catalog.hpp"
#include "core/wire/json.hpp"

namespace postern::mcp {
namespace {

constexpr std::uint32_t steps_per_place = 1 << 16;
constexpr std::uint32_t max_requests = 32;

bool is_limit(const UpstreamResponse& response);
Seconds retry_after(const UpstreamResponse& response, UnixSeconds now);
std::optional<std::int64_t> number_in(const wire::Headers& headers, std::string_view name);

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

// Seen only where nothing was asked for.
ToolResult Run::wait() const {
  ToolResult nothing = ToolResult::error("The tool failed.");
  nothing.fault = "it waits, and has asked for nothing";
  return nothing;
}

UpstreamResponse Run::fetch_as_user(const UpstreamRequest& request) {
  UpstreamResponse refused{UpstreamResponse::Kind::refused};
  refused.problem = "expected at most 32 requests in one run";
  if (++requests_ > max_requests) return refused;
  if (upstream_ == nullptr) return {};
  Ask own(ask.facts());  // So that several can be on their way at once.
  UpstreamResponse response = (*upstream_)(own, request, place_ * steps_per_place + requests_);
  ask.join(own);
  return response;
}

ProviderAnswer Run::ask_provider(const std::string& path) {
  using Kind = ProviderAnswer::Kind;
  if (upstream_ == nullptr) return {};
  UpstreamResponse response = (*upstream_)(ask, {"GET", path}, 0);
  ProviderAnswer answer{Kind::none, std::move(response.provider), {}, response.status};
  switch (response.kind) {
    case UpstreamResponse::Kind::waiting:
      answer.kind = Kind::waiting;
      return answer;
    case UpstreamResponse::Kind::none:
    case UpstreamResponse::Kind::refused:
      return answer;
    case UpstreamResponse::Kind::gone:
      answer.kind = Kind::gone;
      return answer;
    case UpstreamResponse::Kind::unreachable:
      answer.kind = Kind::unreachable;
      return answer;
    case UpstreamResponse::Kind::answered:
      break;
  }
  if (is_limit(response)) {
    answer.kind = Kind::limited;
    answer.retry_after = retry_after(response, now());
    return answer;
  }
  answer.kind = Kind::unreachable;
  if (response.status >= 500) return answer;
  auto body = wire::parse_json(response.body);
  answer.kind = response.status == 200 && body ? Kind::ok : Kind::refused;
  if (answer.kind == Kind::ok) answer.body = std::move(body).value();
  return answer;
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

namespace {

// GitHub answers 403 or 429 to both of its limits; one of these fields tells them from a refusal.
bool is_limit(const UpstreamResponse& response) {
  if (response.status == 429) return true;
  return response.status == 403 && (wire::find_header(response.headers, "Retry-After") != nullptr ||
                                    number_in(response.headers, "X-RateLimit-Remaining") == 0);
}

Seconds retry_after(const UpstreamResponse& response, UnixSeconds now) {
  if (const auto seconds = number_in(response.headers, "Retry-After")) return Seconds{*seconds};
  const auto reset = number_in(response.headers, "X-RateLimit-Reset");
  return Seconds{reset ? std::max<std::int64_t>(*reset - now.count, 0) : 0};
}

std::optional<std::int64_t> number_in(const wire::Headers& headers, std::string_view name) {
  const std::string* text = wire::find_header(headers, name);
  if (text == nullptr) return std::nullopt;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc() || end != text->data() + text->size() || number < 0) return std::nullopt;
  return number;
}

}  // namespace

}  // namespace postern::mcp
