#include "core/wire/redirect_uri.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "core/wire/characters.hpp"

namespace postern::wire {
namespace {

std::optional<Malformed> check_scheme(const Uri& uri, const RedirectPolicy& policy);
std::optional<Malformed> check_host(const Uri& uri);
bool is_dangerous(std::string_view scheme);
bool is_private_use_scheme(std::string_view scheme);

/// Where the port with its colon stands in the text of a loopback URI; an empty range when it has none.
std::pair<std::size_t, std::size_t> port_in(std::string_view loopback);

}  // namespace

Result<RedirectUri, Malformed> RedirectUri::parse(std::string_view text, const RedirectPolicy& policy) {
  auto parsed = Uri::parse(text);
  if (!parsed) return parsed.error();
  const Uri& uri = *parsed;
  if (auto bad = check_scheme(uri, policy)) return *bad;
  if (auto bad = check_host(uri)) return *bad;
  if (uri.fragment) return Malformed{"expected a redirect URI without fragment, received one with '#'"};
  if (uri.userinfo)
    return Malformed{"expected a redirect URI without userinfo, received one with '@' in its authority"};
  // A browser folds them before it asks: it would visit another path than the one that was registered and shown.
  if (has_dot_segment(uri.path)) return Malformed{"expected a path without dot segments, received '.' or '..'"};
  return RedirectUri(std::string(text), std::move(parsed).value());
}

RedirectUri::RedirectUri(std::string text, Uri uri) : text_(std::move(text)), uri_(std::move(uri)) {}

std::string RedirectUri::without_loopback_port() const {
  if (!is_loopback()) return text_;
  const auto [begin, end] = port_in(text_);
  return text_.substr(0, begin) + text_.substr(end);
}

std::string RedirectUri::display_host() const {
  if (is_private_use()) return uri_.scheme + (uri_.host.empty() ? ":" : "://" + uri_.host);
  const std::string origin = uri_.origin();
  return origin.substr(uri_.scheme.size() + 3);
}

bool matches(const RedirectUri& registered, const RedirectUri& presented) {
  if (registered.text() == presented.text()) return true;
  return registered.is_loopback() && presented.is_loopback() &&
         registered.without_loopback_port() == presented.without_loopback_port();
}

namespace {

std::optional<Malformed> check_scheme(const Uri& uri, const RedirectPolicy& policy) {
  if (uri.scheme == "https") return std::nullopt;
  if (uri.scheme == "http") {
    // Anyone on the way could take the code (OAuth 2.1 s. 1.5); off loopback there is a way.
    if (uri.is_loopback()) return std::nullopt;
    return Malformed{"expected https, or http on 127.0.0.1, [::1] or localhost, received http on another host"};
  }
  if (is_dangerous(uri.scheme)) {
    return Malformed{"expected https or an application's own scheme, received a scheme that is never allowed"};
  }
  if (!policy.allow_private_use) return Malformed{"expected https or loopback http, received another scheme"};
  if (!is_private_use_scheme(uri.scheme)) {
    return Malformed{"expected a private-use scheme with a dot in it (RFC 8252 section 7.1), received one without"};
  }
  return std::nullopt;
}

// "*.client.example" is no host. Who registers it means every host of that domain, a forgotten one that somebody else has
// taken over among them, and whoever reads it as a pattern grants that.
std::optional<Malformed> check_host(const Uri& uri) {
  if (uri.host.find('*') != std::string::npos) return Malformed{"expected a host without '*', received a pattern"};
  if (uri.scheme != "https" || uri.host.starts_with('[')) return std::nullopt;
  const bool is_name = std::all_of(uri.host.begin(), uri.host.end(), [](char c) {
    return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '.';
  });
  if (is_name && !uri.host.starts_with('.') && uri.host.find("..") == std::string::npos) return std::nullopt;
  return Malformed{"expected a host of letters, digits, '-', '_' and single dots, received another"};
}

// A browser runs these, shows what the URI itself contains, or hands them to a program with the attacker's arguments.
bool is_dangerous(std::string_view scheme) {
  static constexpr auto names = std::to_array<std::string_view>(
      {"about",  "blob",     "cid",         "content", "data",   "feed",     "file",       "filesystem",
       "ftp",    "ftps",     "gopher",      "help",    "intent", "jar",      "javascript", "ldap",
       "mailto", "mhtml",    "mocha",       "nfs",     "res",    "resource", "search",     "search-ms",
       "sftp",   "shell",    "sip",         "smb",     "sms",    "ssh",      "tel",        "telnet",
       "vbs",    "vbscript", "view-source", "webdav",  "ws",     "wss",      "livescript", "jdbc"});
  static constexpr auto prefixes =
      std::to_array<std::string_view>({"ms-", "microsoft-", "moz-", "x-apple.", "x-apple-", "chrome", "edge"});
  return std::find(names.begin(), names.end(), scheme) != names.end() ||
         std::any_of(prefixes.begin(), prefixes.end(), [&](auto prefix) { return scheme.starts_with(prefix); });
}

bool is_private_use_scheme(std::string_view scheme) {
  // RFC 8252 s. 7.1 wants a reversed domain name. These clients are older than their reading of it.
  static constexpr auto names = std::to_array<std::string_view>(
      {"antigravity",     "chatgpt",   "cherrystudio", "claude",   "claude-code",   "codex", "cursor", "cursor-nightly",
       "goose",           "jetbrains", "kiro",         "lmstudio", "raycast",       "trae",  "void",   "vscode",
       "vscode-insiders", "vscodium",  "warp",         "windsurf", "windsurf-next", "zed"});
  if (std::find(names.begin(), names.end(), scheme) != names.end()) return true;
  const std::size_t dot = scheme.find('.');
  return dot != std::string_view::npos && dot != 0 && dot + 1 < scheme.size();
}

std::pair<std::size_t, std::size_t> port_in(std::string_view loopback) {
  const std::size_t authority = loopback.find("//") + 2;
  const std::size_t end = std::min(loopback.find_first_of("/?#", authority), loopback.size());
  const std::size_t bracket = loopback.substr(authority).starts_with('[') ? loopback.find(']', authority) : authority;
  return {std::min(loopback.find(':', bracket), end), end};
}

}  // namespace
}  // namespace postern::wire
