#include "core/server/evaluate.hpp"

#include <array>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

#include "core/mcp/call.hpp"
#include "core/mcp/endpoint.hpp"
#include "core/mcp/sse.hpp"
#include "core/mcp/streams.hpp"
#include "core/oauth/account.hpp"
#include "core/oauth/bearer.hpp"
#include "core/oauth/endpoints.hpp"
#include "core/oauth/external_token.hpp"
#include "core/oauth/grant.hpp"
#include "core/oauth/pages.hpp"
#include "core/oauth/provider_call.hpp"
#include "core/oauth/provider_login.hpp"
#include "core/server/boundary.hpp"
#include "core/store/record.hpp"
#include "core/store/records.hpp"
#include "core/wire/http.hpp"

namespace postern {
namespace {

using Endpoint = Outcome (*)(const Deployment&, const HttpRequest&, const Facts&);

struct Route {
  std::string_view path;
  Endpoint endpoint;
  bool cross_origin;  ///< Programs in browsers use it: CORS. Pages for people never have it.
};

template <Outcome (*endpoint)(const oauth::Authority&, const HttpRequest&, const Facts&)>
Outcome of_authority(const Deployment& deployment, const HttpRequest& request, const Facts& facts) {
  return endpoint(deployment.authority, request, facts);
}

// Three doors to MCP, behind the same gate.
Outcome mcp_endpoint(const Deployment& deployment, const HttpRequest& request, const Facts& facts);
Outcome sse_endpoint(const Deployment& deployment, const HttpRequest& request, const Facts& facts);
Outcome messages_endpoint(const Deployment& deployment, const HttpRequest& request, const Facts& facts);
Outcome front_page(const Deployment& deployment, const HttpRequest& request, const Facts& facts);
Outcome health(const Deployment& deployment, const HttpRequest& request, const Facts& facts);

// Paths below the path of the public URL.
constexpr std::array routes = {
    Route{"/mcp", mcp_endpoint, true},
    Route{"/mcp/", mcp_endpoint, true},  // served in place: a redirect would lose the body or the token
    Route{"/sse", sse_endpoint, true},
    Route{"/sse/", sse_endpoint, true},
    Route{"/messages", messages_endpoint, true},
    Route{"/authorize", of_authority<oauth::authorize>, false},
    Route{"/account", of_authority<oauth::account>, false},
    Route{"/token", of_authority<oauth::token>, true},
    Route{"/register", of_authority<oauth::register_client>, true},
    Route{"/revoke", of_authority<oauth::revoke>, true},
    Route{"/introspect", of_authority<oauth::introspect>, true},
    Route{"/.well-known/openid-configuration", of_authority<oauth::authorization_server_metadata>, true},
    Route{"/.well-known/oauth-authorization-server", of_authority<oauth::authorization_server_metadata>, true},
    Route{"/.well-known/oauth-protected-resource", of_authority<oauth::protected_resource_metadata>, true},
    Route{"/", front_page, false},
    Route{"/healthz", health, false},
};

// Where the authorization server is elsewhere, these take the places of their namesakes; what has no endpoint is not there.
constexpr std::array routes_to_elsewhere = {
    Route{"/authorize", of_authority<oauth::external_authorize>, false},
    Route{"/token", of_authority<oauth::external_token>, true},
    Route{"/register", of_authority<oauth::external_register>, true},
    Route{"/.well-known/openid-configuration", of_authority<oauth::external_metadata>, true},
    Route{"/.well-known/oauth-authorization-server", of_authority<oauth::external_metadata>, true},
    Route{"/account", nullptr, false},
    Route{"/revoke", nullptr, true},
    Route{"/introspect", nullptr, true},
};

// Only where the path of /sse is inserted.
constexpr Route sse_metadata = {"", of_authority<oauth::sse_resource_metadata>, true};

// Well-known paths into which the path of an identifier is inserted, RFC 8414 s. 3.1, RFC 9728 s. 3.1.
struct WellKnown {
  std::string_view prefix;
  bool of_resource;  ///< The identifier is the resource (issuer + /mcp or /sse), not the issuer.
};
constexpr std::array well_known = {
    WellKnown{"/.well-known/oauth-protected-resource", true},
    WellKnown{"/.well-known/oauth-authorization-server", false},
    WellKnown{"/.well-known/openid-configuration", false},
};

template <std::size_t size>
const Route* find_in(const std::array<Route, size>& all, std::string_view path) {
  for (const Route& route : all) {
    if (route.path == path) return &route;
  }
  return nullptr;
}

const Route* find_route(const Deployment& deployment, std::string_view path) {
  if (deployment.authority.external) {
    if (const Route* route = find_in(routes_to_elsewhere, path)) return route->endpoint == nullptr ? nullptr : route;
  }
  return find_in(routes, path);
}

bool has_mcp(const Deployment& deployment) { return deployment.transports != Transports::sse; }
bool has_sse(const Deployment& deployment) { return deployment.transports != Transports::streamable_http; }

bool is_mcp(Endpoint endpoint) {
  return endpoint == mcp_endpoint || endpoint == sse_endpoint || endpoint == messages_endpoint;
}

// A transport that is switched off has no endpoint, and its metadata are not the resource's.
const Route* served(const Deployment& deployment, const Route* route) {
  if (route == nullptr) return nullptr;
  if (route->endpoint == mcp_endpoint) return has_mcp(deployment) ? route : nullptr;
  if (is_mcp(route->endpoint)) return has_sse(deployment) ? route : nullptr;
  const bool of_resource = route->path == "/.well-known/oauth-protected-resource";
  return of_resource && !has_mcp(deployment) ? &sse_metadata : route;
}

// Metadata of the resource. `inserted`: the path after the well-known one, the issuer's taken away.
const Route* resource_metadata_route(const Deployment& deployment, std::string_view inserted) {
  if (inserted.ends_with('/')) inserted.remove_suffix(1);
  if (inserted == "/sse") return has_sse(deployment) ? &sse_metadata : nullptr;
  if (!inserted.empty() && (inserted != "/mcp" || !has_mcp(deployment))) return nullptr;
  return served(deployment, find_route(deployment, "/.well-known/oauth-protected-resource"));
}

const Route* route_of(const Deployment& deployment, std::string_view path) {
  const oauth::Authority& authority = deployment.authority;
  for (const WellKnown& known : well_known) {
    if (!path.starts_with(known.prefix)) continue;
    std::string_view inserted = path.substr(known.prefix.size());
    if (!inserted.empty() && !inserted.starts_with(authority.path)) continue;
    if (!inserted.empty()) inserted.remove_prefix(authority.path.size());
    if (known.of_resource) {
      if (const Route* route = resource_metadata_route(deployment, inserted)) return route;
    } else if (inserted.empty()) {
      return find_route(deployment, known.prefix);
    }
  }
  if (!authority.path.empty() && path.starts_with(authority.path)) {
    const Route* route = find_route(deployment, path.substr(authority.path.size()));
    if (route != nullptr) return served(deployment, route);
  }
  // MCP 2025-03-26 s. "Fallbacks for servers without metadata discovery": at the root of the host.
  return served(deployment, find_route(deployment, path));
}

using Serve = Outcome (*)(const Deployment&, const mcp::Context&, const wire::JsonLimits&);

// `first`: what will be read first behind the gate, asked for in the same round as the grant.
Outcome behind_gate(const Deployment& deployment, const HttpRequest& request, const Facts& facts,
                    std::optional<Load> first, Serve serve) {
  if (auto refusal = server::refuse_origin(deployment, request)) return std::move(*refusal);
  const oauth::Authority& authority = deployment.authority;
  const wire::JsonLimits limits{deployment.limits.body, deployment.limits.json_depth};
  oauth::Admission admission{Principal{}};  // nobody, where authorization is switched off
  if (!deployment.mcp_is_open) {
    Ask ask(facts);
    if (first) ask(std::move(*first));
    admission = oauth::admit(authority, request, ask);
    if (Outcome* stopped = admission.outcome()) return std::move(*stopped);
  }
  const Principal& principal = *admission.principal();
  const mcp::ScopeChallenge challenge = [&authority, &principal](const ScopeSet& needed) {
    return oauth::insufficient_scope(authority, principal, needed);
  };
  std::optional<Answer> ended;  // The provider told a tool that its user is gone.
  const mcp::FetchAsUser upstream = [&](Ask& ask, const UpstreamRequest& wanted, std::uint32_t step) {
    oauth::UpstreamCall call = oauth::fetch_as_user(authority, principal, wanted, step, ask);
    if (call.response.kind == UpstreamResponse::Kind::gone && !ask.pending()) {
      ended = oauth::provider_ended(authority, principal, std::move(call.check));
    }
    return std::move(call.response);
  };
  const mcp::Context context{deployment.catalog, authority.scopes, principal, challenge, request, facts, &upstream};
  Outcome outcome = serve(deployment, context, limits);
  Answer* answer = outcome.answer();
  if (answer == nullptr) return outcome;
  if (ended) {
    *answer = std::move(*ended);
    return outcome;
  }
  if (authority.external && !deployment.mcp_is_open && answer->reply.stream) {
    const std::string* field = wire::find_header(request.headers, "Authorization");
    oauth::bind_stream(authority, wire::bearer_token(*field).value_or(""), principal, facts, *answer->reply.stream);
  }
  answer->commit.join(std::move(admission.commit));
  std::move(admission.topics.begin(), admission.topics.end(), std::back_inserter(answer->topics));
  std::move(admission.audit.begin(), admission.audit.end(), std::back_inserter(answer->audit));
  return outcome;
}

Outcome mcp_endpoint(const Deployment& deployment, const HttpRequest& request, const Facts& facts) {
  return behind_gate(deployment, request, facts, mcp::first_read(request),
                     [](const Deployment&, const mcp::Context& context, const wire::JsonLimits& limits) {
                       return mcp::serve(context, limits);
                     });
}

Outcome of_sse(const Deployment& deployment, Outcome outcome) {
  if (Answer* answer = outcome.answer()) oauth::lead_to_sse_metadata(deployment.authority, answer->reply);
  return outcome;
}

Outcome sse_endpoint(const Deployment& deployment, const HttpRequest& request, const Facts& facts) {
  return of_sse(deployment, behind_gate(deployment, request, facts, std::nullopt,
                                        [](const Deployment& of, const mcp::Context& context, const wire::JsonLimits&) {
                                          return mcp::serve_sse(context, of.authority.path + "/messages");
                                        }));
}

Outcome messages_endpoint(const Deployment& deployment, const HttpRequest& request, const Facts& facts) {
  return of_sse(deployment,
                behind_gate(deployment, request, facts, mcp::first_read_of_message(request),
                            [](const Deployment&, const mcp::Context& context, const wire::JsonLimits& limits) {
                              return mcp::serve_messages(context, limits);
                            }));
}

bool is_read(const HttpRequest& request) { return request.method == "GET" || request.method == "HEAD"; }

// A browser asks for HTML by name; programs take anything (`*/*`), or JSON.
bool is_browser(const HttpRequest& request) {
  const std::string accept = wire::lower_case(wire::joined_header(request.headers, "Accept"));
  return is_read(request) && accept.find("text/html") != std::string::npos && wire::accepts(accept, "text/html");
}

Outcome front_page(const Deployment& deployment, const HttpRequest& request, const Facts&) {
  if (!is_read(request)) return server::json_error(405, "invalid_request", "Expected GET.");
  const wire::Header by_accept{"Vary", "Accept"};
  if (is_browser(request)) {
    Reply reply = oauth::front_page(deployment.authority, deployment.mcp_url());
    reply.headers.push_back(by_accept);
    return reply;
  }
  std::string text = deployment.authority.name + "\n\nMCP server: " + deployment.mcp_url() + "\n";
  if (!deployment.authority.external) {
    text += "Connected applications: " + deployment.authority.endpoint("/account") + "\n";
  }
  return Reply{200,
               {{"Content-Type", "text/plain; charset=utf-8"}, {"X-Content-Type-Options", "nosniff"}, by_accept},
               text,
               std::nullopt};
}

Reply nothing_here(const Deployment& deployment, const HttpRequest& request) {
  if (is_browser(request)) return oauth::nothing_here_page(deployment.authority);
  Reply reply = server::json_error(404, "not_found", "There is nothing at this path.");
  server::allow_cross_origin(reply);
  return reply;
}

Outcome health(const Deployment&, const HttpRequest& request, const Facts&) {
  if (!is_read(request)) return server::json_error(405, "invalid_request", "Expected GET.");
  return Reply{
      200, {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}}, R"({"status":"ok"})", std::nullopt};
}

}  // namespace

Outcome evaluate(const Deployment& deployment, const HttpRequest& request, const Facts& facts) {
  auto passed = server::pass_boundary(deployment, request);
  if (auto* refusal = std::get_if<Reply>(&passed)) {
    server::allow_cross_origin(*refusal);
    return std::move(*refusal);
  }
  const std::string& path = std::get<wire::Target>(passed).path;
  if (const oauth::Provider* provider = oauth::provider_of_callback(deployment.authority, path)) {
    return oauth::provider_callback(deployment.authority, *provider, request, facts);
  }
  const Route* route = route_of(deployment, path);
  if (route == nullptr) return nothing_here(deployment, request);
  if (!route->cross_origin) return route->endpoint(deployment, request, facts);
  if (request.method == "OPTIONS") {
    if (is_mcp(route->endpoint)) {
      if (auto refusal = server::refuse_origin(deployment, request)) return std::move(*refusal);
    }
    return server::preflight(deployment, request);
  }
  Outcome outcome = route->endpoint(deployment, request, facts);
  if (Answer* answer = outcome.answer()) server::allow_cross_origin(answer->reply);
  if (!outcome.events.empty()) {
    Reply head;
    server::allow_cross_origin(head);
    outcome.event_headers.insert(outcome.event_headers.end(), head.headers.begin(), head.headers.end());
  }
  return outcome;
}

Outcome fetch_as_user(const Deployment& deployment, const Principal& principal, const UpstreamRequest& request,
                      const Facts& facts) {
  Ask ask(facts);
  oauth::UpstreamCall call = oauth::fetch_as_user(deployment.authority, principal, request, 1, ask);
  if (ask.pending()) return ask.needs();
  UpstreamResponse& response = call.response;
  const bool answered = response.kind == UpstreamResponse::Kind::answered;
  Reply reply{response.status, std::move(response.headers), std::move(answered ? response.body : response.problem), {}};
  const std::string word(word_for(response.kind));
  reply.headers.insert(reply.headers.begin(), {std::string(upstream_outcome), word + ' ' + response.provider});
  return Answer{std::move(reply), std::move(call.check.commit), std::move(call.check.topics),
                std::move(call.check.audit)};
}

StreamCheck check(const Deployment& deployment, const Stream& stream, const Facts& facts) {
  Ask ask(facts);
  const bool is_elsewhere = deployment.authority.external && !deployment.mcp_is_open;
  const bool is_good = !is_elsewhere || oauth::is_still_good(deployment.authority, stream, ask);
  store::Found<store::Grant> grant;
  store::Found<store::Session> session;
  if (!stream.grant.empty()) grant = store::load<store::Grant>(ask, store::Grant::key(stream.grant));
  if (!stream.session.empty()) session = store::load<store::Session>(ask, stream.session);
  if (ask.pending()) {
    const Outcome outcome = ask.needs();
    if (const Needs* needs = outcome.needs()) return {*needs};
    return {stream};  // The store is in trouble: the next check decides.
  }
  if (!is_good) return {std::monostate{}};
  if (!stream.grant.empty() && !(grant && oauth::lives(*grant, facts.now()))) return {std::monostate{}};
  auto refreshed = mcp::refreshed(stream, session ? &session.value() : nullptr);
  if (!refreshed) return {std::monostate{}};
  return {std::move(*refreshed)};
}

Outcome closed(const Stream& stream, const Facts& facts) {
  Answer answer;
  if (!stream.owns_session) return answer;
  Ask ask(facts);
  const auto session = store::load<store::Session>(ask, stream.session);
  if (ask.pending()) return ask.needs();
  if (session) store::erase(answer.commit, session);
  return answer;
}

}  // namespace postern
