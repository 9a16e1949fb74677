#include "core/oauth/documents.hpp"

#include <algorithm>
#include <array>
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

using Read = Result<Json, NoDocument>;

std::string key_of(std::string_view url, Reach reach, const DocumentLimits& limits);
store::Found<store::Document> load_kept(Ask& ask, std::string_view url, Reach reach, const DocumentLimits& limits) {
  return store::load<store::Document>(ask, key_of(url, reach, limits));
}
bool is_fresh(const store::Found<store::Document>& kept, UnixSeconds now) {
  return kept && !kept->body.empty() && now < kept->fresh_until;
}

Read kept_copy(const store::Found<store::Document>& kept, std::string_view url, NoDocument otherwise);
Read fetch_anew(Ask& ask, Commit& commit, const store::Found<store::Document>& kept, const Fetch& fetch,
                bool remembers_errors);
Read read_answer(const Fetched& fetched);
NoDocument problem_of(const Fetched& fetched);
/// RFC 9110 s. 15.5.5, 15.5.11, 15.4.2, 15.4.9: the document is not there any more, and no copy of it serves.
bool says_gone(const Fetched& fetched);
void keep(Commit& commit, const store::Found<store::Document>& kept, const store::Document& document);

}  // namespace

Read document(Ask& ask, Commit& commit, std::string_view url, Reach reach, Freshness freshness,
              const DocumentLimits& limits) {
  const auto kept = load_kept(ask, url, reach, limits);
  if (ask.pending()) return NoDocument{"not read yet"};
  const UnixSeconds now = ask.facts().now();
  const bool just_tried = kept && now < kept->refetched + between_refetches;
  if (just_tried || (is_fresh(kept, now) && freshness == Freshness::cached)) {
    return kept_copy(kept, url, {"it could not be read a moment ago; try again in a minute", true});
  }
  return fetch_anew(
      ask, commit, kept,
      Fetch{
          "GET", std::string(url), {{"Accept", "application/json"}}, "", reach, limits.most_bytes, limits.milliseconds},
      limits.remembers_errors);
}

Read first_document(Ask& ask, Commit& commit, const std::vector<std::string>& urls, Reach reach) {
  std::vector<store::Found<store::Document>> kept;
  for (const std::string& url : urls) kept.push_back(load_kept(ask, url, reach, {}));
  if (ask.pending()) return NoDocument{"not read yet"};
  for (std::size_t i = 0; i < urls.size(); ++i) {
    if (is_fresh(kept[i], ask.facts().now())) return document(ask, commit, urls[i], reach);
  }
  std::vector<Read> reads;
  for (const std::string& url : urls) reads.push_back(document(ask, commit, url, reach));
  if (ask.pending() || reads.empty()) return NoDocument{"not read yet"};
  const auto found = std::find_if(reads.begin(), reads.end(), [](const Read& read) { return bool(read); });
  return std::move(found == reads.end() ? reads.front() : *found);
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

// A stranger names the URL of a provider's keys as a client_id: what is refused to the stranger, or is too long for a
// client's document, must not stand in the way of the login.
std::string key_of(std::string_view url, Reach reach, const DocumentLimits& limits) {
  std::string read = reach == Reach::configured ? "configured " : "stranger ";
  read += std::to_string(limits.most_bytes) + ' ';
  return store::Document::key(wire::base64url(crypto::sha256(read.append(url))));
}

Read kept_copy(const store::Found<store::Document>& kept, std::string_view url, NoDocument otherwise) {
  if (!kept || kept->url != url || kept->body.empty()) return otherwise;
  auto parsed = wire::parse_json(kept->body);
  if (!parsed) return otherwise;
  return std::move(parsed).value();
}

Read fetch_anew(Ask& ask, Commit& commit, const store::Found<store::Document>& kept, const Fetch& fetch,
                bool remembers_errors) {
  const Fetched* fetched = ask(fetch);
  if (fetched == nullptr) return NoDocument{"not read yet"};
  const UnixSeconds now = ask.facts().now();
  Read read = read_answer(*fetched);
  if (!read) {
    // Remembered as tried, so that a server in trouble is not asked by each request anew.
    const bool may_serve = kept && !kept->body.empty() && !says_gone(*fetched);
    if (!may_serve && fetched->status != 0 && !remembers_errors) {
      if (kept) store::erase(commit, kept);
      return read;
    }
    store::Document tried = may_serve ? *kept : store::Document{fetch.url, {}, now, now, now};
    tried.refetched = now;
    keep(commit, kept, tried);
    return may_serve ? kept_copy(kept, fetch.url, read.error()) : std::move(read);
  }
  const std::int64_t fresh = std::clamp(max_age(fetched->headers).value_or(least_fresh), least_fresh, most_fresh);
  const bool before_its_time = kept && now < kept->fresh_until;
  keep(commit, kept,
       store::Document{fetch.url, fetched->body, now, now + Seconds{fresh}, before_its_time ? now : UnixSeconds{}});
  return read;
}

// A document may say anything, but not the same thing twice.
Read read_answer(const Fetched& fetched) {
  if (fetched.status != 200) return problem_of(fetched);
  auto parsed = wire::parse_json(fetched.body);
  if (!parsed || !parsed->is_object()) return NoDocument{"it is no JSON object"};
  return std::move(parsed).value();
}

NoDocument problem_of(const Fetched& fetched) {
  if (fetched.status >= 300 && fetched.status < 400) return {"it is a redirect, and those are not followed"};
  if (fetched.status == 404 || fetched.status == 410) return {"there is none"};
  if (fetched.status != 0) return {"its server answers with an error"};
  switch (fetched.problem) {
    case FetchProblem::untrusted:
      return {"its server's certificate is not trusted"};
    case FetchProblem::too_slow:
      return {"no answer in time", true};
    case FetchProblem::too_large:
      return {"it is too long"};
    // In the same words: which names lead to addresses of this network is nobody's business.
    case FetchProblem::refused:
    case FetchProblem::none:
    case FetchProblem::unreachable:
      break;
  }
  return {"its server can not be reached from here", true};
}

bool says_gone(const Fetched& fetched) {
  constexpr std::array gone = {301, 308, 404, 410};
  return std::find(gone.begin(), gone.end(), fetched.status) != gone.end();
}

void keep(Commit& commit, const store::Found<store::Document>& kept, const store::Document& document) {
  const UnixSeconds until =
      document.body.empty() ? document.refetched + between_refetches : document.fresh_until + kept_stale;
  store::replace(commit, kept, document, until);
}

}  // namespace
}  // namespace postern::oauth
