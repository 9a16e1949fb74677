// LiteLLM CVE-2026-59822: nothing passes as nobody. A record without a subject is broken, whoever made it; each place that
// reads one refuses by itself.
#include "core/oauth/cookies.hpp"
#include "core/oauth/flow.hpp"
#include "core/oauth/tokens.hpp"
#include "tests/unit/oauth/fixture.hpp"

namespace postern::oauth {
namespace {

class NobodyTest : public OAuthTest {
 protected:
  /// Whatever the store says of ada and her grants and codes has lost its subject.
  void lose_subjects() {
    store::User user = *world.get<store::User>(store::User::key("ada"));
    user.subject.clear();
    world.put(store::User::key("ada"), user);
    for (const std::string& key : world.keys("grant/")) {
      store::Grant grant = *world.get<store::Grant>(key);
      grant.subject.clear();
      world.put(key, grant);
    }
    for (const std::string& key : world.keys("code/")) {
      store::Code code = *world.get<store::Code>(key);
      code.subject.clear();
      world.put(key, code);
    }
  }
};

TEST_F(NobodyTest, ATokenWithoutSubjectAdmitsNobody) {
  tokens();
  const std::string grant = world.keys("grant/")[0].substr(std::string_view("grant/").size());
  lose_subjects();
  const AccessToken hollow{grant,    client_id,          "",        "ada",
                           {"user"}, authority.resource, world.now, world.now + Seconds{60}};
  EXPECT_FALSE(visit_with(print(authority, hollow, world.facts())).principal);
  EXPECT_EQ(world.last_outcome(), "unknown_token");
}

TEST_F(NobodyTest, ACodeWithoutSubjectGivesNothing) {
  const std::string code = code_for();
  lose_subjects();
  EXPECT_EQ(redeem(code).status, 400);
  EXPECT_EQ(world.last_outcome(), "user_gone");
  EXPECT_TRUE(world.keys("grant/").empty());
}

TEST_F(NobodyTest, ACodeOfAUserWhoseNameIsAnothersNowGivesNothing) {
  const std::string code = code_for();
  store::User another = *world.get<store::User>(store::User::key("ada"));
  another.subject = "another subject";
  world.put(store::User::key("ada"), another);
  EXPECT_EQ(redeem(code).status, 400);
  EXPECT_EQ(world.last_outcome(), "user_gone");
  EXPECT_TRUE(world.keys("grant/").empty());
}

TEST_F(NobodyTest, ALoginCookieWithoutSubjectIsNoLogin) {
  open(authorization());
  lose_subjects();
  const LoginSession hollow{"", "ada", 0, Browser{jar["postern_browser"]}.hash(), world.now + Seconds{60}};
  jar["postern_login"] = seal(authority, hollow, world.facts());
  EXPECT_EQ(open(authorization()).body.find("value=\"allow\""), std::string::npos);
}

}  // namespace
}  // namespace postern::oauth
