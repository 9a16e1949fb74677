// An authorization server with one user in a world of values, a client that knows the protocol, and a browser with a
// cookie jar.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/crypto/hash.hpp"
#include "core/oauth/authority.hpp"
#include "core/oauth/bearer.hpp"
#include "core/oauth/endpoints.hpp"
#include "core/oauth/users.hpp"
#include "core/store/records.hpp"
#include "core/wire/base64.hpp"
#include "core/wire/form.hpp"
#include "core/wire/json.hpp"
#include "core/wire/uri.hpp"
#include "tests/support/world.hpp"

namespace postern::oauth {

using Fields = std::vector<std::pair<std::string, std::string>>;

inline Authority make_authority(std::string issuer = "http://localhost:8000", std::string path = "") {
  const crypto::KeyRing ring{{"testkey1", Secret(std::string(32, 'k'))}};
  return Authority{
      .issuer = issuer + path,
      .path = path,
      .resource = issuer + path + "/mcp",
      .secure = issuer.substr(0, 5) == "https",
      .name = "Postern",
      .documentation = {},
      .scopes = ScopePolicy({{"user", "Know your user name", {}},
                             {"notes:read", "Read your notes", {}},
                             {"notes:write", "Write and delete your notes", {"notes:read"}}}),
      .default_scopes = {"user", "notes:read"},
      .lifetimes = {},
      .resource_servers = {{"resource-server", crypto::sha256("its secret")}},
      .allow_private_use_redirects = true,
      .own_users = true,
      .providers = {},
      .external = {},
      .client_documents = true,
      .client_hosts = {},
      .decoy_password = "$decoy$",
      .access_tokens = crypto::Sealer(ring, "access token"),
      .refresh_tokens = crypto::Sealer(ring, "refresh token"),
      .codes = crypto::Sealer(ring, "code"),
      .flows = crypto::Sealer(ring, "flow"),
      .logins = crypto::Sealer(ring, "login"),
      .upstream = crypto::Sealer(ring, "upstream"),
  };
}

/// The value of a query parameter of a URL; empty when absent.
inline std::string parameter(const std::string& url, std::string_view name) {
  const auto uri = wire::Uri::parse(url);
  if (!uri || !uri->query) return {};
  const auto form = wire::Form::parse(*uri->query);
  return form ? std::string(form->get(name)) : "";
}

inline std::string header(const Reply& reply, std::string_view name) {
  const std::string* value = wire::find_header(reply.headers, name);
  return value == nullptr ? "" : *value;
}

inline Json body_of(const Reply& reply) { return Json::parse(reply.body, nullptr, false); }

inline std::string text(const Json& object, std::string_view name) {
  const std::string* value = wire::string_member(object, name);
  return value == nullptr ? "" : *value;
}

/// The sealed flow inside a page.
inline std::string flow_in(const Reply& page) {
  const std::string mark = "name=\"flow\" value=\"";
  const std::size_t at = page.body.find(mark);
  if (at == std::string::npos) return {};
  const std::size_t begin = at + mark.size();
  return page.body.substr(begin, page.body.find('"', begin) - begin);
}

class OAuthTest : public testing::Test {
 protected:
  static constexpr std::string_view verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
  static constexpr std::string_view challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
  static constexpr std::string_view callback = "http://127.0.0.1:7777/callback";

  Authority authority = make_authority();
  test::World world;
  std::map<std::string, std::string> jar;  ///< The browser's cookies.
  std::string client_id;

  using Function = Outcome (*)(const Authority&, const HttpRequest&, const Facts&);

  void SetUp() override {
    store::User ada;
    ada.subject = "ada-subject";
    ada.name = "ada";
    ada.password = test::phc_of("correct horse");
    world.put(store::User::key("ada"), ada);
    client_id = register_public();
  }

  test::World::Endpoint bound(Function function) {
    return [this, function](const HttpRequest& request, const Facts& facts) {
      return function(authority, request, facts);
    };
  }
  Answer run(Function function, const HttpRequest& request) { return world.run(bound(function), request); }

  // The client.
  static HttpRequest json_post(std::string target, const Json& body) {
    return {"POST", std::move(target), {{"Content-Type", "application/json"}}, body.dump()};
  }
  static HttpRequest form_post(std::string target, const Fields& fields, const wire::Headers& more = {}) {
    HttpRequest request{
        "POST", std::move(target), {{"Content-Type", "application/x-www-form-urlencoded"}}, wire::form_encode(fields)};
    request.headers.insert(request.headers.end(), more.begin(), more.end());
    return request;
  }
  Reply register_with(const Json& metadata) { return run(register_client, json_post("/register", metadata)).reply; }
  std::string register_public(std::string_view redirect = callback) {
    return text(body_of(register_with({{"client_name", "Test client"},
                                       {"redirect_uris", Json::array({std::string(redirect)})},
                                       {"token_endpoint_auth_method", "none"}})),
                "client_id");
  }
  Fields authorization(const Fields& changes = {}) const {
    Fields fields{{"response_type", "code"},
                  {"client_id", client_id},
                  {"redirect_uri", std::string(callback)},
                  {"code_challenge", std::string(challenge)},
                  {"code_challenge_method", "S256"},
                  {"state", "xyz 1"},
                  {"resource", authority.resource}};
    return changed(std::move(fields), changes);
  }
  /// `changes` replace fields of the same name; an empty value takes the field out.
  static Fields changed(Fields fields, const Fields& changes) {
    for (const auto& [name, value] : changes) {
      std::erase_if(fields, [&name = name](const auto& field) { return field.first == name; });
      if (!value.empty()) fields.emplace_back(name, value);
    }
    return fields;
  }
  Answer ask_token(const Fields& fields, const wire::Headers& more = {}) {
    return run(token, form_post("/token", fields, more));
  }
  Fields redemption(const std::string& code, const Fields& changes = {}) const {
    return changed({{"grant_type", "authorization_code"},
                    {"code", code},
                    {"client_id", client_id},
                    {"redirect_uri", std::string(callback)},
                    {"code_verifier", std::string(verifier)}},
                   changes);
  }
  Reply redeem(const std::string& code, const Fields& changes = {}) {
    return ask_token(redemption(code, changes)).reply;
  }
  Reply refresh(const std::string& refresh_token, const Fields& changes = {}) {
    return ask_token(
               changed({{"grant_type", "refresh_token"}, {"refresh_token", refresh_token}, {"client_id", client_id}},
                       changes))
        .reply;
  }

  // The browser.
  HttpRequest with_cookies(HttpRequest request) const {
    std::string field;
    for (const auto& [name, value] : jar) field += (field.empty() ? "" : "; ") + name + "=" + value;
    if (!field.empty()) request.headers.push_back({"Cookie", field});
    return request;
  }
  Reply browse(const HttpRequest& request) {
    Reply reply = run(authorize, with_cookies(request)).reply;
    for (const wire::Header& header : reply.headers) {
      if (header.name != "Set-Cookie") continue;
      const std::size_t equals = header.value.find('=');
      const std::string value = header.value.substr(equals + 1, header.value.find(';') - equals - 1);
      const std::string name = header.value.substr(0, equals);
      if (value.empty()) {
        jar.erase(name);
      } else {
        jar[name] = value;
      }
    }
    return reply;
  }
  static std::string authorize_target(const Fields& fields) { return "/authorize?" + wire::form_encode(fields); }
  Reply open(const Fields& fields) { return browse({"GET", authorize_target(fields), {}, {}}); }
  Reply submit(const Fields& fields, const wire::Headers& more = {}) {
    return browse(form_post("/authorize", fields, more));
  }
  Reply submit_login(const Reply& page, const std::string& name, const std::string& password) {
    return submit({{"flow", flow_in(page)}, {"username", name}, {"password", password}, {"action", "login"}});
  }
  /// Logs ada in and comes to the consent page.
  Reply consent_page_for(const Fields& fields) {
    Reply page = open(fields);
    if (page.body.find("name=\"password\"") != std::string::npos) {
      const Reply back = submit_login(page, "ada", "correct horse");
      EXPECT_EQ(back.status, 303) << back.body;
      page = browse({"GET", header(back, "Location"), {}, {}});
    }
    return page;
  }
  Reply choose(const Reply& consent, const std::string& action) {
    return submit({{"flow", flow_in(consent)}, {"action", action}});
  }
  std::string code_for(const Fields& changes = {}) {
    const Reply reply = choose(consent_page_for(authorization(changes)), "allow");
    EXPECT_EQ(reply.status, 303) << reply.body;
    return parameter(header(reply, "Location"), "code");
  }
  /// The whole way: a token reply.
  Json tokens(const Fields& changes = {}) {
    const Reply reply = redeem(code_for(changes));
    EXPECT_EQ(reply.status, 200) << reply.body;
    return body_of(reply);
  }

  // The resource.
  struct Visit {
    std::optional<Principal> principal;
    Answer answer;
  };
  Visit visit(const HttpRequest& request) {
    std::optional<Principal> principal;
    const auto endpoint = [&](const HttpRequest& seen, const Facts& facts) -> Outcome {
      Ask ask{facts};
      Admission admission = admit(authority, seen, ask);
      if (Outcome* outcome = admission.outcome()) return *outcome;
      principal = *admission.principal();
      return Reply{};
    };
    Answer answer = world.run(endpoint, request);
    return {std::move(principal), std::move(answer)};
  }
  Visit visit_with(const std::string& access_token) {
    return visit({"POST", "/mcp", {{"Authorization", "Bearer " + access_token}}, {}});
  }
};

}  // namespace postern::oauth
