#include "core/mcp/schema_uri.hpp"

namespace postern::mcp::schema {
namespace {

/// The components, each with its delimiters, so that an absent one is empty (RFC 3986 s. 5.3 joins them as they are).
struct Parts {
  std::string_view scheme;     // "https:"
  std::string_view authority;  // "//example.com"
  std::string_view path;
  std::string_view query;  // "?x"
};

Parts split(std::string_view uri) {
  Parts parts;
  uri = uri.substr(0, uri.find('#'));
  const std::size_t mark = uri.find_first_of(":/?");
  if (mark != std::string_view::npos && mark > 0 && uri[mark] == ':') {
    parts.scheme = uri.substr(0, mark + 1);
    uri.remove_prefix(mark + 1);
  }
  if (const std::size_t query = uri.find('?'); query != std::string_view::npos) {
    parts.query = uri.substr(query);
    uri = uri.substr(0, query);
  }
  if (uri.substr(0, 2) == "//") {
    const std::size_t end = uri.find('/', 2);
    parts.authority = uri.substr(0, end);
    uri.remove_prefix(parts.authority.size());
  }
  parts.path = uri;
  return parts;
}

// RFC 3986 s. 5.2.4, segment by segment.
std::string remove_dot_segments(std::string_view path) {
  std::string kept;
  const bool rooted = path.substr(0, 1) == "/";
  if (rooted) path.remove_prefix(1);
  while (true) {
    const std::size_t slash = path.find('/');
    const std::string_view segment = path.substr(0, slash);
    const bool last = slash == std::string_view::npos;
    if (segment == "..") {
      // `kept` is empty or ends with '/': drop its last segment.
      const std::size_t end = kept.size() < 2 ? std::string::npos : kept.rfind('/', kept.size() - 2);
      kept.resize(end == std::string::npos ? 0 : end + 1);
    } else if (segment != ".") {
      kept += segment;
      if (!last) kept += '/';
    }
    if (last) return rooted ? "/" + kept : kept;
    path.remove_prefix(slash + 1);
  }
}

std::string join(std::string_view scheme, std::string_view authority, std::string_view path, std::string_view query) {
  std::string uri(scheme);
  uri += authority;
  uri += path;
  return uri += query;
}

}  // namespace

std::string resolve_uri(std::string_view base, std::string_view reference) {
  const Parts from = split(base);
  const Parts to = split(reference);
  // A path without a root behind a scheme (a URN) is no hierarchy, and its dots mean nothing.
  if (!to.scheme.empty() && to.authority.empty() && to.path.substr(0, 1) != "/") {
    return join(to.scheme, {}, to.path, to.query);
  }
  if (!to.scheme.empty()) return join(to.scheme, to.authority, remove_dot_segments(to.path), to.query);
  if (!to.authority.empty()) return join(from.scheme, to.authority, remove_dot_segments(to.path), to.query);
  if (to.path.empty()) return join(from.scheme, from.authority, from.path, to.query.empty() ? from.query : to.query);
  if (to.path[0] == '/') return join(from.scheme, from.authority, remove_dot_segments(to.path), to.query);
  std::string merged;
  if (from.path.empty() && !from.authority.empty()) merged = "/";
  merged += from.path.substr(0, from.path.rfind('/') + 1);
  merged += to.path;
  return join(from.scheme, from.authority, remove_dot_segments(merged), to.query);
}

std::string_view fragment_of(std::string_view reference) {
  const std::size_t mark = reference.find('#');
  return mark == std::string_view::npos ? std::string_view() : reference.substr(mark + 1);
}

}  // namespace postern::mcp::schema
