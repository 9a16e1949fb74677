#include "core/oauth/cookies.hpp"

#include "core/crypto/hash.hpp"
#include "core/wire/base64.hpp"
#include "core/wire/http.hpp"

namespace postern::oauth {
namespace {

constexpr std::string_view browser_name = "postern_browser";
constexpr std::string_view login_name = "postern_login";
constexpr std::size_t browser_bytes = 32;

std::string full_name(const Authority& authority, std::string_view name) {
  return (authority.secure ? "__Host-" : "") + std::string(name);
}

// Some proxies split the field (RFC 9113 s. 8.2.3), so every one of them is looked through.
std::optional<std::string_view> find(const Authority& authority, const HttpRequest& request, std::string_view name) {
  const std::string full = full_name(authority, name);
  for (const wire::Header& header : request.headers) {
    if (!wire::equal_ignoring_case(header.name, "Cookie")) continue;
    if (const auto value = wire::cookie(header.value, full)) return value;
  }
  return std::nullopt;
}

void set(const Authority& authority, std::string_view name, std::string_view value, std::int64_t max_age,
         Reply& reply) {
  std::string field = full_name(authority, name).append("=").append(value) + "; Path=/; HttpOnly; SameSite=Lax";
  if (authority.secure) field += "; Secure";
  field += "; Max-Age=" + std::to_string(max_age);
  reply.headers.push_back({"Set-Cookie", std::move(field)});
}

}  // namespace

std::string Browser::hash() const { return wire::base64url(crypto::sha256(value)); }

std::optional<Browser> known_browser(const Authority& authority, const HttpRequest& request) {
  const auto value = find(authority, request, browser_name);
  if (!value) return std::nullopt;
  const auto bytes = wire::from_base64url(*value);
  if (!bytes || bytes->size() != browser_bytes) return std::nullopt;
  return Browser{std::string(*value), false};
}

Browser browser_of(const Authority& authority, const HttpRequest& request, const Facts& facts) {
  if (auto known = known_browser(authority, request)) return *known;
  return Browser{wire::base64url(facts.draw("browser cookie")), true};
}

std::optional<std::string> login_cookie(const Authority& authority, const HttpRequest& request) {
  const auto value = find(authority, request, login_name);
  return value ? std::optional<std::string>(*value) : std::nullopt;
}

void set_browser(const Authority& authority, const Browser& browser, Reply& reply) {
  constexpr std::int64_t year = 365 * 86400;
  if (browser.is_new) set(authority, browser_name, browser.value, year, reply);
}

void set_login(const Authority& authority, std::string_view sealed, Reply& reply) {
  set(authority, login_name, sealed, authority.lifetimes.login.count, reply);
}

void clear_login(const Authority& authority, Reply& reply) { set(authority, login_name, "", 0, reply); }

}  // namespace postern::oauth
