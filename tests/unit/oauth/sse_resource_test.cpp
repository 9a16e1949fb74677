// One protected resource with two names: clients of HTTP+SSE ask for it as issuer + /sse.
#include "core/wire/challenge.hpp"
#include "tests/unit/oauth/fixture.hpp"

namespace postern::oauth {
namespace {

class SseResourceTest : public OAuthTest {
 protected:
  void SetUp() override {
    OAuthTest::SetUp();
    authority.sse_resource = "http://localhost:8000/sse";
  }
  /// The error of an authorization request; empty: there is none.
  std::string asked_for(const std::string& resource) {
    return parameter(header(open(authorization({{"resource", resource}})), "Location"), "error");
  }
};

TEST_F(SseResourceTest, OtherNamesAreRefusedAndWithoutTheTransportThisOneToo) {
  for (const char* other :
       {"http://localhost:8000/sse2", "http://localhost:8000/sse#x", "http://localhost:8000/messages",
        "https://localhost:8000/sse", "http://localhost:8001/sse", "/sse"}) {
    EXPECT_EQ(asked_for(other), "invalid_target") << other;
  }
  authority.sse_resource.clear();
  EXPECT_EQ(asked_for("http://localhost:8000/sse"), "invalid_target");
}

TEST_F(SseResourceTest, ATokenAskedForUnderItIsTheSameToken) {
  const std::string under_it = "http://localhost:8000/sse";
  Reply reply = redeem(code_for({{"resource", under_it}}), {{"resource", under_it}});
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_TRUE(visit_with(text(body_of(reply), "access_token")).principal);
  const std::string credentials = "Basic " + wire::base64("resource-server:its secret");
  const Fields asked = {{"token", text(body_of(reply), "access_token")}};
  const Reply told = run(introspect, form_post("/introspect", asked, {{"Authorization", credentials}})).reply;
  EXPECT_EQ(text(body_of(told), "aud"), authority.resource) << "one resource, one audience";
  reply = refresh(text(body_of(reply), "refresh_token"), {{"resource", under_it}});
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(redeem(code_for(), {{"resource", "http://localhost:8000/other"}}).status, 400);
}

TEST_F(SseResourceTest, MetadataNameWhatTheClientKnows) {
  const Json document = body_of(run(sse_resource_metadata, {"GET", "/x", {}, {}}).reply);
  EXPECT_EQ(text(document, "resource"), "http://localhost:8000/sse");
  EXPECT_EQ(*wire::member(document, "authorization_servers"), Json::array({"http://localhost:8000"}));
  EXPECT_EQ(text(body_of(run(protected_resource_metadata, {"GET", "/x", {}, {}}).reply), "resource"),
            "http://localhost:8000/mcp");
  EXPECT_EQ(
      *wire::member(body_of(run(authorization_server_metadata, {"GET", "/x", {}, {}}).reply), "protected_resources"),
      Json::array({"http://localhost:8000/mcp", "http://localhost:8000/sse"}));
}

TEST_F(SseResourceTest, AChallengeLeadsThere) {
  Reply reply = insufficient_scope(authority, {"ada-subject", "ada", client_id, "g", {}}, {"notes:read"}).reply;
  lead_to_sse_metadata(authority, reply);
  const auto challenges = wire::parse_challenges(header(reply, "WWW-Authenticate"));
  ASSERT_TRUE(challenges && challenges->size() == 1);
  EXPECT_EQ(*challenges->front().parameter("resource_metadata"),
            "http://localhost:8000/.well-known/oauth-protected-resource/sse");
  EXPECT_EQ(*challenges->front().parameter("error"), "insufficient_scope");
  EXPECT_EQ(*challenges->front().parameter("scope"), "notes:read");
}

}  // namespace
}  // namespace postern::oauth
