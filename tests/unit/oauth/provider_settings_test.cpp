// What a provider needs to be told, and what follows from its issuer.
#include <functional>

#include "tests/unit/oauth/provider_fixture.hpp"

namespace postern::oauth {
namespace {

TEST(Provider, IsCompletedOrRefused) {
  const auto problem = [](Provider provider, std::string_view preset = {}) {
    const auto complete = oauth::complete(std::move(provider), preset);
    return complete ? std::string() : complete.error();
  };
  EXPECT_EQ(problem(github()), "");
  EXPECT_EQ(problem(corporate()), "");
  const struct {
    const char* name;
    std::function<void(Provider&)> change;
  } rows[] = {
      {"no id", [](Provider& p) { p.id = ""; }},
      {"a path of ours", [](Provider& p) { p.id = "token"; }},
      {"upper case", [](Provider& p) { p.id = "Corp"; }},
      {"a slash", [](Provider& p) { p.id = "a/b"; }},
      {"no client", [](Provider& p) { p.client_id = ""; }},
      {"no secret", [](Provider& p) { p.client_secret = Secret(); }},
      {"no issuer", [](Provider& p) { p.issuer = ""; }},
      {"plain http", [](Provider& p) { p.issuer = "http://id.example"; }},
      {"a query", [](Provider& p) { p.issuer = "https://id.example?a"; }},
      {"a user", [](Provider& p) { p.issuer = "https://a@id.example"; }},
      {"endpoints beside an issuer", [](Provider& p) { p.token_url = "https://id.example/token"; }},
      {"organisations", [](Provider& p) { p.allow.organisations = {"acme"}; }},
      {"no openid", [](Provider& p) { p.scope = "profile"; }},
      {"github with an issuer", [](Provider& p) { p.kind = Provider::Kind::github; }},
      {"oauth2 with an issuer", [](Provider& p) { p.kind = Provider::Kind::oauth2; }},
      {"another subject", [](Provider& p) { p.subject_claim = "email"; }},
  };
  for (const auto& row : rows) {
    Provider provider = corporate();
    row.change(provider);
    EXPECT_NE(problem(provider), "") << row.name;
  }
  EXPECT_NE(problem(corporate(), "gogle"), "");
  Provider loopback = corporate();
  loopback.issuer = "http://127.0.0.1:9000";
  EXPECT_EQ(problem(loopback), "");
  Provider plain = github();
  plain.kind = Provider::Kind::oauth2;
  plain.authorize_url = plain.token_url = plain.api_url = "https://id.example/x";
  EXPECT_EQ(problem(plain), "");
  plain.client_secret = Secret();
  EXPECT_EQ(problem(plain), "provider 'github': expected client_secret, client_secret_env or client_secret_file");
  Provider mail = github();
  mail.allow.email_domains = {"corp.example"};
  EXPECT_NE(problem(mail), "");
}

TEST(Provider, PresetsFollowFromTheIssuer) {
  const struct {
    const char* issuer;
    const char* label;
    const char* scope;
  } rows[] = {{"https://accounts.google.com", "Google", "openid profile email"},
              {"https://login.microsoftonline.com/t/v2.0", "Microsoft", "openid profile email offline_access"},
              {"https://id.example/realms/main", "Keycloak", "openid profile email offline_access"},
              {"https://acme.eu.auth0.com/", "Auth0", "openid profile email offline_access"},
              {"https://gitlab.com", "GitLab", "openid profile email"},
              {"https://acme.okta.com/oauth2/default", "Okta", "openid profile email offline_access"},
              {"https://notgoogle.example", "corp", "openid profile email"},
              {"https://evil-auth0.com", "corp", "openid profile email"}};
  for (const auto& row : rows) {
    Provider provider = corporate();
    provider.issuer = row.issuer;
    const auto complete = oauth::complete(provider);
    ASSERT_TRUE(complete.ok()) << row.issuer;
    EXPECT_EQ(complete->label, row.label) << row.issuer;
    EXPECT_EQ(complete->scope, row.scope) << row.issuer;
  }
}

}  // namespace
}  // namespace postern::oauth
