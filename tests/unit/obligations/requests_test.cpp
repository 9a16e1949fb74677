// Requests that a page of another site could send, and what may not be said twice or quoted back.
#include <algorithm>

#include "tests/unit/oauth/fixture.hpp"

namespace postern::oauth {
namespace {

using RequestsTest = OAuthTest;

// A page sends text/plain to any server without asking (CVE-2026-33252); what comes so is not read.
TEST_F(RequestsTest, OfAnotherMediaTypeAreNotRead) {
  const Json metadata{{"redirect_uris", Json::array({"https://app.example/cb"})},
                      {"token_endpoint_auth_method", "none"}};
  const Fields redemption_of_code = redemption(code_for());
  for (const std::string type : {"text/plain", "multipart/form-data; boundary=a", ""}) {
    HttpRequest registration = json_post("/register", metadata);
    HttpRequest redemption_request = form_post("/token", redemption_of_code);
    registration.headers = redemption_request.headers = {};
    if (!type.empty()) registration.headers = redemption_request.headers = {{"Content-Type", type}};
    const auto clients = world.keys("client/").size();
    EXPECT_EQ(run(register_client, registration).reply.status, 400) << type;
    EXPECT_EQ(world.last_outcome(), "malformed_metadata");
    EXPECT_EQ(world.keys("client/").size(), clients);
    EXPECT_EQ(run(token, redemption_request).reply.status, 400) << type;
    EXPECT_EQ(world.last_outcome(), "wrong_content_type");
    EXPECT_TRUE(world.keys("grant/").empty());
  }
  EXPECT_EQ(ask_token(redemption_of_code).reply.status, 200) << "and it cost nothing";
}

// Which of the two a proxy in front has judged is unknown.
TEST_F(RequestsTest, WithTwoAuthorizationFieldsAreRefusedAtTheTokenEndpoint) {
  const std::string code = code_for();
  const wire::Headers two = {{"Authorization", "Basic YTpi"}, {"Authorization", "Basic YTpi"}};
  EXPECT_EQ(ask_token(redemption(code), two).reply.status, 400);
  EXPECT_EQ(world.last_outcome(), "two_client_authentications");
  EXPECT_EQ(redeem(code).status, 200);
}

// RFC 6749 s. 5.2: error_description is of %x20-21 / %x23-5B / %x5D-7E. A quote or a line end in a header field, or
// another script in a log, is for others to misread.
TEST_F(RequestsTest, AreQuotedInPlainCharactersOnly) {
  const Reply reply = open(authorization({{"response_type", "a\"b\\c\u00e9"}}));
  const std::string description = parameter(header(reply, "Location"), "error_description");
  ASSERT_NE(description.find("received a'b?c"), std::string::npos) << description;
  EXPECT_TRUE(std::all_of(description.begin(), description.end(), [](char c) {
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
  })) << description;
}

TEST_F(RequestsTest, RegisterNamesThatAreCut) {
  std::string name;
  for (int i = 0; i < 1000; ++i) name += "\u00e9";
  const Json body = body_of(register_with({{"client_name", name},
                                           {"redirect_uris", Json::array({"https://app.example/cb"})},
                                           {"token_endpoint_auth_method", "none"}}));
  const std::string kept = text(body, "client_name");
  EXPECT_EQ(kept.size(), 200u);
  EXPECT_EQ(name.substr(0, kept.size()), kept);
  EXPECT_EQ(world.get<store::Client>(store::Client::key(text(body, "client_id")))->name, kept);
}

TEST_F(RequestsTest, RegisterClientsThatGoWhenNobodyUsesThem) {
  const Json confidential = body_of(register_with({{"redirect_uris", Json::array({"https://app.example/cb"})}}));
  ASSERT_NE(text(confidential, "client_secret"), "");
  EXPECT_EQ(world.keys("client/").size(), 2u) << "a public one, and this";
  world.pass(authority.lifetimes.unused_client.count);
  EXPECT_TRUE(world.keys("client/").empty());
}

}  // namespace
}  // namespace postern::oauth
