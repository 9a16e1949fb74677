// The command line's evaluations.
#include "core/oauth/users.hpp"

#include "tests/unit/oauth/fixture.hpp"

namespace postern::oauth {
namespace {

class UsersTest : public OAuthTest {
 protected:
  Reply add(const std::string& name, const std::string& password) {
    return world.send([&](const HttpRequest&, const Facts& facts) { return add_user(name, Secret(password), facts); },
                      {});
  }
  Reply remove(const std::string& name) {
    return world.send(
        [&](const HttpRequest&, const Facts& facts) { return remove_user(name, authority.lifetimes, facts); }, {});
  }
};

TEST_F(UsersTest, NamesAndPasswordsThatDoNotDo) {
  const std::vector<std::pair<std::string, std::string>> bad = {{"", "long enough"},
                                                                {" bob", "long enough"},
                                                                {"bob ", "long enough"},
                                                                {"bo\nb", "long enough"},
                                                                {"bo\u202Eb", "long enough"},
                                                                {std::string(65, 'b'), "long enough"},
                                                                {"\xff", "long enough"},
                                                                {"bob", "short"},
                                                                {"bob", std::string(1025, 'x')},
                                                                {"bob", std::string(8, '\0')}};
  for (const auto& [name, password] : bad) {
    const Reply reply = add(name, password);
    EXPECT_EQ(reply.status, 400) << name;
    EXPECT_FALSE(text(body_of(reply), "error").empty());
  }
  EXPECT_EQ(world.keys("user/").size(), 1u);
  EXPECT_EQ(add("J\u00f6rg von Bl\u00fccher", "eight ch").status, 200);
  EXPECT_EQ(add("ada", "long enough").status, 409);
}

TEST_F(UsersTest, ANewUserOfAnOldNameIsSomebodyElse) {
  const std::string first = text(body_of(add("bob", "long enough")), "subject");
  EXPECT_EQ(remove("bob").status, 200);
  EXPECT_EQ(remove("bob").status, 404);
  EXPECT_NE(text(body_of(add("bob", "long enough")), "subject"), first);
}

TEST_F(UsersTest, TheListNamesThemAndNoPassword) {
  add("bob", "bobs password");
  const Reply reply = world.send([](const HttpRequest&, const Facts& facts) { return list_users(facts); }, {});
  const Json body = body_of(reply);
  const Json* users = wire::array_member(body, "users");
  EXPECT_EQ(reply.body.find("password"), std::string::npos);
  EXPECT_NE(reply.body.find("\"name\":\"ada\""), std::string::npos);
  EXPECT_NE(reply.body.find("\"name\":\"bob\""), std::string::npos);
  ASSERT_NE(users, nullptr);
  EXPECT_EQ(users->size(), 2u);
  EXPECT_EQ(wire::bool_member(body, "more"), false);
}

TEST_F(UsersTest, WithTheUserAllGrantsEndAndAreTold) {
  const Json phone = tokens();
  const Json laptop = tokens();
  const Reply reply = remove("ada");
  EXPECT_EQ(wire::int_member(body_of(reply), "ended"), 2);
  EXPECT_EQ(world.topics.size(), 2u);
  EXPECT_TRUE(world.keys("grant-of/").empty());
  for (const Json& device : {phone, laptop}) {
    EXPECT_FALSE(visit_with(text(device, "access_token")).principal);
    EXPECT_EQ(refresh(text(device, "refresh_token")).status, 400);
  }
}

TEST_F(UsersTest, AGrantThatHeldWhileTheUserWasBeingRemovedEndsInTheSecondStep) {
  const std::string code = code_for();
  Json late;
  world.before_commit = [&] { late = body_of(redeem(code)); };
  EXPECT_EQ(remove("ada").status, 200);
  const auto second_step = [&](const HttpRequest&, const Facts& facts) {
    return end_grants_of("ada-subject", authority.lifetimes, facts);
  };
  EXPECT_EQ(wire::int_member(body_of(world.send(second_step, {})), "ended"), 1);
  EXPECT_EQ(wire::int_member(body_of(world.send(second_step, {})), "ended"), 0);
  EXPECT_FALSE(visit_with(text(late, "access_token")).principal);
}

class UserDataTest : public UsersTest {
 protected:
  std::int64_t erase(const std::string& subject) {
    const auto step = [&](const HttpRequest&, const Facts& facts) {
      return erase_data_of(subject, {"note", "note-title"}, facts);
    };
    return wire::int_member(body_of(world.send(step, {})), "erased").value_or(-1);
  }
  void put_note(const std::string& subject, const std::string& id) {
    world.put(store::Note::key(subject, id), store::Note{"title", "text", world.now});
    world.put(store::NoteTitle::key(subject, id), store::NoteTitle{"title", world.now});
  }
};

TEST_F(UserDataTest, WhatWasKeptForAUserGoesInPagesAndNobodyElsesDoes) {
  for (int i = 0; i < 150; ++i) put_note("ada-subject", "n" + std::to_string(i));
  put_note("ada-subject-2", "kept");  // Its subject begins alike.
  world.put(store::Session::key("hers"), store::Session{"ada-subject", "c", "2025-06-18", "{}", "", {}, world.now});
  world.put(store::Session::key("kept"), store::Session{"ada-subject-2", "c", "2025-06-18", "{}", "", {}, world.now});
  EXPECT_EQ(erase("ada-subject"), 200) << "of 300 records and a session";
  EXPECT_EQ(erase("ada-subject"), 101);
  EXPECT_EQ(erase("ada-subject"), 0);
  EXPECT_EQ(world.keys("note/"), std::vector<std::string>{"note/ada-subject-2/kept"});
  EXPECT_EQ(world.keys("note-title/"), std::vector<std::string>{"note-title/ada-subject-2/kept"});
  EXPECT_EQ(world.keys("session/"), std::vector<std::string>{"session/kept"});
  EXPECT_EQ(world.audit.back().what, "user.erase_data");
  EXPECT_EQ(world.audit.back().detail, "101 records");
}

TEST_F(UserDataTest, ANoteThatChangesMeanwhileIsReadAgainBeforeItGoes) {
  put_note("ada-subject", "n");
  world.before_commit = [&] { put_note("ada-subject", "n"); };
  EXPECT_EQ(erase("ada-subject"), 2);
  EXPECT_EQ(world.lost_commits, 1);
  EXPECT_TRUE(world.keys("note/").empty());
}

TEST_F(UserDataTest, NoSubjectIsNobodys) {
  put_note("", "n");
  EXPECT_EQ(erase(""), -1);
  EXPECT_EQ(world.keys("note/").size(), 1u);
}

}  // namespace
}  // namespace postern::oauth
