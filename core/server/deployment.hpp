// Everything that is fixed while the server runs: configuration, keys, catalogue. Built once, checked once, fails closed.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/crypto/sealer.hpp"
#include "core/flow/scope.hpp"
#include "core/mcp/catalog.hpp"
#include "core/oauth/authority.hpp"

namespace postern {

/// Limits on what a request may be. Beyond them 413, 431, 414 or 400.
struct Limits {
  std::size_t body = 1 << 20;
  std::size_t header_bytes = 32 << 10;
  std::size_t target = 8 << 10;
  int json_depth = 64;
};

/// What MCP is spoken over: Streamable HTTP at /mcp, HTTP+SSE (2024-11-05) at /sse and /messages.
enum class Transports { all, streamable_http, sse };

struct Settings {
  /// Where clients reach this server: `https://mcp.example.com`, `http://localhost:8000`, with a path where it has one.
  /// Every identifier is printed from these bytes. http only on loopback.
  std::string public_url;
  std::string name = "Postern";  ///< What the pages call this server.
  std::vector<ScopeDefinition> scopes;
  ScopeSet default_scopes;
  oauth::Lifetimes lifetimes;
  std::vector<oauth::ResourceServer> resource_servers;
  bool own_users = true;                    ///< There is a password form. False only with a provider.
  std::vector<oauth::Provider> providers;   ///< Completed: oauth::complete.
  std::optional<oauth::External> external;  ///< Tokens are issued elsewhere. Excludes providers and own users.
  bool client_documents = true;             ///< client_id may be a URL (client ID metadata documents).
  std::vector<std::string> client_hosts;    ///< Hosts that these may lie on; empty: any public one.
  /// Hosts (`name` or `name:port`) that a request may name beside the public one and loopback.
  std::vector<std::string> allowed_hosts;
  /// Origins that may speak to the MCP endpoint beside the public one and loopback's: of any scheme, or `null`.
  std::vector<std::string> allowed_origins;
  Limits limits;
  crypto::KeyRing key_ring;
  std::string decoy_password;  ///< PHC string of no password, at the cost of the real ones.
  mcp::Catalog catalog;
  Transports transports = Transports::all;
  /// Every MCP request is served, to anybody, as nobody. Refused unless the public URL is loopback.
  bool serve_mcp_without_authorization = false;
};

struct Deployment {
  oauth::Authority authority;
  mcp::Catalog catalog;
  Limits limits;
  std::vector<std::string> allowed_hosts;    ///< Lower case.
  std::vector<std::string> allowed_origins;  ///< As browsers send them.
  bool mcp_is_open = false;
  Transports transports = Transports::all;

  /// Where people point their clients to.
  const std::string& mcp_url() const {
    return transports == Transports::sse ? authority.sse_resource : authority.resource;
  }

  /// The reason, in one line, why these settings can't be served.
  static Result<std::shared_ptr<const Deployment>, std::string> build(Settings settings);
};

}  // namespace postern
