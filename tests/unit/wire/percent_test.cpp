#include "core/wire/percent.hpp"

#include <gtest/gtest.h>

#include <string>

namespace postern::wire {
namespace {

TEST(Percent, RefusesBrokenEscapes) {
  for (const char* text : {"%", "a%", "%4", "%4g", "%g4", "%%41", "% 41", "%+4", "%u0041"}) {
    EXPECT_EQ(percent_decode(text), std::nullopt) << text;
    EXPECT_EQ(form_percent_decode(text), std::nullopt) << text;
  }
}

TEST(Percent, DecodesOnce) {
  EXPECT_EQ(percent_decode("%2541"), "%41");
  EXPECT_EQ(percent_decode("a+b%20c%2B"), "a+b c+");
  EXPECT_EQ(form_percent_decode("a+b%20c%2B"), "a b c+");
  EXPECT_EQ(percent_decode("%e2%82%aC"), "\xE2\x82\xAC");
  EXPECT_EQ(percent_decode("%00"), std::string(1, '\0'));
}

TEST(Percent, KeepsWhatRfc3986Section23CallsUnreserved) {
  const std::string unreserved = "AZaz09-._~";
  EXPECT_EQ(percent_encode(unreserved), unreserved);
  EXPECT_EQ(percent_encode(" +/%:\xFF"), "%20%2B%2F%25%3A%FF");
}

TEST(Percent, TheFormOfRfc6749AppendixB) {
  EXPECT_EQ(form_percent_encode(" %&+\xC2\xA3\xE2\x82\xAC"), "+%25%26%2B%C2%A3%E2%82%AC");
}

TEST(Percent, EveryByteComesBack) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all.push_back(static_cast<char>(byte));
  EXPECT_EQ(percent_decode(percent_encode(all)), all);
  EXPECT_EQ(form_percent_decode(form_percent_encode(all)), all);
}

}  // namespace
}  // namespace postern::wire
