#include "core/oauth/provider_call.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/oauth/grant.hpp"
#include "core/oauth/provider_endpoints.hpp"
#include "core/oauth/upstream.hpp"
#include "core/store/record.hpp"
#include "core/store/records.hpp"
#include "core/wire/http.hpp"
#include "core/wire/percent.hpp"
#include "core/wire/text.hpp"
#include "core/wire/uri.hpp"

namespace postern::oauth {
namespace {

using Kind = UpstreamResponse::Kind;

/// What is wrong with the request, whoever the provider is; empty: nothing.
std::string problem_with(const UpstreamRequest& request);
std::string problem_with_path(std::string_view path);
bool is_safe(std::string_view method) { return method == "GET" || method == "HEAD"; }
/// Empty: there is no such thing at this provider.
std::string url_for(const Provider& provider, const ProviderEndpoints& endpoints, const std::string& path);
Fetch fetch_of(const Provider& provider, const UpstreamRequest& request, std::string url, std::string_view token);
std::string_view words_for(FetchProblem problem);
wire::Headers cut(const wire::Headers& headers);

}  // namespace

UpstreamCall fetch_as_user(const Authority& authority, const Principal& principal, const UpstreamRequest& request,
                           std::uint32_t step, Ask& ask) {
  UpstreamCall call;
  UpstreamResponse& response = call.response;
  response.problem = problem_with(request);
  if (!response.problem.empty()) {
    response.kind = Kind::refused;
    return call;
  }
  response.problem = "the user did not log in at an identity provider";
  if (principal.grant.empty()) return call;
  const auto waiting = [] { return UpstreamCall{{Kind::waiting}}; };
  const auto grant = store::load<store::Grant>(ask, store::Grant::key(principal.grant));
  if (ask.pending()) return waiting();
  if (!grant || !lives(*grant, ask.facts().now()) || grant->subject != principal.subject) {
    response.kind = Kind::gone;  // Revoked while the tool was running.
    response.problem = "the grant has ended";
    return call;
  }
  if (grant->provider.empty()) return call;
  const auto upstream = store::load<store::Upstream>(ask, store::Upstream::key(principal.grant));
  if (ask.pending()) return waiting();
  // The gate may have renewed the tokens in this request, and many a provider ends the old ones by that.
  call.check = check_upstream(authority, principal.grant, grant, ask);
  if (ask.pending()) return waiting();
  response.provider = grant->provider;
  response.problem = "the user's login at " + grant->provider + " has ended";
  if (call.check.verdict == UpstreamCheck::Verdict::gone) {
    response.kind = Kind::gone;
    return call;
  }
  keep_checked(call.check.commit, grant, call.check);
  const Provider* provider = authority.provider(grant->provider);
  const store::Upstream* current = call.check.renewed ? &*call.check.renewed : upstream.get();
  const auto tokens = current != nullptr ? open_upstream(authority, current->tokens) : std::nullopt;
  if (provider == nullptr || !tokens) return call;

  Commit kept;
  const auto endpoints = endpoints_of(*provider, ask, kept);
  if (ask.pending()) return waiting();
  if (!call.check.changed)
    call.check.commit.join(std::move(kept));  // else the check has read and kept the same document
  response.kind = Kind::unreachable;
  response.problem = words_for(FetchProblem::unreachable);
  if (!endpoints || call.check.verdict == UpstreamCheck::Verdict::unreachable) return call;
  std::string url = url_for(*provider, *endpoints, request.path);
  if (url.empty()) {
    response.kind = Kind::none;
    response.problem = "no API of " + provider->id + " is configured: expected api_base";
    return call;
  }
  Fetch fetch = fetch_of(*provider, request, std::move(url), tokens->access);
  if (request.path.empty()) fetch.reach = endpoints->reach_of(fetch.url);
  if (step > 0) {
    fetch.most_bytes = max_upstream_body;
    fetch.milliseconds = 10'000;
    fetch.step = step;
  }
  const Fetched* fetched = ask(std::move(fetch));
  if (fetched == nullptr) return waiting();

  response.status = fetched->status;
  response.problem = words_for(fetched->problem);
  if (fetched->status == 401) {
    response.kind = Kind::gone;
    response.problem = "the provider answered 401";
    call.check = end_for_provider(authority, principal.grant, grant, response.problem, ask);
    return ask.pending() ? waiting() : std::move(call);
  }
  if (fetched->problem == FetchProblem::refused) response.kind = Kind::refused;
  if (fetched->status < 200 || fetched->status > 599) return call;
  response.kind = Kind::answered;
  response.headers = cut(fetched->headers);
  response.body = fetched->body;
  return call;
}

namespace {

std::string problem_with(const UpstreamRequest& request) {
  const std::string_view method = request.method;
  const bool is_method =
      !method.empty() && method.size() <= 20 &&
      std::all_of(method.begin(), method.end(), [](char c) { return (c >= 'A' && c <= 'Z') || c == '-'; });
  if (!is_method || method == "CONNECT" || method == "TRACE")
    return "method: expected one in capital letters, GET or POST";
  if (request.body.size() > max_upstream_body) return "body: expected at most 1 MiB";
  if (is_safe(method) && !request.body.empty()) return "body: expected none with GET and HEAD";
  // Authorization is the server's to set. The others say where a request ends and how the connection goes on: two that
  // read them otherwise would be told two requests. Cookies would mix the user's session with another.
  constexpr std::array own = {"authorization", "cookie",  "host", "content-length", "transfer-encoding", "connection",
                              "upgrade",       "trailer", "te",   "expect",         "accept-encoding",   "keep-alive"};
  std::size_t size = 0;
  for (const wire::Header& header : request.headers) {
    const std::string name = wire::lower_case(header.name);
    if (!wire::is_token(name) || !wire::is_field_value(header.value)) return "headers: expected fields of RFC 9110";
    if (name.starts_with("proxy-") || std::find(own.begin(), own.end(), name) != own.end()) {
      return "headers: the server itself sees to " + name;
    }
    size += name.size() + header.value.size();
  }
  if (size > max_upstream_headers) return "headers: expected at most 16 KiB";
  return problem_with_path(request.path);
}

// The token goes along: nothing that a tool was told by a model may choose where to.
std::string problem_with_path(std::string_view path) {
  if (path.empty()) return {};
  const std::string expected = "path: expected one below the provider's API, /user/repos?page=2";
  if (path.front() != '/' || path.starts_with("//")) return expected;
  const auto uri = wire::Uri::parse("https://api" + std::string(path));
  if (!uri || uri->fragment) return expected;
  // Many a server decodes before it looks for dots, also what was encoded twice.
  std::string decoded = wire::percent_decode(uri->path).value_or("/..");
  std::replace(decoded.begin(), decoded.end(), '\\', '/');
  return wire::has_dot_segment(decoded) ? expected : std::string();
}

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
  const std::string& base = provider.api_base.empty() ? provider.api_url : provider.api_base;
  return base.empty() ? std::string() : base + path;
}

Fetch fetch_of(const Provider& provider, const UpstreamRequest& request, std::string url, std::string_view token) {
  Fetch fetch = profile_fetch(provider, std::move(url), token);
  fetch.method = request.method;
  for (const wire::Header& header : request.headers) {
    std::erase_if(fetch.headers,
                  [&](const wire::Header& other) { return wire::equal_ignoring_case(other.name, header.name); });
    fetch.headers.push_back(header);
  }
  if (!request.body.empty() && wire::find_header(fetch.headers, "Content-Type") == nullptr) {
    fetch.headers.push_back({"Content-Type", "application/json"});
  }
  fetch.body = request.body;
  return fetch;
}

std::string_view words_for(FetchProblem problem) {
  switch (problem) {
    case FetchProblem::none:
      return {};
    case FetchProblem::refused:
      return "this server does not send it: its address is not allowed, or another request was sent in its place "
             "before";
    case FetchProblem::unreachable:
      return "the provider gave no answer";
    case FetchProblem::untrusted:
      return "the provider's certificate is not good";
    case FetchProblem::too_slow:
      return "the provider gave no answer in time";
    case FetchProblem::too_large:
      return "the provider's answer is too large";
  }
  return {};
}

wire::Headers cut(const wire::Headers& headers) {
  wire::Headers kept;
  std::size_t size = 0;
  for (const wire::Header& header : headers) {
    if (wire::equal_ignoring_case(header.name, "Set-Cookie")) continue;
    size += header.name.size() + header.value.size();
    if (size > max_upstream_headers) break;
    kept.push_back(header);
  }
  return kept;
}

}  // namespace
}  // namespace postern::oauth
