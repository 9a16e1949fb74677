#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/client/fixture.hpp"

namespace postern::client {
namespace {

class RegistrationByClientTest : public ClientTest {};

TEST_F(RegistrationByClientTest, WhatComesBackIsRefusedWhereItIsNoRegistration) {
  struct Row {
    std::string what;
    Fact answer;
    std::string why;
  };
  const std::vector<Row> rows = {
      {"refused", json_answer({{"error", "invalid_redirect_uri"}, {"error_description", "<script>"}}, 400),
       "registration_refused"},
      {"forbidden", json_answer({{"error", "access_denied"}}, 403), "registration_refused"},
      {"not 201", json_answer({{"client_id", "id-1"}}, 204), "registration_refused"},
      {"redirected", Fetched{307, {{"Location", "/r"}}, "", FetchProblem::none}, "redirected"},
      {"trouble", json_answer({}, 500), "unreachable"},
      {"no JSON", Fetched{201, {}, "ok", FetchProblem::none}, "malformed_registration"},
      {"no client_id", json_answer({{"client_secret", "s"}}, 201), "malformed_registration"},
      {"an empty one", json_answer({{"client_id", ""}}, 201), "malformed_registration"},
      {"a secret is missing",
       json_answer({{"client_id", "i"}, {"token_endpoint_auth_method", "client_secret_post"}}, 201),
       "malformed_registration"},
      {"a method that we have not",
       json_answer({{"client_id", "i"}, {"token_endpoint_auth_method", "tls_client_auth"}}, 201),
       "no_common_auth_method"},
  };
  for (const Row& row : rows) {
    client.state = ClientState();
    answers("https://as.example.com/register", row.answer);
    const Action action = challenged();
    EXPECT_EQ(Driver::why(action), row.why) << row.what;
    EXPECT_EQ(std::get<Failed>(action).detail.find('<'), std::string::npos) << "a server's words are shown to nobody";
    EXPECT_EQ(client.state.registration, std::nullopt) << row.what;
    EXPECT_EQ(client.state.phase, Phase::failed) << row.what;
  }
}

TEST_F(RegistrationByClientTest, ThereMayBeNoWay) {
  server.erase("registration_endpoint");
  EXPECT_EQ(Driver::why(challenged()), "no_way_to_register");
  client.state = ClientState();
  server["registration_endpoint"] = "https://as.example.com/register";
  server["token_endpoint_auth_methods_supported"] = {"private_key_jwt"};
  EXPECT_EQ(Driver::why(challenged()), "no_common_auth_method");
}

TEST_F(RegistrationByClientTest, CredentialsAreForTheirIssuerAlone) {
  client.config.credentials = {
      {"https://other.example.com", "own-id", Secret("its secret"), AuthMethod::client_secret_post}};
  client.config.client_document = "https://app.example.com/client.json";
  server["client_id_metadata_document_supported"] = true;
  EXPECT_EQ(Driver::why(challenged()), "credentials_of_another_issuer");
  for (const Fetch& fetch : client.fetches) {
    EXPECT_EQ((fetch.url + fetch.body).find("its secret"), std::string::npos);
    EXPECT_EQ((fetch.url + fetch.body).find("own-id"), std::string::npos);
  }
  client.state = ClientState();
  client.config.credentials[0].issuer = std::string(issuer) + "/";  // One slash more is another issuer.
  EXPECT_EQ(Driver::why(challenged()), "credentials_of_another_issuer");
}

TEST_F(RegistrationByClientTest, ADocumentHasToBeAnHttpsUrlWithAPath) {
  server["client_id_metadata_document_supported"] = true;
  for (const std::string document : {"http://app.example.com/client.json", "https://app.example.com",
                                     "https://app.example.com/", "https://app.example.com/c#d", "client.json"}) {
    client.state = ClientState();
    client.config.client_document = document;
    EXPECT_EQ(Driver::why(challenged()), "bad_client_document") << document;
  }
}

TEST_F(RegistrationByClientTest, TheRedirectHasToBeOneThatCanBeRegistered) {
  for (const std::string redirect : {"http://app.example.com/callback", "javascript:alert(1)", "/callback", ""}) {
    client.config.redirect_uri = redirect;
    EXPECT_EQ(Driver::why(challenged()), "bad_redirect_uri") << redirect;
    EXPECT_EQ(client.state, ClientState()) << redirect;
  }
}

TEST_F(RegistrationByClientTest, TheOrderIsCredentialsThenDocumentThenRegistration) {
  server["client_id_metadata_document_supported"] = true;
  client.config.client_document = "https://app.example.com/client.json";
  client.config.credentials = {{std::string(issuer), "own", Secret(), AuthMethod::none}};
  EXPECT_EQ(in_query(Driver::url_of(challenged()), "client_id"), "own");
  EXPECT_EQ(client.fetches.size(), 2U);

  client.state = ClientState();
  client.config.credentials.clear();
  EXPECT_EQ(in_query(Driver::url_of(challenged()), "client_id"), "https://app.example.com/client.json");
  EXPECT_EQ(client.fetches.size(), 2U);

  client.state = ClientState();
  server["client_id_metadata_document_supported"] = false;
  EXPECT_EQ(in_query(Driver::url_of(challenged()), "client_id"), "id-1");
  EXPECT_EQ(client.fetches.size(), 3U);
}

TEST_F(RegistrationByClientTest, SaysWhatTheClientIs) {
  client.config.client_uri = "https://app.example.com";
  challenged();
  const Json body = Json::parse(client.fetches.at(2).body, nullptr, false);
  EXPECT_EQ(body, (Json{{"client_name", "Test client"},
                        {"client_uri", "https://app.example.com"},
                        {"redirect_uris", Json::array({"http://127.0.0.1:3334/callback"})},
                        {"grant_types", {"authorization_code", "refresh_token"}},
                        {"response_types", Json::array({"code"})},
                        {"token_endpoint_auth_method", "none"},
                        {"application_type", "native"}}));

  client.state = ClientState();
  client.config.redirect_uri = "https://app.example.com/callback";
  server["token_endpoint_auth_methods_supported"] = {"client_secret_post", "client_secret_basic"};
  registration = {{"client_id", "id-1"}, {"client_secret", "s"}};
  challenged();
  const Json second = Json::parse(client.fetches.at(2).body, nullptr, false);
  EXPECT_EQ(second["application_type"], "web");
  EXPECT_EQ(second["token_endpoint_auth_method"], "client_secret_basic");
}

TEST_F(RegistrationByClientTest, IsKeptForItsIssuerItsRedirectAndItsTime) {
  registration = {{"client_id", "id-1"},
                  {"client_secret", "secret-1"},
                  {"client_secret_expires_at", client.now.count + 1000},
                  {"token_endpoint_auth_method", "client_secret_post"}};
  challenged();
  client.happens(GaveUp{});
  const auto again = [this] {
    challenged();
    const bool registered = client.fetched().back() == "POST https://as.example.com/register";
    client.happens(GaveUp{});
    return registered;
  };
  EXPECT_FALSE(again());
  client.now = client.now + Seconds{1000};  // The secret's time is up.
  registration["client_secret_expires_at"] = 0;
  EXPECT_TRUE(again());
  client.config.redirect_uri = "http://127.0.0.1:4445/callback";
  EXPECT_TRUE(again());
  EXPECT_FALSE(again());

  // Another issuer in the metadata: it never sees who we were to the first one.
  resource["authorization_servers"] = {"https://evil.example.com"};
  server["issuer"] = "https://evil.example.com";
  server["registration_endpoint"] = "https://evil.example.com/register";
  answers("https://evil.example.com/.well-known/oauth-authorization-server", json_answer(server));
  answers("https://evil.example.com/register", json_answer({{"client_id", "id-2"}}, 201));
  EXPECT_EQ(in_query(Driver::url_of(challenged()), "client_id"), "id-2");
  for (const Fetch& fetch : client.fetches) {
    EXPECT_EQ((fetch.url + fetch.body).find("secret-1"), std::string::npos);
    EXPECT_EQ((fetch.url + fetch.body).find("id-1"), std::string::npos);
  }
}

}  // namespace
}  // namespace postern::client
