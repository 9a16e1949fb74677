#include "core/flow/egress.hpp"

#include <gtest/gtest.h>

#include <string>

namespace postern {
namespace {

wire::Uri uri_of(const std::string& text) { return wire::Uri::parse(text).value(); }

TEST(Egress, AStrangersUrlIsHttpsToTheWorld) {
  const EgressPolicy policy;
  const struct {
    const char* url;
    bool good;
  } rows[] = {
      {"https://app.example/client.json", true},
      {"https://app.example:8443/client.json", true},
      {"https://93.184.216.34/a", true},
      {"http://app.example/a", false},
      {"http://app.example:8443/a", false},
      {"ftp://app.example:8443/a", false},
      {"ftp://app.example/a", false},
      {"file:///etc/passwd", false},
      {"gopher://app.example/a", false},
      {"data:text/plain,a", false},
      {"https:app.example/a", false},
      {"//app.example/a", false},
      {"https://user@app.example/a", false},
      {"https://user:pass@app.example/a", false},
      {"https://@app.example/a", false},
      {"https://app.example/a#b", false},
      {"https://app.example./a", false},
      {"https://localhost/a", false},
      {"https://LOCALHOST/a", false},
      {"https://sub.localhost/a", false},
      {"https://printer.local/a", false},
      {"https://metadata.google.internal/a", false},
      {"https://intranet/a", false},
      {"https://nas.lan/a", false},
      {"https://router.home.arpa/a", false},
      {"https://2130706433/a", false},
      {"https://0x7f000001/a", false},
      {"https://0x7f.1/a", false},
      {"https://017700000001/a", false},
      {"https://0177.0.0.1/a", false},
      {"https://127.1/a", false},
      {"https://127.0.1/a", false},
      {"https://127.0.0.01/a", false},
      {"https://1.2.3.4.5/a", false},
      {"https://[::1/a", false},
      {"https://[fe80::1%25eth0]/a", false},
      {"https://[::ffff:127.0.0.1]:80/a", false},
      {"https://app.example:22/a", false},
      {"https://app.example:80/a", false},
      {"https://app.example:0/a", false},
      {"https://app.example:65536/a", false},
      {"https://app%2eexample/a", false},
      {"https://\xd1\x84.example/a", false},
      {"https://app.example\\@evil.example/a", false},
      {"https://app.example/a b", false},
      {"https://app.example/\r\nX: y", false},
      {"https:///a", false},
      {"", false},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(judge_url(row.url, Reach::stranger, policy).ok(), row.good) << row.url;
  }
}

TEST(Egress, OnlyWhatTheOperatorWroteIsHttpAndOnLoopbackAlone) {
  const EgressPolicy policy;
  EXPECT_TRUE(judge_url("http://127.0.0.1:9000/token", Reach::configured, policy).ok());
  EXPECT_TRUE(judge_url("http://localhost:9000/token", Reach::configured, policy).ok());
  EXPECT_TRUE(judge_url("http://[::1]:9000/token", Reach::configured, policy).ok());
  EXPECT_TRUE(judge_url("https://id.example:444/token", Reach::configured, policy).ok());
  EXPECT_FALSE(judge_url("http://127.0.0.2:9000/token", Reach::configured, policy).ok());
  EXPECT_FALSE(judge_url("http://id.example/token", Reach::configured, policy).ok());
  EXPECT_FALSE(judge_url("http://192.168.1.2/token", Reach::configured, policy).ok());
  EXPECT_FALSE(judge_url("https://keycloak/token", Reach::configured, policy).ok());
}

TEST(Egress, ADeclaredHostIsLetThroughAndStaysHttps) {
  const EgressPolicy policy{{"keycloak", "id.corp:8443", "[fd00::1]"}};
  EXPECT_TRUE(judge_url("https://keycloak/a", Reach::stranger, policy).ok());
  EXPECT_TRUE(judge_url("https://id.corp:8443/a", Reach::stranger, policy).ok());
  EXPECT_FALSE(judge_url("https://id.corp/a", Reach::stranger, policy).ok());
  EXPECT_FALSE(judge_url("http://keycloak/a", Reach::configured, policy).ok());
  EXPECT_TRUE(judge_address("10.1.2.3", uri_of("https://keycloak/a"), Reach::stranger, policy));
  EXPECT_TRUE(judge_address("fd00::1", uri_of("https://[fd00::1]/a"), Reach::stranger, policy));
  EXPECT_FALSE(judge_address("10.1.2.3", uri_of("https://keycloak.example/a"), Reach::stranger, policy));
}

TEST(Egress, AddressesOfTheWorldAndNoOthers) {
  const EgressPolicy policy;
  const struct {
    const char* address;
    bool good;
  } rows[] = {
      {"93.184.216.34", true},
      {"8.8.8.8", true},
      {"1.1.1.1", true},
      {"172.15.255.255", true},
      {"172.32.0.0", true},
      {"100.63.255.255", true},
      {"100.128.0.0", true},
      {"198.17.255.255", true},
      {"198.20.0.0", true},
      {"223.255.255.255", true},
      {"2606:2800:220:1:248:1893:25c8:1946", true},
      {"2a00:1450:4001:81b::200e", true},
      {"::ffff:93.184.216.34", true},
      {"64:ff9b::5db8:d822", true},
      {"0.0.0.0", false},
      {"0.1.2.3", false},
      {"10.0.0.1", false},
      {"100.64.0.1", false},
      {"100.127.255.255", false},
      {"127.0.0.1", false},
      {"127.255.255.255", false},
      {"169.254.169.254", false},
      {"172.16.0.1", false},
      {"172.31.255.255", false},
      {"192.0.0.8", false},
      {"192.0.2.1", false},
      {"192.88.99.1", false},
      {"192.168.0.1", false},
      {"198.18.0.1", false},
      {"198.19.255.255", false},
      {"198.51.100.1", false},
      {"203.0.113.1", false},
      {"224.0.0.1", false},
      {"239.255.255.250", false},
      {"240.0.0.1", false},
      {"255.255.255.255", false},
      {"::", false},
      {"::1", false},
      {"::7f00:1", false},
      {"::127.0.0.1", false},
      {"::ffff:127.0.0.1", false},
      {"::ffff:7f00:1", false},
      {"::ffff:10.0.0.1", false},
      {"::ffff:0:127.0.0.1", false},
      {"64:ff9b::127.0.0.1", false},
      {"64:ff9b::a9fe:a9fe", false},
      {"64:ff9b:1::8.8.8.8", false},
      {"100::1", false},
      {"2001::1", false},
      {"2001:0:7f00:1::", false},
      {"2001:2::1", false},
      {"2001:10::1", false},
      {"2001:20::1", false},
      {"2001:db8::1", false},
      {"2002:7f00:1::1", false},
      {"2002:808:808::1", false},
      {"3fff::1", false},
      {"5f00::1", false},
      {"fc00::1", false},
      {"fd12:3456::1", false},
      {"fe80::1", false},
      {"fec0::1", false},
      {"ff02::1", false},
      {"fe80::1%eth0", false},
      {"127.1", false},
      {"localhost", false},
      {"", false},
  };
  const wire::Uri uri = uri_of("https://app.example/a");
  for (const auto& row : rows) {
    EXPECT_EQ(judge_address(row.address, uri, Reach::stranger, policy), row.good) << row.address;
    EXPECT_EQ(judge_address(row.address, uri, Reach::configured, policy), row.good) << row.address;
  }
}

TEST(Egress, AConfiguredLoopbackHostLeadsToLoopbackOnly) {
  const EgressPolicy policy;
  const wire::Uri uri = uri_of("http://localhost:9000/a");
  EXPECT_TRUE(judge_address("127.0.0.1", uri, Reach::configured, policy));
  EXPECT_TRUE(judge_address("::1", uri, Reach::configured, policy));
  EXPECT_FALSE(judge_address("8.8.8.8", uri, Reach::configured, policy));
  EXPECT_FALSE(judge_address("10.0.0.1", uri, Reach::configured, policy));
  EXPECT_FALSE(judge_address("127.0.0.1", uri, Reach::stranger, policy));
}

}  // namespace
}  // namespace postern
