// GET /authorize: what is refused, and how; then what is shown.
#include "tests/unit/oauth/fixture.hpp"

namespace postern::oauth {
namespace {

using AuthorizeTest = OAuthTest;

struct Row {
  std::string sentence;
  Fields changes;
  std::string error;   ///< As the client is told.
  std::string reason;  ///< As the operator is told.
};

/// 65 of them, one known.
std::string many_scopes() {
  std::string scopes = "user";
  for (int i = 0; i < 64; ++i) scopes += " s" + std::to_string(i);
  return scopes;
}

TEST_F(AuthorizeTest, ErrorsGoToTheClientWithStateAndIssuer) {
  const std::vector<Row> rows = {
      {"response_type missing", {{"response_type", ""}}, "invalid_request", "missing_parameter"},
      {"the implicit flow", {{"response_type", "token"}}, "unsupported_response_type", "unsupported_response_type"},
      {"a hybrid flow", {{"response_type", "code id_token"}}, "unsupported_response_type", "unsupported_response_type"},
      {"an answer in the fragment", {{"response_mode", "fragment"}}, "invalid_request", "unsupported_response_mode"},
      {"a request object", {{"request", "eyJ"}}, "request_not_supported", "request_object"},
      {"a request by reference", {{"request_uri", "https://a/b"}}, "request_uri_not_supported", "request_by_reference"},
      {"PKCE down, shape 1: no challenge and no method",
       {{"code_challenge", ""}, {"code_challenge_method", ""}},
       "invalid_request",
       "missing_challenge"},
      {"PKCE down, shape 2: a method without a challenge",
       {{"code_challenge", ""}},
       "invalid_request",
       "missing_challenge"},
      {"PKCE down, shape 3: plain", {{"code_challenge_method", "plain"}}, "invalid_request", "challenge_not_s256"},
      {"PKCE down, shape 4: no method, which means plain",
       {{"code_challenge_method", ""}},
       "invalid_request",
       "challenge_not_s256"},
      {"s256 in lower case", {{"code_challenge_method", "s256"}}, "invalid_request", "challenge_not_s256"},
      {"a challenge that no SHA-256 gives",
       {{"code_challenge", std::string(42, 'a')}},
       "invalid_request",
       "malformed_challenge"},
      {"a scope with a character that no scope has", {{"scope", "user\\"}}, "invalid_scope", "malformed_scope"},
      {"more scopes than can be meant", {{"scope", many_scopes()}}, "invalid_scope", "malformed_scope"},
      {"another resource", {{"resource", "https://elsewhere.example/mcp"}}, "invalid_target", "wrong_resource"},
      {"the resource with a slash more",
       {{"resource", "http://localhost:8000/mcp/"}},
       "invalid_target",
       "wrong_resource"},
      {"the resource with a fragment",
       {{"resource", "http://localhost:8000/mcp#a"}},
       "invalid_target",
       "wrong_resource"},
      {"a resource that is no URI", {{"resource", "mcp"}}, "invalid_target", "wrong_resource"},
      {"prompt=none with another", {{"prompt", "none login"}}, "invalid_request", "bad_prompt"},
      {"prompt=none and nobody logged in", {{"prompt", "none"}}, "login_required", "login_required"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.sentence);
    const Reply reply = open(authorization(row.changes));
    const std::string location = header(reply, "Location");
    EXPECT_EQ(reply.status, 303);
    EXPECT_EQ(location.substr(0, callback.size() + 1), std::string(callback) + "?");
    EXPECT_EQ(parameter(location, "error"), row.error);
    EXPECT_EQ(parameter(location, "state"), "xyz 1");
    EXPECT_EQ(parameter(location, "iss"), "http://localhost:8000");
    EXPECT_EQ(parameter(location, "code"), "");
    EXPECT_EQ(world.last_outcome(), row.reason);
    EXPECT_TRUE(world.keys("code/").empty());
  }
}

TEST_F(AuthorizeTest, NothingIsRedirectedWhileTheRedirectUriIsNotKnownToBeTheClients) {
  const std::vector<Row> rows = {
      {"no client_id", {{"client_id", ""}}, "", "missing_parameter"},
      {"a client that is not registered", {{"client_id", "nobody"}}, "", "unknown_client"},
      {"another host", {{"redirect_uri", "https://evil.example/callback"}}, "", "unmatched_redirect"},
      {"another path", {{"redirect_uri", "http://127.0.0.1:7777/callback/x"}}, "", "unmatched_redirect"},
      {"the registered one as a prefix",
       {{"redirect_uri", "http://127.0.0.1:7777/callback@evil.example"}},
       "",
       "unmatched_redirect"},
      {"a query more", {{"redirect_uri", "http://127.0.0.1:7777/callback?next=1"}}, "", "unmatched_redirect"},
      {"another loopback name", {{"redirect_uri", "http://localhost:7777/callback"}}, "", "unmatched_redirect"},
      {"another loopback name and port", {{"redirect_uri", "http://[::1]:1/callback"}}, "", "unmatched_redirect"},
      {"another loopback name and path", {{"redirect_uri", "http://localhost:7777/x"}}, "", "unmatched_redirect"},
      {"https instead of http", {{"redirect_uri", "https://127.0.0.1:7777/callback"}}, "", "unmatched_redirect"},
      {"a script", {{"redirect_uri", "javascript:alert(1)"}}, "", "unmatched_redirect"},
      {"a fragment", {{"redirect_uri", "http://127.0.0.1:7777/callback#a"}}, "", "unmatched_redirect"},
      {"a path that a browser folds",
       {{"redirect_uri", "http://127.0.0.1:7777/x/../callback"}},
       "",
       "unmatched_redirect"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.sentence);
    const Reply reply = open(authorization(row.changes));
    EXPECT_EQ(reply.status, 400);
    EXPECT_EQ(header(reply, "Location"), "");
    EXPECT_EQ(header(reply, "Content-Type"), "text/html; charset=utf-8");
    EXPECT_EQ(reply.body.find("javascript:"), std::string::npos);
    EXPECT_EQ(world.last_outcome(), row.reason);
  }
}

TEST_F(AuthorizeTest, RepeatedParametersAreRefused) {
  for (const std::string name : {"client_id", "redirect_uri"}) {
    Fields fields = authorization();
    fields.emplace_back(name, "https://evil.example/");
    const Reply reply = open(fields);
    EXPECT_EQ(reply.status, 400) << name;
    EXPECT_EQ(header(reply, "Location"), "") << name;
  }
  for (const std::string name : {"state", "code_challenge", "code_challenge_method", "response_type", "scope"}) {
    Fields fields = authorization({{"scope", "user"}});
    fields.emplace_back(name, "another");
    const Reply reply = open(fields);
    EXPECT_EQ(parameter(header(reply, "Location"), "error"), "invalid_request") << name;
    EXPECT_EQ(world.last_outcome(), "repeated_parameter") << name;
  }
}

TEST_F(AuthorizeTest, AStateThatCameTwiceIsNotSentBack) {
  Fields fields = authorization();
  fields.emplace_back("state", "another");
  EXPECT_EQ(parameter(header(open(fields), "Location"), "state"), "");
}

TEST_F(AuthorizeTest, OtherMethodsAreToldTheAllowedOnes) {
  const Reply reply = browse({"PUT", authorize_target(authorization()), {}, {}});
  EXPECT_EQ(reply.status, 405);
  EXPECT_EQ(header(reply, "Allow"), "GET, POST");
  EXPECT_EQ(text(body_of(reply), "error"), "invalid_request");
}

TEST_F(AuthorizeTest, TheLoginPageComesFirstAndABrowserGetsItsCookie) {
  const Reply page = open(authorization());
  EXPECT_EQ(page.status, 200);
  EXPECT_NE(page.body.find("autocomplete=\"current-password\""), std::string::npos);
  EXPECT_NE(page.body.find("Test client"), std::string::npos);
  const std::string cookie = header(page, "Set-Cookie");
  EXPECT_EQ(cookie.substr(0, 16), "postern_browser=");
  EXPECT_NE(cookie.find("; HttpOnly; SameSite=Lax"), std::string::npos);
  EXPECT_EQ(header(open(authorization()), "Set-Cookie"), "");
}

TEST_F(AuthorizeTest, OnHttpsCookiesAreSecureAndOfThisHostAlone) {
  authority = make_authority("https://mcp.example");
  const std::string cookie = header(open(authorization({{"resource", ""}})), "Set-Cookie");
  EXPECT_EQ(cookie.substr(0, 23), "__Host-postern_browser=");
  EXPECT_NE(cookie.find("; Secure"), std::string::npos);
  EXPECT_NE(cookie.find("; Path=/;"), std::string::npos);
}

TEST_F(AuthorizeTest, TheResourceMayBeSpelledInAnotherWayOrLeftOut) {
  for (const std::string resource : {"", "HTTP://LOCALHOST:8000/mcp"}) {
    EXPECT_EQ(open(authorization({{"resource", resource}})).status, 200) << resource;
  }
}

TEST_F(AuthorizeTest, ALoopbackClientMayTakeAnotherPort) {
  EXPECT_EQ(open(authorization({{"redirect_uri", "http://127.0.0.1:54321/callback"}})).status, 200);
}

TEST_F(AuthorizeTest, WithoutRedirectUriTheOnlyRegisteredOneIsUsed) {
  const Reply reply = open(authorization({{"redirect_uri", ""}, {"code_challenge", ""}}));
  EXPECT_EQ(header(reply, "Location").substr(0, callback.size()), callback);
}

// What ChatGPT, Copilot Studio, Claude Code, Cline, Windsurf, Gemini and mcp-remote ask for.
TEST_F(AuthorizeTest, ScopesThatNobodyDeclaredAreLeftOutAndTheAnswerSaysWhatWasGiven) {
  const std::pair<std::string, std::string> rows[] = {
      {"openid offline_access notes:read", "notes:read"},
      {"notes:write openid", "notes:write"},
      {"openid email profile", "notes:read user"},
      {"offline_access", "notes:read user"},
      {"mcp", "notes:read user"},
      {"Notes:Write notes:write:all", "notes:read user"},
      {" ", "notes:read user"},
      {"", "notes:read user"},
  };
  for (const auto& [asked, given] : rows) {
    SCOPED_TRACE(asked);
    const Reply page = consent_page_for(authorization({{"scope", asked}}));
    EXPECT_EQ(page.status, 200);
    EXPECT_EQ(page.body.find("openid"), std::string::npos);
    EXPECT_EQ(page.body.find("offline_access"), std::string::npos);
    const std::string code = parameter(header(choose(page, "allow"), "Location"), "code");
    const Json body = body_of(redeem(code));
    EXPECT_EQ(text(body, "scope"), given);
    EXPECT_EQ(visit_with(text(body, "access_token")).principal->scopes.to_string(), given);
    EXPECT_EQ(world.get<store::Grant>(world.keys("grant/").back())->scopes.has("openid"), false);
  }
}

TEST_F(AuthorizeTest, PromptNoneOfALoggedInUserStillNeedsConsent) {
  consent_page_for(authorization());
  const Reply reply = open(authorization({{"prompt", "none"}}));
  EXPECT_EQ(parameter(header(reply, "Location"), "error"), "consent_required");
}

TEST_F(AuthorizeTest, PromptLoginAsksAgainOnceAndThenGoesOn) {
  consent_page_for(authorization());
  const Reply page = open(authorization({{"prompt", "login"}}));
  ASSERT_NE(page.body.find("name=\"password\""), std::string::npos);
  const Reply back = submit_login(page, "ada", "correct horse");
  const Reply consent = browse({"GET", header(back, "Location"), {}, {}});
  EXPECT_NE(consent.body.find("value=\"allow\""), std::string::npos);
}

TEST_F(AuthorizeTest, StorageTroubleIs503AndChangesNothing) {
  world.store_fails = true;
  const Reply reply = open(authorization());
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(header(reply, "Retry-After"), "1");
}

TEST_F(AuthorizeTest, PagesCarryTheirPolicyAndNoScript) {
  const Reply page = open(authorization());
  const std::string policy = header(page, "Content-Security-Policy");
  const std::size_t begin = page.body.find("<style>") + 7;
  const std::string style = page.body.substr(begin, page.body.find("</style>") - begin);
  EXPECT_EQ(policy, "default-src 'none'; style-src 'sha256-" + wire::base64(crypto::sha256(style)) +
                        "'; frame-ancestors 'none'; base-uri 'none'");
  EXPECT_EQ(header(page, "X-Frame-Options"), "DENY");
  EXPECT_EQ(header(page, "X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(header(page, "Referrer-Policy"), "no-referrer");
  EXPECT_EQ(header(page, "Cache-Control"), "no-store");
  EXPECT_EQ(header(page, "Cross-Origin-Opener-Policy"), "");
  EXPECT_EQ(page.body.find("<script"), std::string::npos);
  EXPECT_EQ(page.body.find(" style="), std::string::npos);
}

TEST_F(AuthorizeTest, HostileMetadataAreShownEscapedAndCut) {
  const Json metadata{{"client_name", "<img src=x onerror=alert(1)>\u202Ecod"},
                      {"redirect_uris", Json::array({"https://app.example/cb"})},
                      {"token_endpoint_auth_method", "none"}};
  const std::string hostile = text(body_of(register_with(metadata)), "client_id");
  const Reply page =
      consent_page_for(authorization({{"client_id", hostile}, {"redirect_uri", "https://app.example/cb"}}));
  EXPECT_EQ(page.body.find("<img"), std::string::npos);
  EXPECT_EQ(page.body.find("\u202E"), std::string::npos);
  EXPECT_NE(page.body.find("&lt;img"), std::string::npos);
  EXPECT_NE(page.body.find("app.example"), std::string::npos);
}

TEST_F(AuthorizeTest,
       AnotherNameOfThisComputerIsToldWithBothAndTheRemedy) {  // Claude Code changed from one to the other
  const struct {
    const char* registered;
    const char* asked;
  } rows[] = {{"http://localhost:3118/mcp/callback", "http://127.0.0.1:3118/mcp/callback"},
              {"http://127.0.0.1:3118/mcp/callback", "http://localhost:3118/mcp/callback"},
              {"http://localhost/another/callback", "http://[::1]:52000/another/callback"}};
  for (const auto& row : rows) {
    client_id = register_public(row.registered);
    const Reply page = open(authorization({{"redirect_uri", row.asked}}));
    EXPECT_EQ(page.status, 400);
    EXPECT_EQ(header(page, "Location"), "");
    for (const std::string& shown : {std::string(row.registered), std::string(row.asked),
                                     std::string("remove the stored login"), std::string("registers anew")}) {
      EXPECT_NE(page.body.find(shown), std::string::npos) << shown << page.body;
    }
    EXPECT_EQ(world.audit.back().client, client_id);
  }
  // Who registered both is served under either.
  client_id =
      text(body_of(register_with({{"redirect_uris", {"http://localhost/mcp/callback", "http://127.0.0.1/mcp/callback"}},
                                  {"token_endpoint_auth_method", "none"}})),
           "client_id");
  EXPECT_EQ(open(authorization({{"redirect_uri", "http://localhost:3118/mcp/callback"}})).status, 200);
  EXPECT_EQ(open(authorization({{"redirect_uri", "http://127.0.0.1:3118/mcp/callback"}})).status, 200);
}

TEST_F(AuthorizeTest, ThePageForAnUnknownClientSaysWhatToDo) {
  const Reply page = open(authorization({{"client_id", "gone"}}));
  EXPECT_EQ(page.status, 400);
  for (const std::string shown : {"not known here", "remove the stored login for this server", "connect again"}) {
    EXPECT_NE(page.body.find(shown), std::string::npos) << shown << page.body;
  }
}

}  // namespace
}  // namespace postern::oauth
