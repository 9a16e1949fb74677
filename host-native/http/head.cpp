#include "host-native/http/head.hpp"

#include <algorithm>
#include <utility>

namespace postern::http {
namespace {

constexpr std::size_t longest_method = 32;

std::optional<Rejected> read_request_line(std::string_view line, const HeadLimits& limits, Head& head);
std::optional<Rejected> read_field(std::string_view line, Head& head);
std::optional<Rejected> read_framing(Head& head);

std::string_view without_leading_empty_lines(std::string_view bytes) {
  while (bytes.starts_with("\r\n")) bytes.remove_prefix(2);
  return bytes;
}

constexpr Rejected target_too_long{414, "The URI is too long."};
constexpr Rejected header_too_large{431, "The header is too large."};

}  // namespace

std::variant<std::optional<std::size_t>, Rejected> find_head(std::string_view received, const HeadLimits& limits) {
  const std::string_view bytes = without_leading_empty_lines(received);
  if (received.size() - bytes.size() > 4) return Rejected{400, "Expected a request, got empty lines."};
  const std::size_t end = bytes.find("\r\n\r\n");
  const std::string_view head = bytes.substr(0, end == std::string_view::npos ? bytes.size() : end + 4);

  const std::size_t first_line = std::min(head.find("\r\n"), head.size());
  if (first_line > limits.target + longest_method + 16) return target_too_long;
  for (std::size_t at = head.find('\n'); at != std::string_view::npos; at = head.find('\n', at + 1)) {
    if (at == 0 || head[at - 1] != '\r') return Rejected{400, "Expected lines that end with CR LF."};
  }
  if (head.size() - first_line > limits.header_bytes + 4) return header_too_large;
  if (end == std::string_view::npos) return std::nullopt;
  return std::optional<std::size_t>(received.size() - bytes.size() + head.size());
}

std::variant<Head, Rejected> parse_head(std::string_view bytes, const HeadLimits& limits) {
  bytes = without_leading_empty_lines(bytes);
  Head head;
  std::size_t end = bytes.find("\r\n");
  if (end == std::string_view::npos) return Rejected{400, "Expected a request line."};
  if (auto rejected = read_request_line(bytes.substr(0, end), limits, head)) return *rejected;
  while (true) {
    bytes.remove_prefix(end + 2);
    end = bytes.find("\r\n");
    if (end == 0 || end == std::string_view::npos) break;
    if (head.headers.size() == limits.fields) return header_too_large;
    if (auto rejected = read_field(bytes.substr(0, end), head)) return *rejected;
  }
  if (auto rejected = read_framing(head)) return *rejected;
  return head;
}

namespace {

// RFC 9112 s. 3: method SP target SP version, each space exactly one.
std::optional<Rejected> read_request_line(std::string_view line, const HeadLimits& limits, Head& head) {
  constexpr Rejected malformed{400, "Expected a request line: method, target, HTTP/1.1."};
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return malformed;
  const std::string_view method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);
  if (method.size() > longest_method || !wire::is_token(method)) return malformed;
  const auto visible = [](char c) { return c > ' ' && c < 0x7f; };
  if (target.empty() || !std::all_of(target.begin(), target.end(), visible)) return malformed;
  if (version != "HTTP/1.1" && version != "HTTP/1.0") {
    if (version.size() == 8 && version.starts_with("HTTP/")) return Rejected{505, "Expected HTTP/1.1."};
    return malformed;
  }
  if (target.size() > limits.target) return target_too_long;
  head.method = method;
  head.target = target;
  head.minor_version = version.back() - '0';
  return std::nullopt;
}

// RFC 9112 s. 5: no space before the colon, no line folding.
std::optional<Rejected> read_field(std::string_view line, Head& head) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || !wire::is_token(line.substr(0, colon))) {
    return Rejected{400, "Expected a header field: name, colon, value."};
  }
  const std::string_view value = wire::trim_ows(line.substr(colon + 1));
  if (!wire::is_field_value(value)) return Rejected{400, "A header field has a control character."};
  head.headers.push_back(wire::Header{std::string(line.substr(0, colon)), std::string(value)});
  return std::nullopt;
}

std::optional<std::uint64_t> parse_length(std::string_view text) {
  if (text.empty() || text.size() > 18) return std::nullopt;
  std::uint64_t length = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    length = length * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return length;
}

bool lists(std::string_view field, std::string_view token) {
  while (!field.empty()) {
    const std::size_t comma = std::min(field.find(','), field.size());
    if (wire::equal_ignoring_case(wire::trim_ows(field.substr(0, comma)), token)) return true;
    field.remove_prefix(std::min(comma + 1, field.size()));
  }
  return false;
}

// RFC 9112 s. 6: where the body ends. One answer or none.
std::optional<Rejected> read_framing(Head& head) {
  constexpr Rejected unclear{400, "The length of the body is not clear."};
  bool close = head.minor_version == 0;
  std::size_t lengths = 0;
  std::size_t codings = 0;
  for (const wire::Header& header : head.headers) {
    if (wire::equal_ignoring_case(header.name, "Content-Length")) {
      ++lengths;
      head.content_length = parse_length(header.value);
      if (!head.content_length) return unclear;
    } else if (wire::equal_ignoring_case(header.name, "Transfer-Encoding")) {
      ++codings;
      if (!wire::equal_ignoring_case(header.value, "chunked")) {
        // Where chunked does not come last, nobody can tell where the body ends (RFC 9112 s. 6.3).
        const bool ends_chunked =
            lists(header.value.substr(std::min(header.value.rfind(',') + 1, header.value.size())), "chunked");
        return ends_chunked ? Rejected{501, "Expected no transfer coding but chunked."} : unclear;
      }
      head.chunked = true;
    } else if (wire::equal_ignoring_case(header.name, "Connection")) {
      if (lists(header.value, "close")) close = true;
      if (head.minor_version == 0 && lists(header.value, "keep-alive")) close = false;
    } else if (wire::equal_ignoring_case(header.name, "Expect")) {
      if (!wire::equal_ignoring_case(header.value, "100-continue")) return Rejected{417, "Expected 100-continue."};
      head.expects_continue = head.minor_version == 1;
    }
  }
  if (lengths > 1 || codings > 1 || (lengths != 0 && codings != 0)) return unclear;
  if (head.chunked && head.minor_version == 0) return unclear;  // RFC 9112 s. 6.1
  head.keep_alive = !close;
  return std::nullopt;
}

}  // namespace
}  // namespace postern::http
