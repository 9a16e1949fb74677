#include "core/wire/uri.hpp"

#include <gtest/gtest.h>

#include <string>

#include "core/wire/ip_address.hpp"

namespace postern::wire {
namespace {

TEST(Uri, Refuses) {
  const struct {
    const char* why;
    std::string text;
  } rows[] = {
      {"nothing", ""},
      {"a relative reference", "/path"},
      {"a network-path reference", "//host/path"},
      {"no scheme before the colon", "://host"},
      {"a scheme that begins with a digit", "1http://h"},
      {"a scheme with an underscore", "ht_tp://h"},
      {"a space in front", " https://h"},
      {"a backslash, which browsers read as a slash", "https://good.example\\@evil.example"},
      {"a backslash in the path", "https://h/a\\b"},
      {"a space", "https://h/a b"},
      {"a tab, which browsers drop", "https://h/a\tb"},
      {"a line feed in the scheme", "java\nscript://h"},
      {"NUL", std::string("https://h/\0", 11)},
      {"DEL", "https://h/\x7F"},
      {"a letter above ASCII",
       "https://b\xC3\xBC"
       "cher.example/"},
      {"a quotation mark", "https://h/\""},
      {"angle brackets", "https://h/<script>"},
      {"a broken escape", "https://h/%4"},
      {"an escape of no hexadecimal digits", "https://h/%zz"},
      {"an escaped host", "https://%65vil.example/"},
      {"no host", "https:///path"},
      {"no authority", "https:path"},
      {"a port without a host", "https://:443/"},
      {"userinfo without a host", "https://user@/"},
      {"two '@'", "https://good.example@evil.example@h/"},
      {"a port above 65535", "https://h:65536/"},
      {"a port that would wrap round", "https://h:4294967739/"},
      {"a port with a sign", "https://h:+80/"},
      {"two ports", "https://h:80:90/"},
      {"brackets without end", "https://[::1/"},
      {"text after the brackets", "https://[::1]evil/"},
      {"an IPv6 literal with a zone", "https://[fe80::1%25eth0]/"},
      {"a future literal", "https://[v1.x]/"},
      {"brackets in a name", "https://a[::1]/"},
      {"an IPv6 address without brackets", "https://::1/"},
      {"a short IPv4 address", "http://127.1/"},
      {"an IPv4 address as one number", "http://2130706433/"},
      {"a hexadecimal IPv4 address", "http://0x7f.0.0.1/"},
      {"an octal IPv4 address", "http://0177.0.0.1/"},
      {"an IPv4 address with a dot behind", "http://127.0.0.1./"},
      {"too many octets", "http://1.2.3.4.5/"},
      {"an octet above 255", "http://256.1.1.1/"},
      {"a second '#'", "https://h/#a#b"},
      {"more than 8 KiB", "https://h/" + std::string(8192, 'a')},
  };
  for (const auto& row : rows) EXPECT_FALSE(Uri::parse(row.text).ok()) << row.why << ": " << row.text;
}

TEST(Uri, TheExamplesOfRfc3986Section112) {
  for (const char* text : {"ftp://ftp.is.co.za/rfc/rfc1808.txt", "http://www.ietf.org/rfc/rfc2396.txt",
                           "ldap://[2001:db8::7]/c=GB?objectClass?one", "mailto:John.Doe@example.com",
                           "news:comp.infosystems.www.servers.unix", "tel:+1-816-555-1212", "telnet://192.0.2.16:80/",
                           "urn:oasis:names:specification:docbook:dtd:xml:4.1.2"}) {
    const auto uri = Uri::parse(text);
    ASSERT_TRUE(uri.ok()) << text << ": " << uri.error().what;
    EXPECT_EQ(uri->to_string(), text);
  }
}

TEST(Uri, TakesItsParts) {
  const Uri uri = Uri::parse("foo://us%20er:pw@EXAMPLE.com:8042/over/there?name=ferret#nose").value();
  EXPECT_EQ(uri.scheme, "foo");
  EXPECT_EQ(uri.userinfo, "us%20er:pw");
  EXPECT_EQ(uri.host, "example.com");
  EXPECT_EQ(uri.port, 8042);
  EXPECT_EQ(uri.path, "/over/there");
  EXPECT_EQ(uri.query, "name=ferret");
  EXPECT_EQ(uri.fragment, "nose");
  EXPECT_EQ(Uri::parse("https://@h").value().userinfo, "") << "an empty userinfo is one";
  EXPECT_EQ(Uri::parse("https://h?").value().query, "") << "an empty query is one";
  EXPECT_EQ(Uri::parse("https://h#").value().fragment, "");
  EXPECT_EQ(Uri::parse("https://h:").value().port, std::nullopt);
  EXPECT_EQ(Uri::parse("HTTPS://[2001:DB8::7]:8443/A").value().host, "[2001:db8::7]");
  EXPECT_EQ(Uri::parse("com.example.app:/cb").value().path, "/cb");
}

TEST(Uri, LoopbackIsThreeHostsAndNoMore) {
  for (const char* text : {"http://127.0.0.1", "http://[::1]:80/", "http://LocalHost:3000/x"}) {
    EXPECT_TRUE(Uri::parse(text).value().is_loopback()) << text;
  }
  for (const char* text :
       {"http://127.0.0.2", "http://localhost.example", "http://localhost.", "http://[::ffff:127.0.0.1]",
        "http://[0:0:0:0:0:0:0:1]", "http://0.0.0.0", "http://[::]", "http://127.0.0.1.example"}) {
    EXPECT_FALSE(Uri::parse(text).value().is_loopback()) << text;
  }
}

TEST(Uri, Origin) {
  EXPECT_EQ(Uri::parse("HTTPS://Example.com:443/x?y").value().origin(), "https://example.com");
  EXPECT_EQ(Uri::parse("http://[::1]:3000").value().origin(), "http://[::1]:3000");
  EXPECT_EQ(Uri::parse("http://h:443/").value().origin(), "http://h:443");
  EXPECT_EQ(Uri::parse("com.example:/cb").value().origin(), "null");
}

TEST(Uri, SameResource) {
  const struct {
    const char* why;
    const char* left;
    const char* right;
    bool same;
  } rows[] = {
      {"a slash on a path is part of it", "https://h/mcp", "https://h/mcp/", false},
      {"paths have case", "https://h/mcp", "https://h/MCP", false},
      {"another host", "https://h/mcp", "https://h.evil/mcp", false},
      {"another scheme", "https://h/", "http://h/", false},
      {"another port", "https://h:8443/", "https://h/", false},
      {"a query", "https://h/mcp", "https://h/mcp?", false},
      {"a fragment", "https://h/mcp", "https://h/mcp#", false},
      {"userinfo", "https://h/mcp", "https://u@h/mcp", false},
      {"escapes are compared as written", "https://h/%41", "https://h/A", false},
      {"an empty path is the root", "https://h", "https://h/", true},
      {"scheme and host have no case", "HTTPS://H.Example/mcp", "https://h.example/mcp", true},
      {"the default port says nothing", "https://h:443/mcp", "https://h/mcp", true},
      {"an empty port says nothing", "http://h:/mcp", "http://h:80/mcp", true},
  };
  for (const auto& row : rows) {
    const Uri left = Uri::parse(row.left).value(), right = Uri::parse(row.right).value();
    EXPECT_EQ(same_resource(left, right), row.same) << row.why;
    EXPECT_EQ(same_resource(right, left), row.same) << row.why;
  }
}

TEST(Uri, AppendQueryKeepsWhatIsThere) {
  const struct {
    const char *uri, *added, *result;
  } rows[] = {
      {"https://h/cb", "code=1", "https://h/cb?code=1"},
      {"https://h/cb?", "code=1", "https://h/cb?code=1"},
      {"https://h/cb?a=b", "code=1", "https://h/cb?a=b&code=1"},
      {"https://h/cb?a=b&", "code=1", "https://h/cb?a=b&code=1"},
      {"https://h/cb#f?g", "code=1", "https://h/cb?code=1#f?g"},
      {"cursor://app/cb", "code=1", "cursor://app/cb?code=1"},
      {"https://h/cb?a=b", "", "https://h/cb?a=b"},
  };
  for (const auto& row : rows) EXPECT_EQ(append_query(row.uri, row.added), row.result);
}

TEST(Uri, DotSegments) {
  for (const char* path : {"/.", "/..", "/a/../b", "/a/./b", "/%2e", "/%2E%2e/", "/.%2e", "..", "/a/.."}) {
    EXPECT_TRUE(has_dot_segment(path)) << path;
  }
  for (const char* path : {"", "/", "/.well-known/x", "/...", "/a..b", "/a.", "/.a", "/%2e%2e%2e", "/%252e"}) {
    EXPECT_FALSE(has_dot_segment(path)) << path;
  }
}

TEST(IpAddress, Ipv6) {
  for (const char* text :
       {"::", "::1", "1::", "1:2:3:4:5:6:7:8", "1::8", "2001:db8::7", "::ffff:192.0.2.1", "1:2:3:4:5:6:1.2.3.4",
        "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "64:ff9b::192.0.2.33", "ABCD:EF01::"}) {
    EXPECT_TRUE(is_ipv6(text)) << text;
  }
  for (const char* text :
       {"", ":", ":::", "1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", "g::", ":1",
        "1:", "::1:", "1.2.3.4", "1:2:3:4:5:6:7:1.2.3.4", "::1.2.3", "1.2.3.4::", "1:2:3:4:5:6:7:8::", "::%1"}) {
    EXPECT_FALSE(is_ipv6(text)) << text;
  }
}

TEST(IpAddress, EndsInNumber) {
  for (const char* host : {"1", "127.1", "a.1", "0x", "a.0xFF", "1.2.3.4.", "09"})
    EXPECT_TRUE(ends_in_number(host)) << host;
  for (const char* host : {"", "a", "1a", "1.a", "0xg", "a.0xg", "1.2..", "x0"})
    EXPECT_FALSE(ends_in_number(host)) << host;
}

}  // namespace
}  // namespace postern::wire
