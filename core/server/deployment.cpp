#include "core/server/deployment.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "core/oauth/requested_scopes.hpp"
#include "core/server/shapes.hpp"
#include "core/wire/uri.hpp"

namespace postern {
namespace {

using Problem = std::optional<std::string>;

constexpr std::int64_t longest_code_life = 600;  // OAuth 2.1 s. 4.1.2 recommends ten minutes at the most.

// What follows from the public URL alone.
struct Identity {
  std::string issuer;
  std::string path;
  bool secure = false;
  bool loopback = false;
  std::string authority;  // host[:port], lower case
  std::string origin;
};

Result<Identity, std::string> identity_of(std::string url) {
  const std::string quoted = "public URL '" + url + "': ";
  if (const auto fault = public_url_fault(url)) return quoted + *fault;
  const auto uri = wire::Uri::parse(url);
  if (!uri) return quoted + uri.error().what;
  if (url.back() == '/') url.pop_back();
  Identity identity{url, uri->path == "/" ? "" : uri->path, uri->scheme == "https", uri->is_loopback(), "", ""};
  identity.origin = uri->origin();
  identity.authority = identity.origin.substr(identity.origin.find("//") + 2);
  return identity;
}

Problem check_keys(const crypto::KeyRing& ring) {
  if (ring.empty()) return "key ring: expected at least one key";
  for (std::size_t i = 0; i < ring.size(); ++i) {
    if (ring[i].id.size() != 8 || ring[i].bytes.size() != 32) {
      return "key ring: expected an id of 8 characters and a key of 32 bytes in entry " + std::to_string(i + 1);
    }
    for (std::size_t j = 0; j < i; ++j) {
      if (ring[j].id == ring[i].id) return "key ring: the id " + ring[i].id + " comes twice";
    }
  }
  return std::nullopt;
}

Problem check_scopes(const ScopePolicy& policy, const ScopeSet& defaults) {
  for (const ScopeDefinition& scope : policy.definitions()) {
    const auto parsed = ScopeSet::parse(scope.token);
    if (!parsed || parsed->tokens() != std::vector<std::string>{scope.token}) {
      return "scope '" + scope.token + "': expected one scope token (RFC 6749 s. 3.3)";
    }
    if (scope.token == oauth::offline_access) {
      return "scope 'offline_access' is the authorization server's own, and every client may ask for it: not to be "
             "declared";
    }
    if (policy.find(scope.token) != &scope) return "scope '" + scope.token + "' is declared twice";
    for (const std::string& implied : scope.implies) {
      if (policy.find(implied) == nullptr) {
        return "scope '" + scope.token + "' implies '" + implied + "', which is not declared";
      }
    }
  }
  for (const std::string& token : defaults.tokens()) {
    if (policy.find(token) != nullptr) continue;
    return "default scope '" + token + "' is not declared; expected some of: " + policy.all().to_string();
  }
  return std::nullopt;
}

Problem check_catalog(const mcp::Catalog& catalog, const ScopePolicy& policy) {
  const auto known = [&policy](const std::string& what, const ScopeSet& scopes) -> Problem {
    for (const std::string& token : scopes.tokens()) {
      if (policy.find(token) == nullptr) return what + " needs the scope '" + token + "', which is not declared";
    }
    return std::nullopt;
  };
  for (const auto& registered : catalog.tools()) {
    if (Problem problem = known("tool '" + registered.tool.name + "'", registered.tool.scopes)) return problem;
  }
  for (const mcp::Prompt& prompt : catalog.prompts()) {
    if (Problem problem = known("prompt '" + prompt.name + "'", prompt.scopes)) return problem;
  }
  for (const mcp::ResourceProvider& provider : catalog.resources()) {
    if (Problem problem = known("resources '" + provider.prefix + "'", provider.scopes)) return problem;
  }
  return std::nullopt;
}

Problem check_lifetimes(const oauth::Lifetimes& lifetimes) {
  const auto positive = [](const char* name, Seconds life) -> Problem {
    if (life.count > 0) return std::nullopt;
    return std::string(name) + ": expected more than 0 seconds, got " + std::to_string(life.count);
  };
  if (Problem problem = positive("access token lifetime", lifetimes.access)) return problem;
  if (Problem problem = positive("refresh token lifetime", lifetimes.refresh)) return problem;
  if (Problem problem = positive("flow lifetime", lifetimes.flow)) return problem;
  if (Problem problem = positive("login lifetime", lifetimes.login)) return problem;
  if (Problem problem = positive("unused client lifetime", lifetimes.unused_client)) return problem;
  if (Problem problem = positive("used client lifetime", lifetimes.used_client)) return problem;
  if (Problem problem = positive("provider check", lifetimes.provider_check)) return problem;
  if (lifetimes.code.count <= 0 || lifetimes.code.count > longest_code_life) {
    return "code lifetime: expected 1 to 600 seconds, got " + std::to_string(lifetimes.code.count);
  }
  if (lifetimes.refresh_grace.count < 0) {
    return "refresh grace: expected 0 seconds or more, got " + std::to_string(lifetimes.refresh_grace.count);
  }
  // In words of both: whoever set the one may not know of the other.
  if (lifetimes.refresh_grace > lifetimes.refresh) {
    return "refresh grace " + std::to_string(lifetimes.refresh_grace.count) + ", refresh token lifetime " +
           std::to_string(lifetimes.refresh.count) + ": expected a grace that is not longer than the lifetime";
  }
  // An access token counts as long as its grant does, which ends with the refresh token: a longer life is not true.
  if (lifetimes.access > lifetimes.refresh) {
    return "access token lifetime " + std::to_string(lifetimes.access.count) + ", refresh token lifetime " +
           std::to_string(lifetimes.refresh.count) + ": expected a refresh token that lives as long as an access token";
  }
  return std::nullopt;
}

Problem check_resource_servers(const std::vector<oauth::ResourceServer>& servers) {
  for (const oauth::ResourceServer& server : servers) {
    if (server.id.empty() || server.secret_hash.size() != 32) return "resource server: expected an id and a secret";
    const auto same = [&server](const oauth::ResourceServer& other) { return other.id == server.id; };
    if (std::count_if(servers.begin(), servers.end(), same) != 1) {
      return "resource server '" + server.id + "' is declared twice";
    }
  }
  return std::nullopt;
}

Problem check_identity_sources(Settings& settings, const std::string& issuer) {
  if (settings.external) {
    if (!settings.providers.empty()) return "an authorization server elsewhere and providers exclude each other";
    auto complete = oauth::complete(*std::move(settings.external));
    if (!complete) return complete.error();
    if (complete->issuer == issuer) return "authorization server elsewhere: its issuer is this server";
    settings.external = std::move(complete).value();
    return std::nullopt;
  }
  if (!settings.own_users && settings.providers.empty()) return "nobody could log in: no own users and no provider";
  for (const oauth::Provider& provider : settings.providers) {
    const auto same = [&provider](const oauth::Provider& other) { return other.id == provider.id; };
    if (std::count_if(settings.providers.begin(), settings.providers.end(), same) != 1) {
      return "provider '" + provider.id + "' is declared twice";
    }
  }
  return std::nullopt;
}

// In lower case, as the Host field that they are compared with.
Result<std::vector<std::string>, std::string> hosts_of(const Identity& identity,
                                                       const std::vector<std::string>& allowed) {
  std::vector<std::string> hosts = {identity.authority};
  for (const std::string& text : allowed) {
    if (!is_host_and_port(text)) {
      return "allowed host '" + text + "': expected host or host:port, without scheme and path";
    }
    hosts.push_back(wire::lower_case(text));
  }
  return hosts;
}

// In lower case, as the URL that they are compared with.
Result<std::vector<std::string>, std::string> client_hosts_of(const Settings& settings) {
  if (!settings.client_documents && !settings.client_hosts.empty()) {
    return std::string("hosts of client metadata documents, and such documents are not allowed: expected one of both");
  }
  std::vector<std::string> hosts;
  for (const std::string& text : settings.client_hosts) {
    if (!is_host(text)) return "client host '" + text + "': expected a host, without scheme and port";
    hosts.push_back(wire::lower_case(text));
  }
  return hosts;
}

Result<std::vector<std::string>, std::string> origins_of(const Identity& identity,
                                                         const std::vector<std::string>& allowed) {
  std::vector<std::string> origins = {identity.origin};
  for (const std::string& text : allowed) {
    // Of a page without one: a file, a frame in a sandbox. Everybody can have such a page, so it is allowed only by its name.
    if (text == "null" || text == "file://") {
      origins.push_back(text);
      continue;
    }
    // Any scheme: extensions and applications have their own, `chrome-extension://...`, `tauri://localhost`.
    const auto uri = wire::Uri::parse(text);
    if (!uri || !is_web_origin(text)) {
      return "allowed origin '" + text + "': expected scheme://host, scheme://host:port or null";
    }
    origins.push_back(uri->origin());
  }
  return origins;
}

}  // namespace

Result<std::shared_ptr<const Deployment>, std::string> Deployment::build(Settings settings) {
  const auto identity = identity_of(settings.public_url);
  if (!identity) return identity.error();
  if (settings.serve_mcp_without_authorization && !identity->loopback) {
    return std::string("serving MCP without authorization is for loopback only, and the public URL is ") +
           settings.public_url;
  }
  if (Problem problem = check_keys(settings.key_ring)) return *problem;
  if (Problem problem = check_lifetimes(settings.lifetimes)) return *problem;
  if (Problem problem = check_resource_servers(settings.resource_servers)) return *problem;
  if (Problem problem = check_identity_sources(settings, identity->issuer)) return *problem;
  if (settings.decoy_password.empty()) return std::string("expected a decoy password hash");

  ScopePolicy policy(std::move(settings.scopes));
  const ScopeSet defaults = settings.default_scopes.empty() ? policy.all() : settings.default_scopes;
  if (Problem problem = check_scopes(policy, defaults)) return *problem;
  if (Problem problem = check_catalog(settings.catalog, policy)) return *problem;
  auto origins = origins_of(*identity, settings.allowed_origins);
  if (!origins) return origins.error();
  auto client_hosts = client_hosts_of(settings);
  if (!client_hosts) return client_hosts.error();

  auto hosts = hosts_of(*identity, settings.allowed_hosts);
  if (!hosts) return hosts.error();

  const crypto::KeyRing& ring = settings.key_ring;
  oauth::Authority authority{
      .issuer = identity->issuer,
      .path = identity->path,
      .resource = identity->issuer + "/mcp",
      .sse_resource = settings.transports == Transports::streamable_http ? "" : identity->issuer + "/sse",
      .secure = identity->secure,
      .name = std::move(settings.name),
      .documentation = "",
      .scopes = std::move(policy),
      .default_scopes = defaults,
      .lifetimes = settings.lifetimes,
      .resource_servers = std::move(settings.resource_servers),
      .allow_private_use_redirects = true,
      .own_users = settings.own_users && !settings.external,
      .providers = std::move(settings.providers),
      .external = std::move(settings.external),
      .client_documents = settings.client_documents,
      .client_hosts = std::move(client_hosts).value(),
      .decoy_password = std::move(settings.decoy_password),
      .access_tokens = crypto::Sealer(ring, "access token"),
      .refresh_tokens = crypto::Sealer(ring, "refresh token"),
      .codes = crypto::Sealer(ring, "code"),
      .flows = crypto::Sealer(ring, "flow"),
      .logins = crypto::Sealer(ring, "login"),
      .upstream = crypto::Sealer(ring, "upstream"),
  };
  return std::shared_ptr<const Deployment>(
      new Deployment{std::move(authority), std::move(settings.catalog), settings.limits, std::move(hosts).value(),
                     std::move(origins).value(), settings.serve_mcp_without_authorization, settings.transports});
}

}  // namespace postern
