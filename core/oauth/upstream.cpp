#include "core/oauth/upstream.hpp"

#include <algorithm>
#include <charconv>

#include "core/store/fields.hpp"
#include "core/wire/base64.hpp"
#include "core/wire/form.hpp"
#include "core/wire/http.hpp"
#include "core/wire/json.hpp"
#include "core/wire/percent.hpp"

namespace postern::oauth {
namespace {

constexpr std::int64_t early = 60;                         // Seconds before its end a token is not relied on any more.
constexpr std::int64_t longest_life = 10LL * 365 * 86400;  // What a provider says beyond that is no lifetime.
constexpr std::size_t longest_token = 16 << 10;

/// The members of a token answer as one object, whether it came as JSON or as a form.
std::optional<Json> read_body(const Fetched& fetched);
std::string text_of(const Json& object, std::string_view name);
std::int64_t seconds_of(const Json& object, std::string_view name);
std::string error_word(std::string_view text);

}  // namespace

std::string seal(const Authority& authority, const UpstreamTokens& tokens, const Facts& facts, std::string_view label) {
  return authority.upstream.seal(store::encode(tokens), facts.draw(label));
}

std::optional<UpstreamTokens> open_upstream(const Authority& authority, std::string_view sealed) {
  const std::optional<std::string> bytes = authority.upstream.open(sealed);
  if (!bytes) return std::nullopt;
  return store::decode<UpstreamTokens>(*bytes);
}

UnixSeconds next_check(const Authority& authority, const UpstreamTokens& tokens, UnixSeconds now) {
  const UnixSeconds due = now + authority.lifetimes.provider_check;
  if (tokens.expires.count == 0) return due;
  return std::max(now + Seconds{1}, std::min(due, tokens.expires - Seconds{early}));
}

// A body that is no token answer says nothing about the grant there: it may come from a proxy in between.
TokenAnswer read_token_answer(const Fetched& fetched, UnixSeconds now) {
  TokenAnswer answer;
  if (fetched.status < 200 || fetched.status >= 500 || fetched.status == 429) return answer;
  const std::optional<Json> body = read_body(fetched);
  if (!body) return answer;
  const std::string error = text_of(*body, "error");
  if (!error.empty()) {
    answer.kind = TokenAnswer::Kind::refused;
    answer.error = error_word(error);
    return answer;
  }
  answer.tokens.access = text_of(*body, "access_token");
  if (fetched.status != 200 || answer.tokens.access.empty()) return answer;
  // Only a bearer token is one that we know how to use (RFC 6749 s. 7.1).
  const std::string type = wire::lower_case(text_of(*body, "token_type"));
  if (!type.empty() && type != "bearer") return answer;
  answer.tokens.refresh = text_of(*body, "refresh_token");
  const std::int64_t life = seconds_of(*body, "expires_in");
  if (life > 0) answer.tokens.expires = now + Seconds{std::min(life, longest_life)};
  answer.id_token = text_of(*body, "id_token");
  answer.scope = text_of(*body, "scope");
  if (!wire::is_field_value(answer.tokens.access) || answer.tokens.access.size() > longest_token) return answer;
  answer.kind = TokenAnswer::Kind::tokens;
  return answer;
}

Fetch token_fetch(const Provider& provider, std::string_view token_url,
                  std::vector<std::pair<std::string, std::string>> form) {
  Fetch fetch{"POST", std::string(token_url)};
  fetch.headers = {{"Accept", "application/json"}, {"Content-Type", "application/x-www-form-urlencoded"}};
  const std::string_view secret = provider.client_secret.expose_for(Reason::sending_to_its_owner);
  if (provider.token_auth == Provider::TokenAuth::basic && !secret.empty()) {
    // RFC 6749 s. 2.3.1: both parts are form-encoded before they are put together.
    const std::string pair = wire::form_percent_encode(provider.client_id) + ':' + wire::form_percent_encode(secret);
    fetch.headers.push_back({"Authorization", "Basic " + wire::base64(pair)});
  } else {
    form.emplace_back("client_id", provider.client_id);
    if (!secret.empty()) form.emplace_back("client_secret", secret);
  }
  fetch.body = wire::form_encode(form);
  fetch.reach = Reach::configured;
  return fetch;
}

Fetch profile_fetch(const Provider& provider, std::string url, std::string_view access_token) {
  Fetch fetch{"GET", std::move(url)};
  // GitHub refuses requests without a User-Agent, and promises this form of its answers.
  const bool github = provider.kind == Provider::Kind::github;
  fetch.headers = {{"Accept", github ? "application/vnd.github+json" : "application/json"},
                   {"Authorization", "Bearer " + std::string(access_token)},
                   {"User-Agent", "postern"}};
  fetch.reach = Reach::configured;
  fetch.most_bytes = 256 << 10;
  return fetch;
}

namespace {

std::optional<Json> read_body(const Fetched& fetched) {
  const std::string* field = wire::find_header(fetched.headers, "Content-Type");
  const auto type = field == nullptr ? std::nullopt : wire::parse_media_type(*field);
  if (type && type->type == "application/x-www-form-urlencoded") {
    const auto form = wire::Form::parse(fetched.body);
    if (!form || form->repeated()) return std::nullopt;
    Json object = Json::object();
    for (const auto& [name, value] : form->fields()) object[name] = value;
    return object;
  }
  auto parsed = wire::parse_json(fetched.body);
  if (!parsed || !parsed->is_object()) return std::nullopt;
  return std::move(parsed).value();
}

std::string text_of(const Json& object, std::string_view name) {
  const std::string* text = wire::string_member(object, name);
  return text == nullptr ? std::string() : *text;
}

// A number, or its digits: providers do both.
std::int64_t seconds_of(const Json& object, std::string_view name) {
  if (const auto number = wire::int_member(object, name)) return *number;
  const std::string text = text_of(object, name);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? number : 0;
}

// It goes into the audit: a code of RFC 6749 s. 5.2 and nothing else.
std::string error_word(std::string_view text) {
  constexpr std::size_t longest = 40;
  if (text.size() > longest) return {};
  const bool is_word = std::all_of(text.begin(), text.end(), [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
  return is_word ? std::string(text) : std::string();
}

}  // namespace
}  // namespace postern::oauth
