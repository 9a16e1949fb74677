// Module and native library have to read a number as the same bits: what differs here differs in a tool's arguments.
#include "host-wasm/decimal.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <random>
#include <string>

namespace postern::wasm {
namespace {

void expect_as_the_library_reads(const std::string& text) {
  char* end = nullptr;
  const double ours = nearest_double(text.c_str(), &end);
  const double theirs = std::strtod(text.c_str(), nullptr);
  EXPECT_EQ(ours, theirs) << text;
  EXPECT_EQ(std::signbit(ours), std::signbit(theirs)) << text;
  EXPECT_EQ(end, text.c_str() + text.size()) << text;
}

TEST(NearestDouble, ReadsEdgesAsTheLibraryDoes) {
  for (const char* text : {"0",
                           "-0",
                           "0e5",
                           "-0.0e-999999999999",
                           "1",
                           "0.1",
                           "-1.5E+3",
                           "8.5e22",
                           "1e23",
                           "9007199254740992.5",
                           "9007199254740993",
                           "9007199254740993.0000000000000000001",
                           "1.7976931348623157e308",
                           "1.7976931348623158e308",
                           "1.7976931348623159e308",
                           "1e309",
                           "-1e99999999999",
                           "2.2250738585072011e-308",
                           "2.2250738585072014e-308",
                           "5e-324",
                           "2.4703282292062327e-324",
                           "2.4703282292062328e-324",
                           "1e-330",
                           "1e-99999999999"}) {
    expect_as_the_library_reads(text);
  }
  expect_as_the_library_reads("1" + std::string(1200, '0') + "e-1200");
  expect_as_the_library_reads("0." + std::string(300, '0') + "17");
}

std::string exact(double number) {
  std::string text(1200, '\0');
  text.resize(static_cast<std::size_t>(std::snprintf(text.data(), text.size(), "%.1080f", number)));
  return text;
}

// Numbers in the middle of two doubles go to the even one; a digit far behind decides otherwise.
TEST(NearestDouble, BreaksTiesByTheLastDigit) {
  std::mt19937_64 random(8259);
  for (int i = 0; i < 300; ++i) {
    const double middle = std::ldexp(static_cast<double>(random() >> 11 | 1), -1000 - static_cast<int>(random() % 75));
    for (const char* more : {"", "1", "0000000000000000000001"}) expect_as_the_library_reads(exact(middle) + more);
  }
  const std::string one_and_a_half_steps = exact(1.0 + std::numeric_limits<double>::epsilon());
  expect_as_the_library_reads(one_and_a_half_steps + "1");
}

TEST(NearestDouble, ReadsAnyDigitsAsTheLibraryDoes) {
  std::mt19937_64 random(754);
  for (int i = 0; i < 20000; ++i) {
    std::string text = random() % 2 != 0 ? "-" : "";
    for (auto digits = 1 + random() % 30; digits > 0; --digits) text += static_cast<char>('0' + random() % 10);
    text += '.';
    for (auto digits = 1 + random() % 30; digits > 0; --digits) text += static_cast<char>('0' + random() % 10);
    text += (random() % 2 != 0 ? "e-" : "e") + std::to_string(random() % 345);
    expect_as_the_library_reads(text);
  }
}

}  // namespace
}  // namespace postern::wasm
