// Clients by the URL of a metadata document: what is refused and never asked for, what is asked for and not believed, what
// is kept and for how long. draft-ietf-oauth-client-id-metadata-document-00.
#include "core/oauth/client_document.hpp"

#include "tests/support/signer.hpp"
#include "tests/unit/oauth/client_document_fixture.hpp"

namespace postern::oauth {
namespace {

TEST_F(ClientDocumentTest, AUrlThatNoDocumentMayLieAtIsNotAskedFor) {
  const std::string long_path(1024, 'a');
  for (const std::string& id : std::vector<std::string>{"http://app.example/client.json",
                                                        "http://127.0.0.1/client.json",
                                                        "https://app.example",
                                                        "https://app.example/",
                                                        "https://app.example?client.json",
                                                        "https://app.example/client.json#a",
                                                        "https://app.example/client.json#",
                                                        "https://user@app.example/client.json",
                                                        "https://user:password@app.example/client.json",
                                                        "https://@app.example/client.json",
                                                        "https://app.example/a/../client.json",
                                                        "https://app.example/./client.json",
                                                        "https://app.example/a/%2e%2E/client.json",
                                                        "https://app.example/..",
                                                        "https://app.example\\@evil.example/client.json",
                                                        "https://app.example/client json",
                                                        "https://app.example/client\r\n.json",
                                                        "https://app%2eexample/client.json",
                                                        "https:///client.json",
                                                        "https://",
                                                        "https://[::1/client.json",
                                                        "https://[fe80::1%25eth0]/client.json",
                                                        "https://0x7f.1/client.json",
                                                        "https://2130706433/client.json",
                                                        "https://\xd1\x84.example/client.json",
                                                        "https://app.example:99999/client.json",
                                                        "https://app.example/" + long_path}) {
    SCOPED_TRACE(id);
    expect_refused(ask({{"client_id", id}}));
    EXPECT_TRUE(world.last_commit.empty());
  }
  expect_refused(ask({{"client_id", "HTTPS://app.example/client.json"}}), "unknown_client");
  expect_refused(ask({{"client_id", "ftp://app.example/client.json"}}), "unknown_client");
  EXPECT_TRUE(world.fetches.empty());
  EXPECT_TRUE(world.keys("document/").empty());
}

TEST_F(ClientDocumentTest, ThisServerDoesNotAskItself) {
  authority = make_authority("https://mcp.example");
  expect_refused(ask({{"client_id", "https://mcp.example/authorize?client_id=https://mcp.example/authorize"}}));
  expect_refused(ask({{"client_id", "https://MCP.example:443/authorize"}}));
  EXPECT_TRUE(world.fetches.empty());
  EXPECT_TRUE(goes_on({{"client_id", std::string(url)}}));
}

TEST_F(ClientDocumentTest, OnlyHostsThatTheOperatorNamedAreAsked) {
  authority.client_hosts = {"app.example"};
  for (const char* id : {"https://evil.example/client.json", "https://app.example.evil.example/client.json",
                         "https://sub.app.example/client.json", "https://app.example./client.json"}) {
    SCOPED_TRACE(id);
    expect_refused(ask({{"client_id", id}}));
  }
  EXPECT_TRUE(world.fetches.empty());
  EXPECT_TRUE(goes_on());
  const std::string loud = "https://APP.example:8443/client.json";
  document["client_id"] = loud;
  serve(document);
  EXPECT_TRUE(goes_on({{"client_id", loud}}));
}

TEST_F(ClientDocumentTest, SwitchedOffNoUrlIsAClient) {
  EXPECT_TRUE(goes_on());  // Its record stays, from when it was on.
  authority.client_documents = false;
  EXPECT_EQ(ask().status, 400);
  EXPECT_EQ(world.last_outcome(), "unknown_client");
  EXPECT_EQ(world.fetches.size(), 1u);
  const HttpRequest discovery{"GET", "/.well-known/oauth-authorization-server", {}, {}};
  const auto supported = [&] {
    return wire::bool_member(body_of(run(authorization_server_metadata, discovery).reply),
                             "client_id_metadata_document_supported");
  };
  EXPECT_EQ(supported(), false);
  authority.client_documents = true;
  EXPECT_EQ(supported(), true);
}

TEST_F(ClientDocumentTest, WhatItSaysHasToBeRight) {
  const test::Signer signer("k1");
  const auto jwt = [](const Json& more) {
    Json changes = {{"token_endpoint_auth_method", "private_key_jwt"}};
    changes.update(more);
    return changes;
  };
  Json published = signer.jwks();
  published["keys"].push_back({{"kty", "EC"}, {"crv", "P-256"}, {"x", "AA"}, {"y", "AA"}, {"d", "AA"}});
  Json symmetric = signer.jwks();
  symmetric["keys"].push_back({{"kty", "oct"}, {"k", "AAAA"}});
  const struct {
    const char* sentence;
    Json changes;  ///< null takes a member out
  } rows[] = {
      {"the URL of another", {{"client_id", "https://app.example/other.json"}}},
      {"its URL with the default port", {{"client_id", "https://app.example:443/client.json"}}},
      {"its URL in other letters", {{"client_id", "https://APP.example/client.json"}}},
      {"its URL with a query", {{"client_id", std::string(url) + "?a"}}},
      {"no client_id", {{"client_id", nullptr}}},
      {"a client_id that is no text", {{"client_id", Json::array({std::string(url)})}}},
      {"a secret", {{"client_secret", "s"}}},
      {"a secret that is empty", {{"client_secret", ""}}},
      {"the end of a secret", {{"client_secret_expires_at", 0}}},
      {"a shared secret: basic", {{"token_endpoint_auth_method", "client_secret_basic"}}},
      {"a shared secret: post", {{"token_endpoint_auth_method", "client_secret_post"}}},
      {"a shared secret: jwt", {{"token_endpoint_auth_method", "client_secret_jwt"}}},
      {"a method that is no text", {{"token_endpoint_auth_method", 7}}},
      {"a signature without keys", jwt(Json::object())},
      {"keys twice", jwt({{"jwks", signer.jwks()}, {"jwks_uri", "https://app.example/keys"}})},
      {"keys over http", jwt({{"jwks_uri", "http://app.example/keys"}})},
      {"keys without one that can be used", jwt({{"jwks", {{"keys", Json::array()}}}})},
      {"a private key among them", jwt({{"jwks", published}})},
      {"a private key though nothing is signed", {{"jwks", published}}},
      {"a symmetric key among them", jwt({{"jwks", symmetric}})},
      {"no redirect URIs", {{"redirect_uris", nullptr}}},
      {"an empty list of them", {{"redirect_uris", Json::array()}}},
      {"a script", {{"redirect_uris", {"javascript:alert(1)"}}}},
      {"http off loopback", {{"redirect_uris", {"http://app.example/callback"}}}},
      {"no code", {{"grant_types", {"client_credentials"}}}},
      {"no code response", {{"response_types", {"token"}}}},
      {"a name that is no text", {{"client_name", 7}}},
  };
  std::size_t asked = 0;
  for (const auto& row : rows) {
    SCOPED_TRACE(row.sentence);
    Json changed = document;
    for (const auto& [name, value] : row.changes.items()) {
      if (value.is_null()) {
        changed.erase(name);
      } else {
        changed[name] = value;
      }
    }
    serve(changed, {{"Cache-Control", "max-age=86400"}});
    expect_refused(ask());
    EXPECT_EQ(world.fetches.size(), ++asked);  // Section 4.2: what is not good is not kept.
    EXPECT_TRUE(world.keys("document/").empty());
  }
  serve(document);
  EXPECT_TRUE(goes_on());
}

TEST_F(ClientDocumentTest, IsAskedForWithinItsLimitsAndWithoutCredentials) {
  jar["postern_login"] = "secret";
  EXPECT_TRUE(goes_on());
  ASSERT_EQ(world.fetches.size(), 1u);
  const Fetch& fetch = world.fetches.front();
  EXPECT_EQ(fetch.method, "GET");
  EXPECT_EQ(fetch.url, url);
  EXPECT_EQ(fetch.reach, Reach::stranger);
  EXPECT_EQ(fetch.most_bytes, 5120u);
  EXPECT_EQ(fetch.milliseconds, 3000u);
  EXPECT_EQ(fetch.headers, (wire::Headers{{"Accept", "application/json"}}));
  EXPECT_EQ(fetch.body, "");
}

TEST_F(ClientDocumentTest, OfSeveralAuthenticationMethodsTheBestIsTakenThatADocumentCanHave) {
  const auto with = [](const Json& one, const Json& several, bool has_keys) {
    Json changes = {{"token_endpoint_auth_method", one}, {"token_endpoint_auth_methods_supported", several}};
    if (has_keys) changes["jwks_uri"] = "https://app.example/keys";
    return changes;
  };
  const Json both = Json::array({"none", "private_key_jwt"});
  const struct {
    const char* sentence;
    Json changes;
    const char* method;  ///< "": refused
  } rows[] = {
      {"nothing is said", with(nullptr, nullptr, false), "none"},
      {"ChatGPT's document", with("private_key_jwt", both, true), "private_key_jwt"},
      {"ChatGPT's document without the singular member", with(nullptr, both, true), "private_key_jwt"},
      {"the same in the other order", with(nullptr, Json::array({"private_key_jwt", "none"}), true), "private_key_jwt"},
      {"a signature that nothing could be checked by", with(nullptr, both, false), "none"},
      {"none, by its own choice", with("none", both, true), "none"},
      {"none alone", with(nullptr, Json::array({"none"}), true), "none"},
      {"a secret beside none", with("client_secret_post", Json::array({"client_secret_post", "none"}), false), "none"},
      {"secrets alone", with(nullptr, Json::array({"client_secret_basic", "client_secret_post"}), false), ""},
      {"a signature alone, without keys", with(nullptr, Json::array({"private_key_jwt"}), false), ""},
      {"a list of nothing", with(nullptr, Json::array(), false), "none"},
      {"no list", with(nullptr, "private_key_jwt", true), "none"},
      {"what is no text", with(nullptr, Json::array({7}), false), ""},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.sentence);
    Json changed = document;
    for (const auto& [name, value] : row.changes.items()) {
      if (!value.is_null()) changed[name] = value;
    }
    serve(changed);
    world.pass(2 * 86400);
    if (*row.method == 0) {
      EXPECT_EQ(ask().status, 400);
      EXPECT_EQ(world.last_outcome(), "bad_client_document");
      continue;
    }
    EXPECT_TRUE(goes_on());
    const auto kept = world.get<store::Client>(store::Client::key(url));
    ASSERT_TRUE(kept);
    EXPECT_EQ(kept->auth_method, row.method);
  }
}

TEST_F(ClientDocumentTest, RedirectsGoWhereTheDocumentSaysAndOnLoopbackToAnyPort) {
  const struct {
    const char* redirect;
    bool good;
  } rows[] = {
      {"http://127.0.0.1/callback", true},           {"http://127.0.0.1:1/callback", true},
      {"http://127.0.0.1:65535/callback", true},     {"https://app.example/callback", true},
      {"http://127.0.0.1:7777/other", false},        {"http://127.0.0.1:7777/callback/", false},
      {"http://127.0.0.1:7777/callback?a=b", false}, {"http://localhost:7777/callback", false},
      {"http://[::1]:7777/callback", false},         {"http://127.0.0.2:7777/callback", false},
      {"https://app.example:8443/callback", false},  {"https://app.example/callback2", false},
      {"https://evil.example/callback", false},      {"http://127.0.0.1:7777@evil.example/callback", false},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.redirect);
    EXPECT_EQ(goes_on({{"redirect_uri", row.redirect}}), row.good);
    EXPECT_EQ(world.last_outcome(), row.good ? "" : "unmatched_redirect");
  }
}

TEST_F(ClientDocumentTest, EverythingAfterAuthorizeGoesByTheRecord) {
  const Reply consent = consent_page_for(authorization());
  EXPECT_EQ(world.fetches.size(), 1u);
  EXPECT_FALSE(world.get<store::Client>(store::Client::key(url))->used);
  world.elsewhere = {};
  const std::string code = parameter(header(choose(consent, "allow"), "Location"), "code");
  const Json tokens = body_of(redeem(code));
  EXPECT_FALSE(text(tokens, "access_token").empty());
  EXPECT_TRUE(world.get<store::Client>(store::Client::key(url))->used);
  world.pass(10 * 86400);
  const Json renewed = body_of(refresh(text(tokens, "refresh_token")));
  EXPECT_FALSE(text(renewed, "access_token").empty());
  EXPECT_TRUE(visit_with(text(renewed, "access_token")).principal.has_value());
  EXPECT_EQ(run(revoke, form_post("/revoke", {{"token", text(renewed, "refresh_token")}, {"client_id", client_id}}))
                .reply.status,
            200);
  EXPECT_EQ(world.fetches.size(), 1u);
}

TEST_F(ClientDocumentTest, ATokenIsForNobodyWhoseDocumentWasNotRead) {
  const Reply reply = redeem("code");
  EXPECT_EQ(reply.status, 401);
  EXPECT_EQ(world.last_outcome(), "unknown_client");
  EXPECT_TRUE(world.fetches.empty());
}

TEST_F(ClientDocumentTest, AUsedRecordStaysUsedHoweverTheDocumentChanges) {
  tokens();
  const store::Client before = *world.get<store::Client>(store::Client::key(url));
  world.pass(86400);
  document["client_name"] = "Another name";
  serve(document);
  EXPECT_EQ(ask().status, 200);
  const store::Client after = *world.get<store::Client>(store::Client::key(url));
  EXPECT_EQ(after.name, "Another name");
  EXPECT_TRUE(after.used);
  EXPECT_EQ(after.created, before.created);
  EXPECT_EQ(after.expires, before.expires);
}

TEST_F(ClientDocumentTest, AConsentIsForWhatTheDocumentSaysWhenItIsGiven) {
  const Reply consent = consent_page_for(authorization());
  world.pass(301);
  document["redirect_uris"] = Json::array({"https://app.example/callback"});
  serve(document);
  ask({{"redirect_uri", "https://app.example/callback"}});  // By anybody.
  const Reply reply = choose(consent, "allow");
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(world.last_outcome(), "unmatched_redirect");
}

TEST_F(ClientDocumentTest, TheConsentPageShowsTheHostOfTheUrl) {
  document["client_name"] = "Your <b>Bank</b>";
  document["client_uri"] = "https://bank.example";
  serve(document);
  const std::string page = consent_page_for(authorization()).body;
  EXPECT_NE(page.find("<dt>It comes from</dt><dd>app.example</dd>"), std::string::npos) << page;
  EXPECT_EQ(page.find("Says that it comes from"), std::string::npos);
  EXPECT_EQ(page.find("bank.example"), std::string::npos);
  EXPECT_EQ(page.find("<b>Bank"), std::string::npos);
  EXPECT_NE(page.find("<dd>127.0.0.1:7777</dd>"), std::string::npos);

  // What a registered client says of itself is told as what it says.
  client_id = text(body_of(register_with({{"client_uri", "https://bank.example"},
                                          {"redirect_uris", {std::string(callback)}},
                                          {"token_endpoint_auth_method", "none"}})),
                   "client_id");
  const std::string other = consent_page_for(authorization()).body;
  EXPECT_NE(other.find("<dt>Says that it comes from</dt><dd>bank.example</dd>"), std::string::npos) << other;
}

TEST_F(ClientDocumentTest, TwoThatComeAtOnceKeepOneRecord) {
  world.before_commit = [this] { ask(); };
  EXPECT_TRUE(goes_on());
  EXPECT_EQ(world.lost_commits, 1);
  EXPECT_EQ(world.keys("client/").size(), 1u);
}

TEST_F(ClientDocumentTest, StorageTroubleIs503) {
  world.store_fails = true;
  EXPECT_EQ(ask().status, 503);
}

}  // namespace
}  // namespace postern::oauth
