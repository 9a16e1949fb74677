#include "core/oauth/provider_call.hpp"

#include <algorithm>
#include <charconv>

#include "core/oauth/bearer.hpp"
#include "core/oauth/provider_endpoints.hpp"
#include "core/oauth/upstream.hpp"
#include "core/oauth/upstream_check.hpp"
#include "core/store/record.hpp"
#include "core/store/records.hpp"
#include "core/wire/http.hpp"
#include "core/wire/json.hpp"
#include "core/wire/uri.hpp"

namespace postern::oauth {
namespace {

using Kind = ProviderReply::Kind;

/// Empty: there is no such thing at this provider.
std::string url_for(const Provider& provider, const ProviderEndpoints& endpoints, const std::string& path);
bool is_limit(const Fetched& fetched);
Seconds retry_after(const Fetched& fetched, UnixSeconds now);
std::optional<std::int64_t> number_in(const wire::Headers& headers, std::string_view name);

}  // namespace

ProviderReply call_provider(const Authority& authority, const Principal& principal, const std::string& path, Ask& ask) {
  if (principal.grant.empty()) return {Kind::none};
  const auto grant = store::load<store::Grant>(ask, store::Grant::key(principal.grant));
  if (ask.pending()) return {Kind::waiting};
  if (!grant || grant->provider.empty()) return {Kind::none};
  const auto upstream = store::load<store::Upstream>(ask, store::Upstream::key(principal.grant));
  if (ask.pending()) return {Kind::waiting};
  const Provider* provider = authority.provider(grant->provider);
  // The gate may have renewed the tokens in this request, and many a provider ends the old ones by that.
  const UpstreamCheck check = check_upstream(authority, principal.grant, grant, ask);
  if (ask.pending()) return {Kind::waiting};
  const store::Upstream* current = check.renewed ? &*check.renewed : upstream ? &*upstream : nullptr;
  const auto tokens = current != nullptr ? open_upstream(authority, current->tokens) : std::nullopt;
  if (provider == nullptr || !tokens) return {Kind::none};

  ProviderReply reply{Kind::unreachable, provider->id};
  Commit kept;  // The gate has read the document just now, and keeps it.
  const auto endpoints = endpoints_of(*provider, ask, kept);
  if (ask.pending()) return {Kind::waiting};
  if (!endpoints) return reply;
  const std::string url = url_for(*provider, *endpoints, path);
  if (url.empty()) return {Kind::none, provider->id};
  Fetch fetch = profile_fetch(*provider, url, tokens->access);
  fetch.reach = endpoints->reach_of(url);
  const Fetched* fetched = ask(std::move(fetch));
  if (fetched == nullptr) return {Kind::waiting};

  reply.status = fetched->status;
  if (fetched->status == 401) {
    reply.kind = Kind::gone;
    reply.ended = provider_ended(authority, principal, grant, ask);
    if (ask.pending()) return {Kind::waiting};
    return reply;
  }
  if (is_limit(*fetched)) {
    reply.kind = Kind::limited;
    reply.retry_after = retry_after(*fetched, ask.facts().now());
    return reply;
  }
  if (fetched->status == 0 || fetched->status >= 500) return reply;
  auto body = wire::parse_json(fetched->body);
  reply.kind = fetched->status == 200 && body ? Kind::ok : Kind::refused;
  if (reply.kind == Kind::ok) reply.body = std::move(body).value();
  return reply;
}

namespace {

std::string url_for(const Provider& provider, const ProviderEndpoints& endpoints, const std::string& path) {
  if (path.empty()) {
    switch (provider.kind) {
      case Provider::Kind::github:
        return provider.api_url + "/user";
      case Provider::Kind::oauth2:
        return provider.api_url;
      case Provider::Kind::oidc:
        return endpoints.userinfo;
    }
  }
  // The token goes with it: nothing that a tool was told by a model may choose where to.
  if (provider.api_url.empty() || path.front() != '/' || path.starts_with("//")) return {};
  const auto uri = wire::Uri::parse(provider.api_url + path);
  const auto base = wire::Uri::parse(provider.api_url);
  if (!uri || !base || uri->origin() != base->origin() || uri->userinfo || uri->fragment) return {};
  return wire::has_dot_segment(uri->path) ? std::string() : provider.api_url + path;
}

// GitHub answers 403 or 429 to both of its limits; one of these fields tells them from a refusal.
bool is_limit(const Fetched& fetched) {
  if (fetched.status == 429) return true;
  return fetched.status == 403 && (wire::find_header(fetched.headers, "Retry-After") != nullptr ||
                                   number_in(fetched.headers, "X-RateLimit-Remaining") == 0);
}

Seconds retry_after(const Fetched& fetched, UnixSeconds now) {
  if (const auto seconds = number_in(fetched.headers, "Retry-After")) return Seconds{*seconds};
  const auto reset = number_in(fetched.headers, "X-RateLimit-Reset");
  return Seconds{reset ? std::max<std::int64_t>(*reset - now.count, 0) : 0};
}

std::optional<std::int64_t> number_in(const wire::Headers& headers, std::string_view name) {
  const std::string* text = wire::find_header(headers, name);
  if (text == nullptr) return std::nullopt;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc() || end != text->data() + text->size() || number < 0) return std::nullopt;
  return number;
}

}  // namespace
}  // namespace postern::oauth
