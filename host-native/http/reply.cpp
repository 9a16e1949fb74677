#include "host-native/http/reply.hpp"

#include <algorithm>
#include <array>
#include <ctime>

#include "core/server/boundary.hpp"

namespace postern::http {
namespace {

constexpr std::string_view reason_of(int status);
const std::string& date();
bool is_host_field(std::string_view name);

}  // namespace

std::string print_head(int status, const wire::Headers& headers, Framing framing, std::size_t length, bool close) {
  std::string head;
  head.reserve(512);
  head.append("HTTP/1.1 ").append(std::to_string(status)).append(" ").append(reason_of(status)).append("\r\n");
  head.append("Date: ").append(date()).append("\r\n");
  for (const wire::Header& header : headers) {
    if (is_host_field(header.name) || !wire::is_token(header.name) || !wire::is_field_value(header.value)) continue;
    head.append(header.name).append(": ").append(header.value).append("\r\n");
  }
  if (framing == Framing::chunked) {
    head.append("Transfer-Encoding: chunked\r\n");
  } else if (framing == Framing::length && status != 204 && status != 304 && status >= 200) {
    head.append("Content-Length: ").append(std::to_string(length)).append("\r\n");
  }
  if (close) head.append("Connection: close\r\n");
  head.append("\r\n");
  return head;
}

Reply refusal(int status, std::string_view reason) {
  Reply reply = server::json_error(status, "invalid_request", reason);
  server::allow_cross_origin(reply);
  return reply;
}

namespace {

// RFC 9110 s. 15. For people only: clients go by the number.
constexpr std::string_view reason_of(int status) {
  struct Name {
    int status;
    std::string_view reason;
  };
  constexpr std::array names = {Name{200, "OK"},
                                Name{201, "Created"},
                                Name{202, "Accepted"},
                                Name{204, "No Content"},
                                Name{302, "Found"},
                                Name{303, "See Other"},
                                Name{304, "Not Modified"},
                                Name{400, "Bad Request"},
                                Name{401, "Unauthorized"},
                                Name{403, "Forbidden"},
                                Name{404, "Not Found"},
                                Name{405, "Method Not Allowed"},
                                Name{406, "Not Acceptable"},
                                Name{409, "Conflict"},
                                Name{413, "Content Too Large"},
                                Name{414, "URI Too Long"},
                                Name{415, "Unsupported Media Type"},
                                Name{417, "Expectation Failed"},
                                Name{429, "Too Many Requests"},
                                Name{431, "Request Header Fields Too Large"},
                                Name{500, "Internal Server Error"},
                                Name{501, "Not Implemented"},
                                Name{503, "Service Unavailable"},
                                Name{505, "HTTP Version Not Supported"}};
  for (const Name& name : names) {
    if (name.status == status) return name.reason;
  }
  return "Status";
}

// RFC 9110 s. 6.6.1: whoever has a clock sends it. Printed once a second for each thread.
const std::string& date() {
  thread_local std::time_t printed = 0;
  thread_local std::string text;
  const std::time_t now = std::time(nullptr);
  if (now == printed) return text;
  constexpr std::array<const char*, 7> days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 24> rest{};
  text = days[static_cast<std::size_t>(parts.tm_wday)];
  std::strftime(rest.data(), rest.size(), ", %d ", &parts);
  text += rest.data();
  text += months[static_cast<std::size_t>(parts.tm_mon)];
  std::strftime(rest.data(), rest.size(), " %Y %H:%M:%S GMT", &parts);
  text += rest.data();
  printed = now;
  return text;
}

bool is_host_field(std::string_view name) {
  constexpr std::array own = {std::string_view("Content-Length"), std::string_view("Transfer-Encoding"),
                              std::string_view("Connection"), std::string_view("Date")};
  return std::any_of(own.begin(), own.end(),
                     [&](std::string_view mine) { return wire::equal_ignoring_case(name, mine); });
}

}  // namespace
}  // namespace postern::http
