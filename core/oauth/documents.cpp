#include "core/oauth/documents.hpp"

#include <algorithm>
#include <charconv>

#include "core/crypto/hash.hpp"
#include "core/store/record.hpp"
#include "core/store/records.hpp"
#include "core/wire/base64.hpp"
#include "core/wire/json.hpp"

namespace postern::oauth {
namespace {

constexpr std::int64_t least_fresh = 300;
constexpr std::int64_t most_fresh = 86400;
constexpr Seconds kept_stale{86400};
constexpr Seconds between_refetches{60};

std::optional<Json> parse_object(std::string_view text);
std::optional<Json> fetch_anew(Ask& ask, Commit& commit, const store::Found<store::Document>& kept,
                               std::string_view url, Reach reach);
void keep(Commit& commit, const store::Found<store::Document>& kept, const store::Document& document);

}  // namespace

std::optional<Json> document(Ask& ask, Commit& commit, std::string_view url, Reach reach, Freshness freshness) {
  const std::string key = store::Document::key(wire::base64url(crypto::sha256(url)));
  const auto kept = store::load<store::Document>(ask, key);
  if (ask.pending()) return std::nullopt;
  const UnixSeconds now = ask.facts().now();
  const bool good = kept && kept->url == url && !kept->body.empty();
  const bool just_tried = kept && now < kept->refetched + between_refetches;
  const bool is_fresh = good && now < kept->fresh_until;
  if (just_tried || (is_fresh && freshness == Freshness::cached)) {
    return good ? parse_object(kept->body) : std::nullopt;
  }
  return fetch_anew(ask, commit, kept, url, reach);
}

std::optional<std::int64_t> max_age(const wire::Headers& headers) {
  const std::string* field = wire::find_header(headers, "Cache-Control");
  if (field == nullptr) return std::nullopt;
  std::optional<std::int64_t> age;
  std::string_view rest = *field;
  while (!rest.empty()) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    const std::string directive = wire::lower_case(wire::trim_ows(rest.substr(0, comma)));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
    if (directive == "no-store" || directive == "no-cache") return 0;
    constexpr std::string_view name = "max-age=";
    if (!directive.starts_with(name)) continue;
    std::int64_t seconds = 0;
    const char* const end = directive.data() + directive.size();
    const auto [stop, error] = std::from_chars(directive.data() + name.size(), end, seconds);
    if (error == std::errc() && stop == end && seconds >= 0) age = seconds;
  }
  return age;
}

namespace {

std::optional<Json> fetch_anew(Ask& ask, Commit& commit, const store::Found<store::Document>& kept,
                               std::string_view url, Reach reach) {
  const Fetched* fetched = ask(Fetch{"GET", std::string(url), {{"Accept", "application/json"}}, "", reach});
  if (fetched == nullptr) return std::nullopt;
  const UnixSeconds now = ask.facts().now();
  std::optional<Json> parsed = fetched->status == 200 ? parse_object(fetched->body) : std::nullopt;
  if (!parsed) {
    // Remembered as tried, so that a server in trouble is not asked by each request anew.
    store::Document tried = kept ? *kept : store::Document{std::string(url), {}, now, now, now};
    tried.refetched = now;
    keep(commit, kept, tried);
    return kept && kept->url == url && !kept->body.empty() ? parse_object(kept->body) : std::nullopt;
  }
  const std::int64_t fresh = std::clamp(max_age(fetched->headers).value_or(least_fresh), least_fresh, most_fresh);
  const bool before_its_time = kept && now < kept->fresh_until;
  keep(commit, kept,
       store::Document{std::string(url), fetched->body, now, now + Seconds{fresh},
                       before_its_time ? now : UnixSeconds{}});
  return parsed;
}

void keep(Commit& commit, const store::Found<store::Document>& kept, const store::Document& document) {
  store::replace(commit, kept, document, document.fresh_until + kept_stale);
}

// A document may say anything, but not the same thing twice.
std::optional<Json> parse_object(std::string_view text) {
  auto parsed = wire::parse_json(text);
  if (!parsed || !parsed->is_object()) return std::nullopt;
  return std::move(parsed).value();
}

}  // namespace
}  // namespace postern::oauth
