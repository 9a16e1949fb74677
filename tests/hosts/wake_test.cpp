// How a thread that publishes wakes the one that waits: by what Linux has, and by what every POSIX system has.
#include <poll.h>

#include "host-native/system/wake.hpp"
#include "tests/hosts/fixture.hpp"

namespace postern {
namespace {

template <class Kind>
class WakeTest : public testing::Test {};

#ifdef __linux__
using Kinds = testing::Types<EventWake, PipeWake>;
#else
using Kinds = testing::Types<PipeWake>;
#endif
TYPED_TEST_SUITE(WakeTest, Kinds);

bool readable(int descriptor) {
  pollfd watched{descriptor, POLLIN, 0};
  return ::poll(&watched, 1, 0) == 1;
}

TYPED_TEST(WakeTest, IsQuietUntilRaisedAndAfterItWasLowered) {
  const TypeParam wake;
  EXPECT_FALSE(readable(wake.descriptor()));
  wake.lower();
  EXPECT_FALSE(readable(wake.descriptor()));
  wake.raise();
  EXPECT_TRUE(readable(wake.descriptor()));
  wake.lower();
  EXPECT_FALSE(readable(wake.descriptor()));
}

TYPED_TEST(WakeTest, NobodyWhoRaisesEverWaits) {
  const TypeParam wake;
  for (int count = 0; count < 200'000; ++count) wake.raise();  // More than a pipe holds.
  EXPECT_TRUE(readable(wake.descriptor()));
  wake.lower();
  EXPECT_FALSE(readable(wake.descriptor()));
}

}  // namespace
}  // namespace postern
