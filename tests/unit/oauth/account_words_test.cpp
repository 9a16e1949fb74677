// Times as the page tells them.
#include <gtest/gtest.h>

#include "core/oauth/account_page.hpp"

namespace postern::oauth {
namespace {

TEST(AccountWords, DatesAndUses) {
  EXPECT_EQ(date_in_words(UnixSeconds{0}), "1 January 1970");
  EXPECT_EQ(date_in_words(UnixSeconds{951'782'399}), "28 February 2000");
  EXPECT_EQ(date_in_words(UnixSeconds{951'782'400}), "29 February 2000");
  EXPECT_EQ(date_in_words(UnixSeconds{1'735'689'599}), "31 December 2024");
  EXPECT_EQ(date_in_words(UnixSeconds{4'107'542'400}), "1 March 2100");
  const UnixSeconds now{1'700'000'000};
  EXPECT_EQ(use_in_words(now + Seconds{5}, now), "within the last hour");
  EXPECT_EQ(use_in_words(now + Seconds{-3600}, now), "1 hour ago");
  EXPECT_EQ(use_in_words(now + Seconds{-86399}, now), "23 hours ago");
  EXPECT_EQ(use_in_words(now + Seconds{-2 * 86400}, now), "2 days ago");
  EXPECT_EQ(use_in_words(now + Seconds{-30 * 86400}, now), "15 October 2023");
}

}  // namespace
}  // namespace postern::oauth
