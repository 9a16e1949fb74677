// An authorization server elsewhere, made of values: what lies there by URL, and what it answers when it is asked.
#pragma once

#include <functional>

#include "core/oauth/external.hpp"
#include "core/oauth/external_token.hpp"
#include "core/oauth/tokens.hpp"
#include "core/server/evaluate.hpp"
#include "tests/support/signer.hpp"
#include "tests/unit/oauth/fixture.hpp"
#include "tests/unit/server/settings.hpp"

namespace postern::oauth {

constexpr const char* issuer = "https://id.example/realm";
constexpr const char* inserted = "https://id.example/.well-known/oauth-authorization-server/realm";

class ExternalTest : public ::testing::Test {
 protected:
  test::Signer signer{"key-1"};
  test::World world;
  std::shared_ptr<const Deployment> deployment = deploy({.issuer = issuer});
  std::map<std::string, Fetched> there;  ///< What lies elsewhere, by URL.
  std::function<Fetched(const Fetch&)> on_post = [](const Fetch&) { return Fetched{500}; };

  void SetUp() override {
    there[inserted] = json({{"issuer", issuer},
                            {"authorization_endpoint", "https://id.example/realm/auth?tenant=1"},
                            {"token_endpoint", "https://id.example/realm/token"},
                            {"registration_endpoint", "https://id.example/realm/register"},
                            {"jwks_uri", "https://id.example/realm/keys"},
                            {"code_challenge_methods_supported", {"S256"}}});
    there["https://id.example/realm/keys"] = json(signer.jwks());
    world.elsewhere = [this](const Fetch& fetch) {
      if (fetch.method == "POST") return on_post(fetch);
      const auto at = there.find(fetch.url);
      return at == there.end() ? Fetched{404} : at->second;
    };
  }
  static Fetched json(const Json& body, int status = 200) {
    return Fetched{status, {{"Content-Type", "application/json"}}, body.dump(), FetchProblem::none};
  }
  static std::shared_ptr<const Deployment> deploy(External external) {
    Settings settings = postern::testing::good_settings();
    settings.external = std::move(external);
    return postern::testing::deployment_of(std::move(settings));
  }
  const Authority& authority() const { return deployment->authority; }

  Answer run(HttpRequest request) {
    request.headers.push_back({"Host", "mcp.example.com"});
    return world.run([&](const HttpRequest& seen, const Facts& facts) { return evaluate(*deployment, seen, facts); },
                     request);
  }
  Reply get(const std::string& target) { return run({"GET", target, {}, {}}).reply; }

  Json claims(const Json& changes = Json::object()) const {
    Json all{{"iss", issuer},          {"aud", "https://mcp.example.com/mcp"},
             {"sub", "u-1"},           {"client_id", "the-client"},
             {"scope", "notes:read"},  {"exp", world.now.count + 600},
             {"iat", world.now.count}, {"jti", "1"}};
    all.merge_patch(changes);
    return all;
  }
  std::string token(const Json& changes = Json::object(), const Json& header = {{"typ", "at+jwt"}}) const {
    return signer.sign(claims(changes), header);
  }

  /// How the gate sees this token: the principal, or the refusal.
  struct Visit {
    std::optional<Principal> principal;
    Answer answer;
    std::string outcome() const { return answer.audit.empty() ? "" : answer.audit.back().outcome; }
  };
  Visit visit(const std::string& bearer) {
    Visit visit;
    visit.answer = world.run(
        [&](const HttpRequest& seen, const Facts& facts) -> Outcome {
          Ask ask{facts};
          Admission admission = admit(authority(), seen, ask);
          if (Outcome* outcome = admission.outcome()) return *outcome;
          visit.principal = *admission.principal();
          return Answer{Reply{}, std::move(admission.commit), {}, {}};
        },
        {"POST", "/mcp", {{"Authorization", "Bearer " + bearer}}, {}});
    return visit;
  }
};

/// The same, asked about each token.
class IntrospectionElsewhereTest : public ExternalTest {
 protected:
  Json said = {{"active", true},
               {"sub", "u-1"},
               {"client_id", "the-client"},
               {"aud", "https://mcp.example.com/mcp"},
               {"scope", "notes:read user"},
               {"token_type", "Bearer"}};
  int status = 200;
  std::vector<Fetch> asked;

  void SetUp() override {
    ExternalTest::SetUp();
    deployment = deploy({.issuer = issuer,
                         .introspection_url = "https://id.example/introspect",
                         .client_id = "postern",
                         .client_secret = Secret("its-secret-there")});
    on_post = [this](const Fetch& fetch) {
      asked.push_back(fetch);
      return json(said, status);
    };
  }
};

}  // namespace postern::oauth
