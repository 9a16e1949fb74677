#include "core/wire/redirect_uri.hpp"

#include <gtest/gtest.h>

#include <string>

namespace postern::wire {
namespace {

TEST(RedirectUri, Refuses) {
  const struct {
    const char* why;
    const char* text;
  } rows[] = {
      {"nothing", ""},
      {"a relative reference", "/callback"},
      {"http off loopback", "http://example.com/cb"},
      {"http on a name that begins like loopback", "http://localhost.evil.example/cb"},
      {"http on the unspecified address", "http://0.0.0.0:3000/cb"},
      {"http on another address of 127/8", "http://127.0.0.2/cb"},
      {"http on a mapped loopback address", "http://[::ffff:127.0.0.1]/cb"},
      {"loopback only in the userinfo", "http://localhost@evil.example/cb"},
      {"userinfo with https", "https://good.example@evil.example/cb"},
      {"empty userinfo", "https://@example.com/cb"},
      {"a fragment", "https://example.com/cb#x"},
      {"an empty fragment", "https://example.com/cb#"},
      {"a backslash", "https://good.example\\.evil.example/cb"},
      {"a line feed", "https://example.com/cb\nSet-Cookie:a"},
      {"a dot segment that leaves the registered path", "https://example.com/cb/../open"},
      {"the same in escapes", "https://example.com/cb/%2E%2e/open"},
      {"every host of a domain", "https://*.client.example/cb"},
      {"any host", "https://*/cb"},
      {"a pattern in the middle of a name", "https://app*.client.example/cb"},
      {"the same in an escape", "https://%2a.client.example/cb"},
      {"the same of an application's scheme", "cursor://*.client.example/cb"},
      {"the same after userinfo", "https://a@*.client.example/cb"},
      {"any port", "http://localhost:*/cb"},
      {"any port of a host", "https://app.example:*/cb"},
      {"every host of a domain, by its dot", "https://.client.example/cb"},
      {"an empty label", "https://app..client.example/cb"},
      {"several hosts", "https://a.example,b.example/cb"},
      {"a variable", "https://$host.example/cb"},
      {"a host in another alphabet", "https://\xd0\xb0pp.example/cb"},
      {"script", "javascript:alert(1)"},
      {"script in other letters", "JavaScript://example.com/%0Aalert(1)"},
      {"content in the URI itself", "data:text/html,<script>"},
      {"content in the URI itself, well formed", "data:text/html,hello"},
      {"a file", "file:///etc/passwd"},
      {"a blob", "blob:https://example.com/1"},
      {"vbscript", "vbscript:x"},
      {"about", "about:blank"},
      {"mail", "mailto:a@b.example"},
      {"ftp", "ftp://h/x"},
      {"the source viewer", "view-source:https://h"},
      {"web sockets", "wss://h/x"},
      {"the browser's own pages", "chrome://settings"},
      {"an extension", "chrome-extension://abc/x.html"},
      {"an Android intent", "intent://scan/#Intent;end"},
      {"an Office program", "ms-word:ofe|u|https://h"},
      {"an Office program, well formed", "ms-word:ofe"},
      {"a settings pane with a dot in its scheme", "x-apple.systempreferences:com.apple"},
      {"an unknown scheme without a dot", "myapp://cb"},
      {"a scheme that ends in its dot", "myapp.://cb"},
  };
  for (const auto& row : rows) EXPECT_FALSE(RedirectUri::parse(row.text).ok()) << row.why << ": " << row.text;
}

TEST(RedirectUri, PrivateUseSchemesAreThePolicysToForbid) {
  const RedirectPolicy strict{.allow_private_use = false};
  EXPECT_FALSE(RedirectUri::parse("com.example.app:/cb", strict).ok());
  EXPECT_FALSE(RedirectUri::parse("cursor://x/cb", strict).ok());
  EXPECT_TRUE(RedirectUri::parse("http://localhost/cb", strict).ok());
}

TEST(RedirectUri, TakesWhatRealClientsRegister) {
  for (const char* text :
       {"https://claude.ai/api/mcp/auth_callback", "https://chatgpt.com/connector_platform_oauth_redirect",
        "https://example.com:8443/cb?tenant=1", "https://xn--e1afmkfd.example/cb", "https://app_1.example./cb",
        "https://app.example/*", "https://[2001:db8::1]/cb", "https://vscode.dev/redirect", "http://127.0.0.1:33418/",
        "http://127.0.0.1", "http://localhost:6274/oauth/callback", "http://[::1]:8080/cb",
        "cursor://anysphere.cursor-mcp/oauth/callback", "vscode://vscode.github-authentication/did-authenticate",
        "vscode-insiders://x/y", "windsurf://oauth/callback", "com.example.app:/oauth2redirect/example-provider",
        "com.raycast:/oauth?package_name=Extension"}) {
    const auto uri = RedirectUri::parse(text);
    ASSERT_TRUE(uri.ok()) << text << ": " << uri.error().what;
    EXPECT_EQ(uri->text(), text);
  }
}

TEST(RedirectUri, Matches) {
  const struct {
    const char* why;
    const char* registered;
    const char* presented;
    bool match;
  } rows[] = {
      {"a longer path", "https://h/cb", "https://h/cb/x", false},
      {"a slash more", "https://h/cb", "https://h/cb/", false},
      {"an empty path is not the root here", "https://h", "https://h/", false},
      {"a query more", "https://h/cb", "https://h/cb?a=1", false},
      {"another port with https", "https://h:1/cb", "https://h:2/cb", false},
      {"the default port spelled out", "https://h/cb", "https://h:443/cb", false},
      {"another port with https on loopback", "https://localhost:1/cb", "https://localhost:2/cb", false},
      {"a subdomain", "https://h.example/cb", "https://a.h.example/cb", false},
      {"host in other letters", "https://h/cb", "https://H/cb", false},
      {"loopback under another name", "http://localhost:1/cb", "http://127.0.0.1:1/cb", false},
      {"loopback of the other family", "http://127.0.0.1/cb", "http://[::1]/cb", false},
      {"loopback, another path", "http://127.0.0.1:1/cb", "http://127.0.0.1:2/cb2", false},
      {"loopback, another query", "http://127.0.0.1:1/cb?a", "http://127.0.0.1:2/cb?b", false},
      {"loopback, other letters", "http://localhost/cb", "http://LOCALHOST:2/cb", false},
      {"loopback and https", "http://localhost/cb", "https://localhost/cb", false},
      {"a private-use scheme, another path", "com.example:/a", "com.example:/b", false},
      {"the same", "https://h/cb?a=1", "https://h/cb?a=1", true},
      {"loopback, another port", "http://127.0.0.1:1/cb?a", "http://127.0.0.1:54321/cb?a", true},
      {"loopback registered without a port", "http://[::1]/cb", "http://[::1]:54321/cb", true},
      {"localhost registered with a port", "http://localhost:3118/callback", "http://localhost/callback", true},
      {"a private-use scheme", "cursor://x/cb", "cursor://x/cb", true},
  };
  for (const auto& row : rows) {
    const auto registered = RedirectUri::parse(row.registered).value();
    const auto presented = RedirectUri::parse(row.presented).value();
    EXPECT_EQ(matches(registered, presented), row.match) << row.why;
  }
}

TEST(RedirectUri, LeavesOutTheLoopbackPortOnly) {
  const struct {
    const char *text, *without;
  } rows[] = {
      {"http://127.0.0.1:33418/a:1", "http://127.0.0.1/a:1"},
      {"http://[::1]:80", "http://[::1]"},
      {"http://[::1]/a:b", "http://[::1]/a:b"},
      {"http://localhost:?x=:1", "http://localhost?x=:1"},
      {"https://localhost:8443/cb", "https://localhost:8443/cb"},
      {"cursor://a:1/cb", "cursor://a:1/cb"},
  };
  for (const auto& row : rows) EXPECT_EQ(RedirectUri::parse(row.text).value().without_loopback_port(), row.without);
}

TEST(RedirectUri, ShowsWhereTheCodeGoes) {
  const struct {
    const char *text, *shown;
  } rows[] = {
      {"https://Example.com:443/cb", "example.com"},
      {"https://example.com:8443/", "example.com:8443"},
      {"http://[::1]:3000/", "[::1]:3000"},
      {"http://localhost/cb", "localhost"},
      {"com.example.app:/cb", "com.example.app:"},
      {"cursor://anysphere.cursor-mcp/cb", "cursor://anysphere.cursor-mcp"},
  };
  for (const auto& row : rows) EXPECT_EQ(RedirectUri::parse(row.text).value().display_host(), row.shown);
}

}  // namespace
}  // namespace postern::wire
