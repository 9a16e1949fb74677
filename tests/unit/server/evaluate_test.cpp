// The boundary and the routes: what every request passes, and who answers it.
#include "core/server/evaluate.hpp"

#include <gtest/gtest.h>

#include "core/wire/http.hpp"
#include "tests/unit/server/settings.hpp"

namespace postern {
namespace {

using testing::deployment_of;
using testing::good_settings;

HttpRequest get(std::string target, wire::Headers headers = {}, std::string host = "mcp.example.com") {
  headers.insert(headers.begin(), {"Host", std::move(host)});
  return {"GET", std::move(target), std::move(headers), ""};
}

Reply reply_to(const Deployment& deployment, const HttpRequest& request) {
  const Facts facts{UnixSeconds{1'800'000'000}, std::string(32, 'e')};
  const Outcome outcome = evaluate(deployment, request, facts);
  return outcome.answer() == nullptr ? Reply{-1, {}, "", {}} : outcome.answer()->reply;
}

int status_of(const Deployment& deployment, const HttpRequest& request) { return reply_to(deployment, request).status; }

std::string field(const Reply& reply, std::string_view name) {
  const std::string* value = wire::find_header(reply.headers, name);
  return value == nullptr ? "" : *value;
}

TEST(Boundary, RefusesHostsThatAreNotOurs) {  // security.md: DNS rebinding CVE-2025-66414, -66416
  const auto deployment = deployment_of(good_settings());
  const std::string target = "/.well-known/oauth-authorization-server";
  for (const char* host : {"evil.example.com", "mcp.example.com.evil.example", "mcp.example.com:8443", "", "null",
                           "localhost.evil.example", "localhost:80@evil", "127.0.0.1.evil.example", "127.0.0.1:1x",
                           "evil.example:localhost", "mcp.example.com:443:443"}) {
    EXPECT_EQ(status_of(*deployment, get(target, {}, host)), 403) << host;
  }
  HttpRequest without = get(target);
  without.headers.clear();
  EXPECT_EQ(status_of(*deployment, without), 400) << "no Host";
  HttpRequest twice = get(target);
  twice.headers.push_back({"Host", "evil.example.com"});
  EXPECT_EQ(status_of(*deployment, twice), 400) << "two Hosts";
  for (const char* host : {"mcp.example.com", "MCP.example.COM", "mcp.example.com:443", "localhost", "localhost:8000",
                           "127.0.0.1:65535", "[::1]", "[::1]:8000"}) {
    EXPECT_EQ(status_of(*deployment, get(target, {}, host)), 200) << host;
  }
}

TEST(Boundary, NeverBelievesForwardedFields) {  // security.md: Host, X-Forwarded-Host and -Proto believed
  const auto deployment = deployment_of(good_settings());
  const HttpRequest plain = get("/.well-known/oauth-authorization-server", {}, "localhost:8000");
  HttpRequest forwarded = plain;
  forwarded.headers.push_back({"X-Forwarded-Host", "evil.example.com"});
  forwarded.headers.push_back({"X-Forwarded-Proto", "http"});
  forwarded.headers.push_back({"Forwarded", "host=evil.example.com;proto=http"});
  EXPECT_EQ(reply_to(*deployment, plain), reply_to(*deployment, forwarded));
  EXPECT_NE(reply_to(*deployment, plain).body.find(R"("issuer":"https://mcp.example.com")"), std::string::npos);
}

TEST(Boundary, KeepsToItsLimits) {
  Settings settings = good_settings();
  settings.limits.body = 100;
  const auto deployment = deployment_of(settings);
  HttpRequest request = get("/token");
  request.body = std::string(101, 'x');
  EXPECT_EQ(status_of(*deployment, request), 413);
  EXPECT_EQ(status_of(*deployment, get("/" + std::string(8 << 10, 'x'))), 414);
  EXPECT_EQ(status_of(*deployment, get("/", {{"X", std::string(32 << 10, 'x')}})), 431);
  for (const char* target : {"", "*", "token", "/a/../mcp", "/mcp%00", "/%2e%2e/mcp", "/mcp#x", "/a\\b"}) {
    EXPECT_EQ(status_of(*deployment, get(target)), 400) << target;
  }
}

TEST(Boundary, ServesTheMcpEndpointToKnownOriginsOnly) {  // security.md: Origin allow-list, `Origin: null` refused
  Settings settings = good_settings();
  settings.allowed_origins = {"https://app.example.com"};
  const auto deployment = deployment_of(settings);
  for (const char* origin :
       {"null", "http://evil.example.com", "https://mcp.example.com.evil.example", "", "http://mcp.example.com",
        "https://app.example.com:8443", "http://localhost.evil.example", "file://", "https://mcp.example.com/"}) {
    EXPECT_EQ(status_of(*deployment, get("/mcp", {{"Origin", origin}})), 403) << origin;
    HttpRequest preflight = get("/mcp", {{"Origin", origin}});
    preflight.method = "OPTIONS";
    EXPECT_EQ(status_of(*deployment, preflight), 403) << origin;
  }
  // Past the Origin check the next refusal is the missing token.
  for (const char* origin :
       {"https://mcp.example.com", "https://app.example.com", "http://localhost:6274", "http://127.0.0.1:1"}) {
    EXPECT_EQ(status_of(*deployment, get("/mcp", {{"Origin", origin}})), 401) << origin;
  }
  EXPECT_EQ(status_of(*deployment, get("/mcp", {{"Origin", "https://mcp.example.com"}, {"Origin", "null"}})), 403);
}

TEST(Boundary, ServesOriginsOfAnySchemeThatAreNamed) {
  Settings settings = good_settings();
  settings.allowed_origins = {"chrome-extension://abcdefghijklmnopabcdefghijklmnop", "tauri://localhost",
                              "vscode-webview://1a2b", "http://app.example.com:8080", "null"};
  const auto deployment = deployment_of(settings);
  ASSERT_NE(deployment, nullptr);
  for (const std::string& origin : settings.allowed_origins) {
    EXPECT_EQ(status_of(*deployment, get("/mcp", {{"Origin", origin}})), 401) << origin;
    HttpRequest preflight = get("/mcp", {{"Origin", origin}});
    preflight.method = "OPTIONS";
    EXPECT_EQ(status_of(*deployment, preflight), 204) << origin;
  }
  for (const char* origin : {"chrome-extension://ponmlkjihgfedcbaponmlkjihgfedcba", "tauri://localhost:1",
                             "vscode-webview://1a2c", "tauri://evil.example", "http://app.example.com", "file://"}) {
    EXPECT_EQ(status_of(*deployment, get("/mcp", {{"Origin", origin}})), 403) << origin;
  }
  // Forms are sent by our own pages and by nobody else, whoever may speak to the MCP endpoint.
  HttpRequest form = get("/authorize", {{"Origin", "tauri://localhost"}});
  form.method = "POST";
  EXPECT_EQ(status_of(*deployment, form), 403);
}

TEST(Boundary, PackedBodiesAreRefusedWithWhatIsRead) {
  const auto deployment = deployment_of(good_settings());
  for (const char* path : {"/mcp", "/token", "/register", "/authorize", "/nothing"}) {
    for (const char* encoding : {"gzip", "br", "deflate", "gzip, identity", "identity, gzip", "x"}) {
      HttpRequest request = get(path, {{"Content-Encoding", encoding}});
      request.method = "POST";
      request.body = "\x1f\x8b";
      const Reply reply = reply_to(*deployment, request);
      EXPECT_EQ(reply.status, 415) << path << encoding;
      EXPECT_EQ(field(reply, "Accept-Encoding"), "identity");
    }
  }
  HttpRequest plain = get("/mcp", {{"Content-Encoding", "Identity"}});
  plain.method = "POST";
  EXPECT_EQ(status_of(*deployment, plain), 401);
}

TEST(Boundary, SaysToKnownOriginsAloneThatThePrivateNetworkIsOpen) {
  Settings settings = good_settings();
  settings.allowed_origins = {"https://app.example.com"};
  const auto deployment = deployment_of(settings);
  const auto answer = [&deployment](const char* path, wire::Headers headers) {
    HttpRequest request = get(path, std::move(headers));
    request.method = "OPTIONS";
    return field(reply_to(*deployment, request), "Access-Control-Allow-Private-Network");
  };
  const wire::Header asks{"Access-Control-Request-Private-Network", "true"};
  for (const char* path : {"/mcp", "/token", "/.well-known/oauth-protected-resource"}) {
    for (const char* origin : {"https://app.example.com", "http://localhost:6274", "https://mcp.example.com"}) {
      EXPECT_EQ(answer(path, {{"Origin", origin}, asks}), "true") << path << origin;
      EXPECT_EQ(answer(path, {{"Origin", origin}}), "") << path << origin;
    }
    for (const char* origin : {"https://evil.example", "null"}) {
      EXPECT_EQ(answer(path, {{"Origin", origin}, asks}), "") << path << origin;
    }
    EXPECT_EQ(answer(path, {asks}), "") << path;
    EXPECT_EQ(answer(path, {{"Origin", "https://app.example.com"}, {"Access-Control-Request-Private-Network", "yes"}}),
              "");
  }
}

TEST(Routes, DiscoveryIsFoundUnderEverySpelling) {
  Settings settings = good_settings();
  const auto at_root = deployment_of(settings);
  for (const char* path : {"/.well-known/oauth-authorization-server", "/.well-known/openid-configuration",
                           "/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp",
                           "/.well-known/oauth-protected-resource/mcp/"}) {
    EXPECT_EQ(status_of(*at_root, get(path)), 200) << path;
  }
  settings.public_url = "https://mcp.example.com/notes";
  const auto below = deployment_of(settings);
  for (const char* path : {"/.well-known/oauth-authorization-server/notes", "/.well-known/openid-configuration/notes",
                           "/notes/.well-known/openid-configuration", "/.well-known/oauth-protected-resource/notes/mcp",
                           "/.well-known/oauth-authorization-server"}) {
    EXPECT_EQ(status_of(*below, get(path)), 200) << path;
  }
  EXPECT_EQ(status_of(*below, get("/.well-known/oauth-authorization-server/other")), 404);
  EXPECT_EQ(status_of(*below, get("/notes/mcp")), 401);
  EXPECT_EQ(status_of(*below, get("/notesmcp")), 404);
}

TEST(Routes, TheMcpEndpointIsServedInPlaceWithAndWithoutASlash) {
  const auto deployment = deployment_of(good_settings());
  EXPECT_EQ(status_of(*deployment, get("/mcp")), 401);
  EXPECT_EQ(status_of(*deployment, get("/mcp/")), 401);
  EXPECT_EQ(status_of(*deployment, get("/MCP")), 404);
  EXPECT_EQ(status_of(*deployment, get("/mcp/x")), 404);
}

TEST(Routes, ATransportThatIsSwitchedOffHasNoEndpointAndNoMetadata) {
  const std::string known = "/.well-known/oauth-protected-resource";
  const struct {
    Transports transports;
    int mcp, sse;  ///< The endpoint's status without a token.
    const char* at_root;
  } rows[] = {{Transports::all, 401, 401, "/notes/mcp"},
              {Transports::streamable_http, 401, 404, "/notes/mcp"},
              {Transports::sse, 404, 401, "/notes/sse"}};
  for (const auto& row : rows) {
    Settings settings = good_settings();
    settings.public_url = "https://mcp.example.com/notes";
    settings.transports = row.transports;
    const auto deployment = deployment_of(settings);
    const auto status = [&](const std::string& path) { return status_of(*deployment, get(path)); };
    for (const char* prefix : {"", "/notes"}) {
      EXPECT_EQ(status(prefix + std::string("/mcp")), row.mcp);
      EXPECT_EQ(status(prefix + std::string("/mcp/")), row.mcp);
      EXPECT_EQ(status(prefix + std::string("/sse")), row.sse);
      EXPECT_EQ(status(prefix + std::string("/sse/")), row.sse);
      EXPECT_EQ(status(prefix + std::string("/messages")), row.sse);
    }
    EXPECT_EQ(status(known + "/notes/mcp"), row.mcp == 401 ? 200 : 404);
    EXPECT_EQ(status(known + "/notes/sse"), row.sse == 401 ? 200 : 404);
    EXPECT_EQ(status(known + "/sse"), 404) << "the issuer has a path";
    for (const std::string& path : {known, known + "/notes", "/notes" + known}) {
      const std::string body = reply_to(*deployment, get(path)).body;
      EXPECT_NE(body.find(R"("resource":"https://mcp.example.com)" + std::string(row.at_root)), std::string::npos)
          << path;
    }
    EXPECT_NE(reply_to(*deployment, get("/")).body.find(row.at_root), std::string::npos);
  }
}

TEST(Routes, ProgramsGetCorsOnErrorsTooAndPagesNever) {
  const auto deployment = deployment_of(good_settings());
  for (const char* path : {"/mcp", "/sse", "/messages", "/token", "/register", "/revoke", "/introspect", "/nothing",
                           "/.well-known/oauth-authorization-server"}) {
    const Reply reply = reply_to(*deployment, get(path));
    EXPECT_EQ(field(reply, "Access-Control-Allow-Origin"), "*") << path;
    EXPECT_NE(field(reply, "Access-Control-Expose-Headers").find("WWW-Authenticate"), std::string::npos) << path;
    EXPECT_EQ(field(reply, "Access-Control-Allow-Credentials"), "") << path;
  }
  EXPECT_EQ(field(reply_to(*deployment, get("/authorize")), "Access-Control-Allow-Origin"), "");
}

TEST(Routes, APreflightNeedsNoAuthorization) {
  const auto deployment = deployment_of(good_settings());
  HttpRequest request = get("/mcp", {{"Origin", "http://localhost:6274"},
                                     {"Access-Control-Request-Method", "POST"},
                                     {"Access-Control-Request-Headers", "authorization,mcp-param-region"}});
  request.method = "OPTIONS";
  const Reply reply = reply_to(*deployment, request);
  EXPECT_EQ(reply.status, 204);
  EXPECT_EQ(field(reply, "Access-Control-Allow-Headers"), "authorization,mcp-param-region");
  request.headers.back().value = "x\r\nSet-Cookie: a=b";
  EXPECT_EQ(field(reply_to(*deployment, request), "Access-Control-Allow-Headers").find("Set-Cookie"),
            std::string::npos);
}

TEST(Routes, NothingElseIsThere) {
  const auto deployment = deployment_of(good_settings());
  for (const char* path : {"/admin", "/.env", "/authorize/", "/token/", "//token", "/.well-known/", "/mcpx"}) {
    EXPECT_EQ(status_of(*deployment, get(path)), 404) << path;
  }
  EXPECT_EQ(status_of(*deployment, get("/healthz")), 200);
  EXPECT_EQ(status_of(*deployment, get("/")), 200);
}

TEST(Routes, BrowsersGetPagesWhereProgramsGetTextOrJson) {
  const std::string browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
  for (const std::string path : {"", "/notes"}) {
    Settings settings = good_settings();
    settings.name = "A <b>server</b>";
    settings.public_url += path;
    const auto deployment = deployment_of(settings);
    const Reply front = reply_to(*deployment, get(path + "/", {{"Accept", browser}}));
    EXPECT_EQ(front.status, 200);
    EXPECT_NE(front.body.find("<code>https://mcp.example.com" + path + "/mcp</code>"), std::string::npos) << front.body;
    EXPECT_NE(front.body.find("href=\"" + path + "/account\""), std::string::npos) << front.body;
    EXPECT_NE(front.body.find("MCP server"), std::string::npos);
    const Reply nothing = reply_to(*deployment, get(path + "/no-such-place?canary", {{"Accept", browser}}));
    EXPECT_EQ(nothing.status, 404);
    EXPECT_NE(nothing.body.find("href=\"" + path + "/\""), std::string::npos) << nothing.body;
    const Reply login = reply_to(*deployment, get(path + "/account", {{"Accept", browser}}));
    for (const Reply& page : {front, nothing}) {
      EXPECT_EQ(field(page, "Content-Type"), "text/html; charset=utf-8");
      for (const char* name : {"Content-Security-Policy", "X-Frame-Options", "X-Content-Type-Options",
                               "Referrer-Policy", "Permissions-Policy", "Cache-Control"}) {
        EXPECT_EQ(field(page, name), field(login, name)) << name;
        EXPECT_NE(field(page, name), "") << name;
      }
      EXPECT_EQ(field(page, "Location"), "");
      EXPECT_EQ(field(page, "Set-Cookie"), "");
      EXPECT_EQ(field(page, "Access-Control-Allow-Origin"), "");
      for (const char* none : {"<script", "canary", "no-such-place", "<b>server"}) {
        EXPECT_EQ(page.body.find(none), std::string::npos) << none;
      }
    }
    HttpRequest head = get(path + "/", {{"Accept", browser}});
    head.method = "HEAD";
    EXPECT_EQ(field(reply_to(*deployment, head), "Content-Type"), "text/html; charset=utf-8");
    head.method = "POST";
    EXPECT_EQ(status_of(*deployment, head), 405);

    for (const wire::Headers& program :
         {wire::Headers{}, wire::Headers{{"Accept", "*/*"}}, wire::Headers{{"Accept", "application/json"}},
          wire::Headers{{"Accept", "text/html;q=0"}}}) {
      const Reply plain = reply_to(*deployment, get(path + "/", program));
      EXPECT_EQ(field(plain, "Content-Type"), "text/plain; charset=utf-8");
      EXPECT_EQ(field(plain, "Vary"), "Accept");
      const Reply error = reply_to(*deployment, get(path + "/no-such-place", program));
      EXPECT_EQ(error.status, 404);
      EXPECT_EQ(field(error, "Content-Type"), "application/json");
    }
    EXPECT_EQ(field(front, "Vary"), "Accept");
  }
}

TEST(Routes, WhereTheAuthorizationServerIsElsewhereTheFrontPageLeadsToNoAccount) {
  Settings settings = good_settings();
  settings.own_users = false;
  settings.external = oauth::External{.issuer = "https://as.example"};
  const auto deployment = deployment_of(settings);
  ASSERT_NE(deployment, nullptr);
  const Reply front = reply_to(*deployment, get("/", {{"Accept", "text/html"}}));
  EXPECT_EQ(front.status, 200);
  EXPECT_EQ(front.body.find("/account"), std::string::npos);
  EXPECT_EQ(reply_to(*deployment, get("/account", {{"Accept", "text/html"}})).status, 404);
}

}  // namespace
}  // namespace postern
