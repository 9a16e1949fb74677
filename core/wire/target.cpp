// The request target: declared in http.hpp.
#include <algorithm>
#include <cstddef>

#include "core/wire/characters.hpp"
#include "core/wire/http.hpp"
#include "core/wire/uri.hpp"

namespace postern::wire {
namespace {

std::optional<Malformed> check(std::string_view text, std::string_view extra, bool is_path);
bool is_unfit_escape(int byte);

}  // namespace

Result<Target, Malformed> parse_target(std::string_view text) {
  if (text.size() > max_uri_bytes) return Malformed{"expected a target of at most 8192 bytes, received a longer one"};
  Target target;
  if (text.starts_with('/')) {
    const std::size_t mark = std::min(text.find('?'), text.size());
    target.path = text.substr(0, mark);
    target.query = text.substr(std::min(mark + 1, text.size()));
  } else {
    auto uri = Uri::parse(text);
    if (!uri || (uri->scheme != "http" && uri->scheme != "https") || uri->fragment || uri->userinfo) {
      return Malformed{"expected a target that begins with '/', or an absolute http(s) URI, received another form"};
    }
    target.path = uri->path.empty() ? "/" : uri->path;
    target.query = uri->query.value_or("");
  }
  if (auto bad = check(target.path, ":@/", true)) return *bad;
  if (auto bad = check(target.query, ":@/?", false)) return *bad;
  if (has_dot_segment(target.path)) return Malformed{"expected a path without dot segments, received '.' or '..'"};
  return target;
}

namespace {

std::optional<Malformed> check(std::string_view text, std::string_view extra, bool is_path) {
  const std::string where = is_path ? " in the path of the target" : " in the query of the target";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (is_unreserved(c) || is_sub_delimiter(c) || extra.find(c) != std::string_view::npos) continue;
    // Browsers send these raw in a query (WHATWG URL, query percent-encode set), and they mean nothing to anyone.
    if (!is_path && std::string_view("[]{}|^`").find(c) != std::string_view::npos) continue;
    if (c != '%') return Malformed{"expected characters of RFC 3986" + where + ", received another one"};
    const bool whole = text.size() - i >= 3 && is_hex(text[i + 1]) && is_hex(text[i + 2]);
    if (!whole) return Malformed{"expected two hexadecimal digits after '%'" + where + ", received something else"};
    if (is_path && is_unfit_escape(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]))) {
      return Malformed{"expected no escaped control character, slash or backslash" + where + ", received one"};
    }
    i += 2;
  }
  return std::nullopt;
}

// A proxy that decodes before it routes sees other segments than one that does not.
bool is_unfit_escape(int byte) { return byte < 0x20 || byte == 0x7F || byte == '/' || byte == '\\'; }

}  // namespace
}  // namespace postern::wire
