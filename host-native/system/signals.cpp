#include "host-native/system/signals.hpp"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

namespace postern {
namespace {

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

}  // namespace

void take_signals() {
  const sigset_t set = stop_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
}

int wait_for_stop() {
  const sigset_t set = stop_signals();
  int number = SIGTERM;
  sigwait(&set, &number);
  // Whoever asks a second time does not want to wait for the draining.
  ::signal(SIGTERM, SIG_DFL);
  ::signal(SIGINT, SIG_DFL);
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
  return number;
}

void ask_to_stop() { ::kill(::getpid(), SIGTERM); }

}  // namespace postern
