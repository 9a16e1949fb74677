// What has ended gives nothing, also where the record of it is still there: a store may keep records longer than asked.
#include "core/oauth/grant.hpp"
#include "core/oauth/tokens.hpp"
#include "core/server/evaluate.hpp"
#include "tests/unit/oauth/fixture.hpp"
#include "tests/unit/server/settings.hpp"

namespace postern::oauth {
namespace {

class EndsTest : public OAuthTest {
 protected:
  /// Changes the only grant there is.
  template <class Change>
  void change_grant(Change change) {
    const std::string key = world.keys("grant/").at(0);
    store::Grant grant = *world.get<store::Grant>(key);
    change(grant);
    world.put(key, grant);
  }
  bool is_active(const std::string& token) {
    const Fields fields{{"token", token}, {"client_id", "resource-server"}, {"client_secret", "its secret"}};
    const Reply reply = run(introspect, form_post("/introspect", fields)).reply;
    EXPECT_EQ(reply.status, 200) << reply.body;
    return wire::bool_member(body_of(reply), "active").value_or(false);
  }
};

TEST_F(EndsTest, AGrantWhoseTimeIsUp) {
  const Json body = tokens();
  change_grant([&](store::Grant& grant) { grant.expires = world.now; });
  EXPECT_FALSE(visit_with(text(body, "access_token")).principal);
  EXPECT_EQ(world.last_outcome(), "token_of_ended_grant");
  EXPECT_EQ(refresh(text(body, "refresh_token")).status, 400);
  EXPECT_FALSE(is_active(text(body, "access_token")));
  EXPECT_FALSE(is_active(text(body, "refresh_token")));
}

TEST_F(EndsTest, AGrantThatWasRevoked) {
  const Json body = tokens();
  EXPECT_TRUE(is_active(text(body, "access_token")));
  EXPECT_TRUE(is_active(text(body, "refresh_token")));
  change_grant([](store::Grant& grant) { grant.state = static_cast<std::int64_t>(GrantState::revoked); });
  EXPECT_FALSE(is_active(text(body, "access_token")));
  EXPECT_FALSE(is_active(text(body, "refresh_token")));
  EXPECT_FALSE(visit_with(text(body, "access_token")).principal);
}

TEST_F(EndsTest, ATokenForAnotherAudienceIsNotActive) {
  const std::string token = text(tokens(), "access_token");
  authority.resource = "http://localhost:8000/other";
  EXPECT_FALSE(is_active(token));
}

// An open stream is looked at again and again: core/server/evaluate.hpp, `check`.
TEST_F(EndsTest, AStreamWhoseGrantHasEndedIsClosed) {
  const auto deployment = testing::deployment_of(testing::good_settings());
  Stream stream;
  stream.subject = "ada-subject";
  stream.grant = "g";
  stream.era = Stream::Era::modern;
  store::Grant grant;
  grant.subject = "ada-subject";
  grant.expires = world.now + Seconds{60};
  grant.state = static_cast<std::int64_t>(GrantState::active);
  const auto goes_on = [&](const std::optional<store::Grant>& stored) {
    Facts facts = world.facts();
    const StreamCheck asks = check(*deployment, stream, facts);
    EXPECT_EQ(std::get<Needs>(asks.step).list, std::vector<Need>{Load{store::Grant::key("g")}});
    Loaded loaded;
    if (stored) loaded.record = StoredRecord{store::encode(*stored), 1};
    facts.learn(Load{store::Grant::key("g")}, loaded);
    return std::holds_alternative<Stream>(check(*deployment, stream, facts).step);
  };
  EXPECT_TRUE(goes_on(grant));
  EXPECT_FALSE(goes_on(std::nullopt)) << "gone";
  store::Grant revoked = grant;
  revoked.state = static_cast<std::int64_t>(GrantState::revoked);
  EXPECT_FALSE(goes_on(revoked));
  store::Grant late = grant;
  late.expires = world.now;
  EXPECT_FALSE(goes_on(late));
}

}  // namespace
}  // namespace postern::oauth
