#include "core/wire/base64.hpp"

#include <gtest/gtest.h>

#include <string>

namespace postern::wire {
namespace {

struct Refusal {
  const char* why;
  std::string text;
};

TEST(Base64url, RefusesEverySecondSpelling) {
  const Refusal rows[] = {
      {"padding", "Zg=="},
      {"padding after a whole group", "Zm9v="},
      {"one digit alone says six bits, which is no byte", "Z"},
      {"five digits are a group and one alone", "Zm9vY"},
      {"four trailing bits that are not zero", "Zh"},
      {"two trailing bits that are not zero", "Zm9"},
      {"the standard alphabet", "+/+/"},
      {"a space", "Zm 9"},
      {"a line feed at the end", "Zm9v\n"},
      {"a byte above ASCII", "Zm9\xC3"},
      {"NUL", std::string("Zm9\0", 4)},
      {"a bad digit in the rest", "Zm9vZ!"},
  };
  for (const auto& row : rows) EXPECT_EQ(from_base64url(row.text), std::nullopt) << row.why;
}

TEST(Base64, RefusesWrongPadding) {
  const Refusal rows[] = {
      {"none", "SGVsbG8"},
      {"one sign where two are due", "Zg="},
      {"three signs", "Z==="},
      {"padding alone", "===="},
      {"padding in the middle", "Zg==Zg=="},
      {"two signs where one is due", "Zm8=="},
      {"four signs after a whole group", "Zm9v===="},
      {"the URL-safe alphabet", "-_-_"},
      {"a bad alphabet", "SGVs!!!bG8="},
      {"trailing bits", "Zh=="},
  };
  for (const auto& row : rows) EXPECT_EQ(from_base64(row.text), std::nullopt) << row.why;
}

TEST(Identifier, BeginsWithALetterWhateverTheBytes) {
  for (int first = 0; first < 256; ++first) {
    const std::string id = identifier(std::string(1, static_cast<char>(first)) + "\xFF\xFE");
    EXPECT_EQ(id.size(), 4u);
    EXPECT_TRUE((id[0] >= 'A' && id[0] <= 'Z') || (id[0] >= 'a' && id[0] <= 'z')) << id;
    EXPECT_EQ(id.substr(2), "_-");
  }
  EXPECT_NE(identifier("a"), identifier("b"));
  EXPECT_EQ(identifier(""), "");
}

TEST(Base64, TheVectorsOfRfc4648Section10) {
  const struct {
    std::string bytes, padded, bare;
  } rows[] = {
      {"", "", ""},
      {"f", "Zg==", "Zg"},
      {"fo", "Zm8=", "Zm8"},
      {"foo", "Zm9v", "Zm9v"},
      {"foob", "Zm9vYg==", "Zm9vYg"},
      {"fooba", "Zm9vYmE=", "Zm9vYmE"},
      {"foobar", "Zm9vYmFy", "Zm9vYmFy"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(base64(row.bytes), row.padded);
    EXPECT_EQ(base64url(row.bytes), row.bare);
    EXPECT_EQ(from_base64(row.padded), row.bytes);
    EXPECT_EQ(from_base64url(row.bare), row.bytes);
  }
}

TEST(Base64url, TheVectorOfRfc7515AppendixC) {
  const std::string bytes = {3, char(236), char(255), char(224), char(193)};
  EXPECT_EQ(base64url(bytes), "A-z_4ME");
  EXPECT_EQ(from_base64url("A-z_4ME"), bytes);
  EXPECT_EQ(base64(bytes), "A+z/4ME=");
}

TEST(Base64url, EveryByteInEveryPlaceComesBack) {
  for (int byte = 0; byte < 256; ++byte) {
    for (std::size_t place = 0; place < 5; ++place) {
      std::string bytes(5, 'x');
      bytes[place] = static_cast<char>(byte);
      EXPECT_EQ(from_base64url(base64url(bytes)), bytes);
      EXPECT_EQ(from_base64(base64(bytes)), bytes);
    }
  }
}

}  // namespace
}  // namespace postern::wire
