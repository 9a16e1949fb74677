// Records as bytes: whole there and back, patient with other versions, never fooled by broken bytes.
#include "core/store/fields.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

#include "core/store/records.hpp"

namespace postern::store {
namespace {

struct Everything {
  std::string text;
  std::vector<std::string> list;
  ScopeSet scopes;
  std::int64_t number = 0;
  UnixSeconds time;
  bool flag = false;
  bool operator==(const Everything&) const = default;

  template <class V, class Self>
  static void fields(V& visit, Self& self) {
    visit.field(1, "text", self.text);
    visit.field(2, "list", self.list);
    visit.field(3, "scopes", self.scopes);
    visit.field(4, "number", self.number);
    visit.field(5, "time", self.time);
    visit.field(31, "flag", self.flag);
  }
};

TEST(Fields, AreTheSameAfterWritingAndReading) {
  const std::vector<std::int64_t> numbers = {
      0, 1, 127, 128, -1, std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min()};
  for (const std::int64_t number : numbers) {
    const Everything record{std::string("a\0b", 3),     {"", "one", std::string(300, 'x')},
                            {"user", "notes:read"},     number,
                            UnixSeconds{1'700'000'000}, true};
    const auto read = decode<Everything>(encode(record));
    ASSERT_TRUE(read) << number;
    EXPECT_EQ(*read, record) << number;
  }
  EXPECT_EQ(encode(Everything{}), "");
  EXPECT_EQ(decode<Everything>(""), Everything{});
}

TEST(Fields, ATagOfAnotherVersionIsPassedOver) {
  Everything record;
  record.text = "kept";
  EXPECT_EQ(decode<Everything>(encode(record) + std::string("\x0c\x02hi")), record);
  EXPECT_EQ(decode<Everything>(encode(record) + std::string("\x7f\x02hi")), record);
}

TEST(Fields, BrokenBytesAreNoRecord) {
  const std::vector<std::string> broken = {
      std::string("\x01", 1),                                       // A tag without length.
      std::string("\x01\x05hi", 4),                                 // Longer than what is there.
      std::string("\x00\x01x", 3),                                  // Tag zero.
      std::string("\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"),  // A length without end.
      std::string("\x02\x02\x05x", 4),                              // A list element longer than its list.
      std::string("\x04\x01\x80", 3),                               // A number without end.
      std::string("\x04\x02\x01\x01", 4),                           // A number with something after it.
      std::string("\x03\x01\\", 3),                                 // A scope that no scope can be.
  };
  for (std::size_t i = 0; i < broken.size(); ++i) EXPECT_FALSE(decode<Everything>(broken[i])) << i;
}

TEST(Fields, NoPrefixOfARecordCrashesTheReader) {
  Grant grant;
  grant.client = "client";
  grant.scopes = {"user", "notes:read"};
  grant.expires = UnixSeconds{1'700'000'000};
  grant.generation = 300;
  const std::string bytes = encode(grant);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto read = decode<Grant>(std::string_view(bytes).substr(0, size));
    if (read) {
      EXPECT_NE(encode(*read), bytes);
    }
  }
  EXPECT_EQ(encode(*decode<Grant>(bytes)), bytes);
}

TEST(Records, KeysOfTwoKindsNeverMeet) {
  EXPECT_EQ(GrantOf::key("subject", "grant"), "grant-of/subject/grant");
  EXPECT_EQ(Grant::key("x").substr(0, GrantOf::prefix("").size()) == GrantOf::prefix(""), false);
  EXPECT_EQ(Note::key("subject", "id").substr(0, Note::prefix("subject").size()), Note::prefix("subject"));
}

}  // namespace
}  // namespace postern::store
