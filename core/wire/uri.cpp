#include "core/wire/uri.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/wire/characters.hpp"
#include "core/wire/http.hpp"
#include "core/wire/ip_address.hpp"

namespace postern::wire {
namespace {

/// The text up to the first of `ends`; `rest` then begins with that character, or is empty.
std::string_view take_until(std::string_view& rest, std::string_view ends);

std::optional<Malformed> read_scheme(std::string_view& rest, Uri& uri);
std::optional<Malformed> read_authority(std::string_view& rest, Uri& uri);
std::optional<Malformed> read_host(std::string_view host, Uri& uri);
std::optional<Malformed> read_port(std::string_view digits, Uri& uri);

/// Only unreserved characters, sub-delimiters, `extra`, and escapes. RFC 3986 s. 2, 3.3.
std::optional<Malformed> check_characters(std::string_view text, std::string_view extra, std::string_view part);

std::uint16_t default_port(std::string_view scheme);

Malformed expected(std::string_view what, std::string_view received) {
  return {"expected " + std::string(what) + ", received " + std::string(received)};
}

}  // namespace

Result<Uri, Malformed> Uri::parse(std::string_view text) {
  if (text.size() > max_uri_bytes) return expected("a URI of at most 8192 bytes", "a longer one");
  Uri uri;
  std::string_view rest = text;
  if (auto bad = read_scheme(rest, uri)) return *bad;
  if (rest.starts_with("//")) {
    rest.remove_prefix(2);
    uri.has_authority = true;
    if (auto bad = read_authority(rest, uri)) return *bad;
  }
  uri.path = take_until(rest, "?#");
  if (auto bad = check_characters(uri.path, ":@/", "path")) return *bad;
  if (rest.starts_with('?')) {
    rest.remove_prefix(1);
    uri.query = take_until(rest, "#");
    if (auto bad = check_characters(*uri.query, ":@/?", "query")) return *bad;
  }
  if (rest.starts_with('#')) {
    uri.fragment = rest.substr(1);
    if (auto bad = check_characters(*uri.fragment, ":@/?", "fragment")) return *bad;
  }
  // A browser mends "https:h" and "https:///h" to "https://h"; we would have judged another host (RFC 9110 s. 4.2).
  if (default_port(uri.scheme) != 0 && uri.host.empty()) return expected("a host after '//'", "none");
  return uri;
}

std::string Uri::to_string() const {
  std::string text = scheme + ":";
  if (has_authority) {
    text += "//";
    if (userinfo) text += *userinfo + "@";
    text += host;
    if (port) text += ":" + std::to_string(*port);
  }
  text += path;
  if (query) text += "?" + *query;
  if (fragment) text += "#" + *fragment;
  return text;
}

std::uint16_t Uri::effective_port() const { return port.value_or(default_port(scheme)); }

bool Uri::is_loopback() const { return host == "127.0.0.1" || host == "[::1]" || host == "localhost"; }

std::string Uri::origin() const {
  if (host.empty()) return "null";
  std::string text = scheme + "://" + host;
  if (effective_port() != default_port(scheme)) text += ":" + std::to_string(effective_port());
  return text;
}

bool same_resource(const Uri& left, const Uri& right) {
  const auto path_of = [](const Uri& uri) {
    return uri.has_authority && uri.path.empty() ? std::string_view("/") : std::string_view(uri.path);
  };
  return left.scheme == right.scheme && left.userinfo == right.userinfo && left.has_authority == right.has_authority &&
         left.host == right.host && left.effective_port() == right.effective_port() &&
         path_of(left) == path_of(right) && left.query == right.query && left.fragment == right.fragment;
}

bool has_dot_segment(std::string_view path) {
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    std::string_view segment = path.substr(0, end);
    path.remove_prefix(std::min(end + 1, path.size()));
    int dots = 0;
    while (!segment.empty()) {
      const bool escaped = segment.starts_with("%2e") || segment.starts_with("%2E");
      if (!escaped && segment.front() != '.') break;
      segment.remove_prefix(escaped ? 3 : 1);
      ++dots;
    }
    if (segment.empty() && (dots == 1 || dots == 2)) return true;
  }
  return false;
}

std::string append_query(std::string_view uri, std::string_view encoded) {
  if (encoded.empty()) return std::string(uri);
  const std::size_t end = std::min(uri.find('#'), uri.size());
  std::string text(uri.substr(0, end));
  const std::size_t mark = text.find('?');
  if (mark == std::string::npos) {
    text.push_back('?');
  } else if (mark + 1 < text.size() && text.back() != '&') {
    text.push_back('&');
  }
  text += encoded;
  text += uri.substr(end);
  return text;
}

namespace {

std::string_view take_until(std::string_view& rest, std::string_view ends) {
  const std::size_t end = std::min(rest.find_first_of(ends), rest.size());
  const std::string_view taken = rest.substr(0, end);
  rest.remove_prefix(end);
  return taken;
}

std::optional<Malformed> read_scheme(std::string_view& rest, Uri& uri) {
  const std::string_view scheme = take_until(rest, ":/?#");
  if (!rest.starts_with(':') || scheme.empty()) return expected("an absolute URI, scheme first", "none");
  const bool well_formed = is_letter(scheme.front()) && std::all_of(scheme.begin(), scheme.end(), [](char c) {
                             return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
                           });
  if (!well_formed) return expected("a scheme of letters, digits, '+', '-', '.'", "another character");
  uri.scheme = lower_case(scheme);
  rest.remove_prefix(1);
  return std::nullopt;
}

std::optional<Malformed> read_authority(std::string_view& rest, Uri& uri) {
  std::string_view authority = take_until(rest, "/?#");
  // The last '@' ends the userinfo, and an '@' inside it is not allowed: readers differ on which one counts.
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    uri.userinfo = authority.substr(0, at);
    if (auto bad = check_characters(*uri.userinfo, ":", "userinfo")) return bad;
    authority.remove_prefix(at + 1);
  }
  std::string_view host = authority;
  std::optional<std::string_view> port;
  const std::size_t bracket = authority.starts_with('[') ? authority.find(']') : 0;
  if (bracket == std::string_view::npos) return expected("']' after an IP literal", "none");
  if (const std::size_t colon = authority.find(':', bracket); colon != std::string_view::npos) {
    host = authority.substr(0, colon);
    port = authority.substr(colon + 1);
  }
  if (auto bad = read_host(host, uri)) return bad;
  if (!port) return std::nullopt;
  return read_port(*port, uri);
}

std::optional<Malformed> read_host(std::string_view host, Uri& uri) {
  if (host.starts_with('[')) {
    if (!host.ends_with(']')) return expected("':' or the path after ']'", "something else");
    // IPvFuture and zone identifiers (RFC 6874) name nothing that we could check or connect to.
    if (!is_ipv6(host.substr(1, host.size() - 2))) return expected("an IPv6 address in brackets", "something else");
  } else {
    if (auto bad = check_characters(host, "", "host")) return bad;
    // RFC 3986 allows escapes here. Browsers decode them and resolvers do not: two readers, two hosts.
    if (host.find('%') != std::string_view::npos) return expected("a host without escapes", "one with '%'");
    // "127.1", "0x7f.1" and "2130706433" are addresses to inet_aton, names to RFC 3986: a way round every host check.
    if (ends_in_number(host) && !is_ipv4(host)) return expected("an IPv4 address of four numbers", "another form");
  }
  uri.host = lower_case(host);
  return std::nullopt;
}

std::optional<Malformed> read_port(std::string_view digits, Uri& uri) {
  if (digits.empty()) return std::nullopt;
  unsigned port = 0;
  for (const char c : digits) {
    if (!is_digit(c)) return expected("a port in digits", "another character");
    port = port * 10 + static_cast<unsigned>(c - '0');
    if (port > 65535) return expected("a port up to 65535", "a larger one");
  }
  uri.port = static_cast<std::uint16_t>(port);
  return std::nullopt;
}

std::optional<Malformed> check_characters(std::string_view text, std::string_view extra, std::string_view part) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (is_unreserved(c) || is_sub_delimiter(c) || extra.find(c) != std::string_view::npos) continue;
    const std::string where = " at byte " + std::to_string(i) + " of the " + std::string(part);
    if (c != '%') return expected("a character of RFC 3986", "another one" + where);
    if (text.size() - i < 3 || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) {
      return expected("two hexadecimal digits after '%'", "something else" + where);
    }
    i += 2;
  }
  return std::nullopt;
}

std::uint16_t default_port(std::string_view scheme) {
  static constexpr std::array<std::pair<std::string_view, std::uint16_t>, 4> ports{
      {{"https", 443}, {"http", 80}, {"wss", 443}, {"ws", 80}}};
  for (const auto& [name, port] : ports) {
    if (name == scheme) return port;
  }
  return 0;
}

}  // namespace
}  // namespace postern::wire
