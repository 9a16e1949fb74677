// A deployment fails closed: no half configuration is ever served (security.md, LiteLLM CVE-2026-59822).
#include "core/server/deployment.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "tests/unit/server/settings.hpp"

namespace postern {
namespace {

using testing::good_settings;

struct Row {
  const char* what;
  std::function<void(Settings&)> change;
  const char* told;  ///< A part of the reason.
};

TEST(Deployment, RefusesWhatCannotBeServedSafely) {
  const Row rows[] = {
      {"no public URL", [](Settings& s) { s.public_url = ""; }, "public URL"},
      {"http off loopback", [](Settings& s) { s.public_url = "http://mcp.example.com"; }, "expected https"},
      {"http on an address that is not loopback", [](Settings& s) { s.public_url = "http://127.0.0.2"; }, "https"},
      {"another scheme", [](Settings& s) { s.public_url = "ftp://mcp.example.com"; }, "https or http"},
      {"a query", [](Settings& s) { s.public_url = "https://mcp.example.com?x"; }, "query"},
      {"a fragment", [](Settings& s) { s.public_url = "https://mcp.example.com#x"; }, "fragment"},
      {"a user", [](Settings& s) { s.public_url = "https://me@mcp.example.com"; }, "user"},
      {"a path that ends in a slash", [](Settings& s) { s.public_url = "https://h/a/"; }, "slash"},
      {"dot segments", [](Settings& s) { s.public_url = "https://h/a/../b"; }, "'..'"},
      {"no key", [](Settings& s) { s.key_ring.clear(); }, "at least one key"},
      {"a short key", [](Settings& s) { s.key_ring[0].bytes = Secret("short"); }, "32 bytes"},
      {"an id twice", [](Settings& s) { s.key_ring.push_back(s.key_ring[0]); }, "twice"},
      {"no decoy", [](Settings& s) { s.decoy_password = ""; }, "decoy"},
      {"a scope with a space",
       [](Settings& s) {
         s.scopes.push_back({"a b", "", {}});
       },
       "scope token"},
      {"an empty scope",
       [](Settings& s) {
         s.scopes.push_back({"", "", {}});
       },
       "scope token"},
      {"a scope twice",
       [](Settings& s) {
         s.scopes.push_back({"user", "", {}});
       },
       "declared twice"},
      {"an implied scope that is not there", [](Settings& s) { s.scopes[0].implies = {"x"}; }, "not declared"},
      {"a scope that is the authorization server's own",
       [](Settings& s) {
         s.scopes.push_back({"offline_access", "Stay", {}});
       },
       "not to be declared"},
      {"a default scope that is not there", [](Settings& s) { s.default_scopes.add("x"); },
       "default scope 'x' is not declared; expected some of: notes:read notes:write user"},
      {"a code that lives too long", [](Settings& s) { s.lifetimes.code = {601}; }, "1 to 600"},
      {"a code that does not live", [](Settings& s) { s.lifetimes.code = {0}; }, "1 to 600"},
      {"an access token that does not live", [](Settings& s) { s.lifetimes.access = {0}; }, "more than 0"},
      {"a grace that is longer than the lifetime, in words of both",
       [](Settings& s) {
         s.lifetimes.access = {10};
         s.lifetimes.refresh = {20};
         s.lifetimes.refresh_grace = {30};
       },
       "refresh grace 30, refresh token lifetime 20: expected"},
      {"an access token that its grant does not outlive",
       [](Settings& s) {
         s.lifetimes.access = {3600};
         s.lifetimes.refresh = {60};
       },
       "access token lifetime 3600, refresh token lifetime 60: expected"},
      {"a negative grace", [](Settings& s) { s.lifetimes.refresh_grace = {-1}; }, "grace"},
      {"a resource server without a secret",
       [](Settings& s) {
         s.resource_servers = {{"rs", ""}};
       },
       "secret"},
      {"an origin with a path", [](Settings& s) { s.allowed_origins = {"https://a.example/x"}; }, "allowed origin"},
      {"an origin without a scheme", [](Settings& s) { s.allowed_origins = {"a.example"}; }, "allowed origin"},
      {"an origin without a host", [](Settings& s) { s.allowed_origins = {"tauri:localhost"}; }, "allowed origin"},
      {"every origin", [](Settings& s) { s.allowed_origins = {"*"}; }, "allowed origin"},
      {"the null origin in other letters", [](Settings& s) { s.allowed_origins = {"NULL"}; }, "allowed origin"},
      {"an origin for many", [](Settings& s) { s.allowed_origins = {"https://*.a.example"}; }, "allowed origin"},
      {"an allowed host that is a URL", [](Settings& s) { s.allowed_hosts = {"http://x/ y"}; }, "allowed host"},
      {"an allowed host with a path", [](Settings& s) { s.allowed_hosts = {"x.example/mcp"}; }, "host or host:port"},
      {"an allowed host with a user", [](Settings& s) { s.allowed_hosts = {"me@x.example"}; }, "host or host:port"},
      {"an allowed host with an empty port", [](Settings& s) { s.allowed_hosts = {"x.example:"}; },
       "host or host:port"},
      {"an allowed host with a query", [](Settings& s) { s.allowed_hosts = {"x.example?a"}; }, "host or host:port"},
      {"an allowed host that is empty", [](Settings& s) { s.allowed_hosts = {""}; }, "host or host:port"},
      {"a wildcard", [](Settings& s) { s.allowed_hosts = {"*"}; }, "host or host:port"},
      {"a client host with a scheme", [](Settings& s) { s.client_hosts = {"https://a.example"}; }, "client host"},
      {"a client host with a port", [](Settings& s) { s.client_hosts = {"a.example:443"}; }, "client host"},
      {"a client host with a path", [](Settings& s) { s.client_hosts = {"a.example/b"}; }, "client host"},
      {"a client host that is empty", [](Settings& s) { s.client_hosts = {""}; }, "client host"},
      {"client hosts without client documents",
       [](Settings& s) {
         s.client_documents = false;
         s.client_hosts = {"a.example"};
       },
       "client metadata documents"},
      {"no authorization off loopback", [](Settings& s) { s.serve_mcp_without_authorization = true; }, "loopback only"},
      {"a tool whose scope is not declared",
       [](Settings& s) {
         mcp::Tool tool;
         tool.name = "t";
         tool.description = "d";
         tool.scopes = ScopeSet{"x"};
         ASSERT_FALSE(s.catalog.add(std::move(tool)));
       },
       "not declared"},
  };
  for (const Row& row : rows) {
    Settings settings = good_settings();
    row.change(settings);
    const auto deployment = Deployment::build(std::move(settings));
    ASSERT_FALSE(deployment.ok()) << row.what;
    EXPECT_NE(deployment.error().find(row.told), std::string::npos) << row.what << ": " << deployment.error();
  }
}

TEST(Deployment, AllowedHostsAreNamesAndAddressesWithAndWithoutAPort) {
  Settings settings = good_settings();
  settings.allowed_hosts = {"Mcp.Internal", "mcp.internal:8443", "10.0.0.7", "[2001:DB8::1]:8000"};
  const auto deployment = Deployment::build(std::move(settings));
  ASSERT_TRUE(deployment.ok()) << deployment.error();
  EXPECT_EQ(deployment.value()->allowed_hosts,
            (std::vector<std::string>{"mcp.example.com", "mcp.internal", "mcp.internal:8443", "10.0.0.7",
                                      "[2001:db8::1]:8000"}));
}

TEST(Deployment, ClientHostsAreComparedInLowerCase) {
  Settings settings = good_settings();
  settings.client_hosts = {"APP.example", "[2001:DB8::1]"};
  const auto deployment = Deployment::build(std::move(settings));
  ASSERT_TRUE(deployment.ok()) << deployment.error();
  EXPECT_EQ(deployment.value()->authority.client_hosts, (std::vector<std::string>{"app.example", "[2001:db8::1]"}));
}

TEST(Deployment, PrintsEveryIdentifierFromTheSameBytes) {
  const auto deployment = testing::deployment_of(good_settings());
  ASSERT_NE(deployment, nullptr);
  EXPECT_EQ(deployment->authority.issuer, "https://mcp.example.com");
  EXPECT_EQ(deployment->authority.resource, "https://mcp.example.com/mcp");
  EXPECT_TRUE(deployment->authority.secure);
}

TEST(Deployment, TakesTheRootSlashAwayAndKeepsAPath) {
  Settings settings = good_settings();
  settings.public_url = "https://mcp.example.com/";
  EXPECT_EQ(testing::deployment_of(settings)->authority.issuer, "https://mcp.example.com");
  settings.public_url = "https://mcp.example.com/notes";
  const auto deployment = testing::deployment_of(settings);
  EXPECT_EQ(deployment->authority.path, "/notes");
  EXPECT_EQ(deployment->authority.resource, "https://mcp.example.com/notes/mcp");
}

TEST(Deployment, DefaultScopesAreAllScopesWhereNoneAreSaid) {
  Settings settings = good_settings();
  settings.default_scopes = ScopeSet{};
  EXPECT_EQ(testing::deployment_of(settings)->authority.default_scopes.to_string(), "notes:read notes:write user");
}

}  // namespace
}  // namespace postern
