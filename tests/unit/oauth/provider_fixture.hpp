// A third party made of values: every request that goes out is here, and every answer.
#pragma once

#include <deque>

#include "core/oauth/bearer.hpp"
#include "core/oauth/provider_call.hpp"
#include "core/oauth/provider_login.hpp"
#include "tests/support/signer.hpp"
#include "tests/unit/oauth/fixture.hpp"

namespace postern::oauth {

inline Fetched json_answer(const Json& body, int status = 200) {
  return {status, {{"Content-Type", "application/json"}}, body.dump(), FetchProblem::none};
}

inline Provider github() {
  Provider provider;
  provider.id = "github";
  provider.kind = Provider::Kind::github;
  provider.client_id = "gh-client";
  provider.client_secret = Secret("gh-secret");
  return provider;
}

inline Provider corporate() {
  Provider provider;
  provider.id = "corp";
  provider.kind = Provider::Kind::oidc;
  provider.client_id = "corp-client";
  provider.client_secret = Secret("corp-secret");
  provider.issuer = "https://id.example";
  return provider;
}

class ProviderTest : public OAuthTest {
 protected:
  test::Signer signer{"k1"};

  // What the provider does; tests change it.
  Json token_answer{{"access_token", "gho_upstream"}, {"token_type", "bearer"}, {"scope", "read:user"}};
  Json profile{{"login", "octocat"}, {"id", 583231}, {"name", "The Octocat"}};
  Json organisations = Json::array();
  Json discovery{{"issuer", "https://id.example"},
                 {"authorization_endpoint", "https://id.example/authorize"},
                 {"token_endpoint", "https://id.example/token"},
                 {"userinfo_endpoint", "https://id.example/userinfo"},
                 {"jwks_uri", "https://id.example/keys"}};
  Json keys;
  Json id_claims;  ///< Changes to the claims of ID tokens.
  Json id_header = Json::object();
  std::string nonce;  ///< As it came with the authorization request.
  int profile_status = 200;
  wire::Headers profile_headers;
  bool away = false;

  void SetUp() override {
    OAuthTest::SetUp();
    keys = signer.jwks();
    world.elsewhere = [this](const Fetch& fetch) { return answer(fetch); };
  }

  void offer(Provider provider, bool own_users = true) {
    auto complete = oauth::complete(std::move(provider));
    ASSERT_TRUE(complete.ok()) << complete.error();
    authority.providers.push_back(std::move(complete).value());
    authority.own_users = own_users;
  }

  Fetched answer(const Fetch& fetch) {
    if (away) return {0, {}, "", FetchProblem::unreachable};
    if (fetch.url == "https://github.com/login/oauth/access_token") return json_answer(token_answer);
    if (fetch.url == "https://api.github.com/user") {
      Fetched fetched = json_answer(profile, profile_status);
      fetched.headers.insert(fetched.headers.end(), profile_headers.begin(), profile_headers.end());
      return fetched;
    }
    if (fetch.url.starts_with("https://api.github.com/user/orgs")) return json_answer(organisations);
    if (fetch.url == "https://id.example/.well-known/openid-configuration") return json_answer(discovery);
    if (fetch.url == "https://id.example/keys") return json_answer(keys);
    if (fetch.url == "https://id.example/userinfo")
      return json_answer({{"sub", "u-1"}, {"name", "Ada"}}, profile_status);
    if (fetch.url == "https://id.example/token") {
      Json full = token_answer;
      full["id_token"] = id_token();
      return json_answer(full);
    }
    ADD_FAILURE() << "nobody is at " << fetch.url;
    return {404, {}, "", FetchProblem::none};
  }

  std::string id_token() {
    Json claims = {{"iss", "https://id.example"},
                   {"aud", "corp-client"},
                   {"sub", "u-1"},
                   {"nonce", nonce},
                   {"exp", world.now.count + 300},
                   {"iat", world.now.count},
                   {"preferred_username", "ada"},
                   {"email", "ada@corp.example"},
                   {"email_verified", true},
                   {"groups", Json::array({"staff"})}};
    for (const auto& [name, value] : id_claims.items()) {
      if (value.is_null()) {
        claims.erase(name);
      } else {
        claims[name] = value;
      }
    }
    return signer.sign(claims, id_header);
  }

  /// From the client's request to the provider: where the browser is sent. Empty: it was not.
  std::string to_provider(const std::string& id, const Fields& changes = {}) {
    Reply page = open(authorization(changes));
    if (page.body.find("Continue with") != std::string::npos) {
      page = submit({{"flow", flow_in(page)}, {"provider", id}});
    }
    return allow(page);
  }
  std::string allow(const Reply& consent) {
    const Reply sent = submit({{"flow", flow_in(consent)}, {"action", "allow"}});
    const std::string location = header(sent, "Location");
    nonce = parameter(location, "nonce");
    return sent.status == 303 ? location : "";
  }
  Reply come_back(const std::string& id, const Fields& fields) {
    const std::string target = "/" + id + "/callback?" + wire::form_encode(fields);
    return browse_callback({"GET", target, {}, {}});
  }
  Reply browse_callback(const HttpRequest& request) {
    const auto endpoint = [this](const HttpRequest& asked, const Facts& facts) -> Outcome {
      const auto target = wire::parse_target(asked.target);
      const Provider* provider = provider_of_callback(authority, target->path);
      if (provider == nullptr) return Reply{404, {}, "", {}};
      return provider_callback(authority, *provider, asked, facts);
    };
    return keep_cookies(world.run(endpoint, with_cookies(request)).reply);
  }
  Reply keep_cookies(Reply reply) {
    for (const wire::Header& set : reply.headers) {
      if (set.name != "Set-Cookie") continue;
      const std::size_t equals = set.value.find('=');
      jar[set.value.substr(0, equals)] = set.value.substr(equals + 1, set.value.find(';') - equals - 1);
    }
    return reply;
  }
  /// All of it, from the client's request back to the client. Gives the code; empty: an error came instead.
  std::string log_in_at(const std::string& id) {
    const std::string there = to_provider(id);
    const Reply back = come_back(id, {{"code", "upstream-code"}, {"state", parameter(there, "state")}});
    return parameter(header(back, "Location"), "code");
  }
  std::string error_at(const std::string& id) {
    const std::string there = to_provider(id);
    const Reply back = come_back(id, {{"code", "upstream-code"}, {"state", parameter(there, "state")}});
    return parameter(header(back, "Location"), "error");
  }

  Json tokens_from(const std::string& code) { return body_of(redeem(code)); }
  Answer call_with(const std::string& access_token) {
    const auto endpoint = [this](const HttpRequest& request, const Facts& facts) -> Outcome {
      Ask ask(facts);
      Admission admission = admit(authority, request, ask);
      if (Outcome* stopped = admission.outcome()) return std::move(*stopped);
      return Answer{Reply{200, {}, admission.principal()->user_name, {}}, admission.commit, admission.topics,
                    admission.audit};
    };
    return world.run(endpoint, {"POST", "/mcp", {{"Authorization", "Bearer " + access_token}}, ""});
  }
  int call(const std::string& access_token) { return call_with(access_token).reply.status; }
  std::size_t fetches_to(std::string_view url) const {
    return static_cast<std::size_t>(std::count_if(world.fetches.begin(), world.fetches.end(),
                                                  [&](const Fetch& fetch) { return fetch.url.starts_with(url); }));
  }
};

}  // namespace postern::oauth
