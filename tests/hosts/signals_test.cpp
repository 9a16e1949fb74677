// The end of a server, in a process of its own.
#include "host-native/system/signals.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

namespace postern {
namespace {

// How a process ends that does this: its exit code, or minus the signal.
int ending_of(const std::function<int()>& body) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGHUP, SIG_DFL);  // Whoever runs the tests may have it ignored, and children inherit that.
    take_signals();
    ::_exit(body());
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

TEST(Signals, EachOfThemIsHeardAndEndsNothingByItself) {
  for (const int number : {SIGTERM, SIGINT}) {
    EXPECT_EQ(ending_of([number] {
                ::kill(::getpid(), number);
                return wait_for_stop() == number ? 0 : 1;
              }),
              0);
  }
}

TEST(Signals, AskingToStopIsHeardOnceAndLateAskingIsHarmless) {
  EXPECT_EQ(ending_of([] {
              ask_to_stop();
              wait_for_stop();
              ask_to_stop();
              return 0;
            }),
            0);
}

TEST(Signals, AHangupIsHeardWhereItIsWantedAndElseEndsTheProgram) {
  EXPECT_EQ(ending_of([] {
              take_signals(true);
              int heard = 0;
              ::kill(::getpid(), SIGHUP);
              wait_for_stop([&heard] {
                ++heard;
                ::kill(::getpid(), SIGTERM);
              });
              return heard;
            }),
            1);
  EXPECT_EQ(ending_of([] {
              ::kill(::getpid(), SIGHUP);
              return 0;
            }),
            -SIGHUP);
}

TEST(Signals, TheSecondSignalDoesNotWait) {
  EXPECT_EQ(ending_of([] {
              ::kill(::getpid(), SIGTERM);
              wait_for_stop();
              ::kill(::getpid(), SIGTERM);
              ::pause();
              return 0;
            }),
            -SIGTERM);
}

}  // namespace
}  // namespace postern
