// A copy of a record that says what a request goes on to do would let it be done twice.
#include "core/store/copied.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>

#include "core/store/records.hpp"

namespace postern::store {
namespace {

bool may_be_copied(std::string_view key) {
  return std::any_of(copied.begin(), copied.end(), [&](std::string_view prefix) { return key.starts_with(prefix); });
}

TEST(Copied, AreEndsOfGrantsAndSessionsAndNothingElse) {
  for (const auto& key : {User::key("ada"), Throttle::key("h"), Client::key("c"), Code::key("h"), Pending::key("h"),
                          Upstream::key("g"), Document::key("h"), Assertion::key("h"), Introspection::key("h"),
                          GrantOf::key("s", "g"), Note::key("s", "n"), NoteTitle::key("s", "n")}) {
    EXPECT_FALSE(may_be_copied(key)) << key;
  }
  EXPECT_TRUE(may_be_copied(Grant::key("g")));
  EXPECT_TRUE(may_be_copied(Session::key("h")));
}

}  // namespace
}  // namespace postern::store
