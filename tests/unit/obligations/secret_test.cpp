// security.md: secrets are a type that does not print, compares in constant time, and wipes itself.
#include "core/base/secret.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstring>
#include <new>
#include <ostream>
#include <string>
#include <string_view>

namespace postern {
namespace {

template <class T>
concept Printable = requires(std::ostream& out, const T& value) {
  out << value;
};

static_assert(!Printable<Secret>, "a log line can not take a secret");
static_assert(!std::convertible_to<Secret, std::string_view>, "it is opened by a name that a search finds");
static_assert(!std::convertible_to<Secret, std::string>);
static_assert(!std::convertible_to<std::string, Secret>, "what becomes a secret says so");

TEST(Secret, IsEqualByEveryByte) {
  const Secret secret("abcdef");
  EXPECT_TRUE(secret == Secret("abcdef"));
  for (const char* other : {"Abcdef", "abcdeF", "abcde", "abcdefg", ""}) EXPECT_FALSE(secret == Secret(other)) << other;
}

// Not to the nanosecond: a comparison that stops at the first difference is thousands of times as fast here, and one that
// goes to the end is not even twice.
TEST(Secret, IsComparedInATimeThatTellsNothing) {
  const std::string secret(1 << 20, 'a');
  std::string differs_first = secret;
  differs_first.front() = 'b';
  std::string differs_last = secret;
  differs_last.back() = 'b';
  const auto time_of = [&secret](const std::string& guess) {
    auto least = std::chrono::steady_clock::duration::max();
    for (int i = 0; i < 5; ++i) {
      const auto begin = std::chrono::steady_clock::now();
      EXPECT_FALSE(Secret::same_bytes(secret, guess));
      least = std::min(least, std::chrono::steady_clock::now() - begin);
    }
    return least;
  };
  EXPECT_GT(time_of(differs_first) * 8, time_of(differs_last));
}

TEST(Secret, IsWipedWhereItWas) {
  const std::string bytes = "short";  // lies inside the object, so that its own memory tells
  alignas(Secret) unsigned char memory[sizeof(Secret)] = {};
  auto* secret = new (memory) Secret(bytes);
  const auto holds = [&] {
    return std::string_view(reinterpret_cast<const char*>(memory), sizeof memory).find("hort") !=
           std::string_view::npos;
  };
  ASSERT_TRUE(holds()) << "this library keeps short strings elsewhere";
  const Secret moved = std::move(*secret);
  EXPECT_FALSE(holds());
  EXPECT_EQ(moved.expose_for(Reason::hashing), bytes);
  secret->~Secret();
  EXPECT_FALSE(holds());
}

}  // namespace
}  // namespace postern
