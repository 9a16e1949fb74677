#include "host-native/system/signals.hpp"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

namespace postern {
namespace {

// Our own way to say it. It stays blocked for ever, so that one that comes too late does nothing.
constexpr int own_signal = SIGUSR2;

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

}  // namespace

void take_signals(bool hangup) {
  sigset_t set = stop_signals();
  sigaddset(&set, own_signal);
  if (hangup) sigaddset(&set, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
}

int wait_for_stop(const std::function<void()>& on_hangup) {
  const sigset_t set = stop_signals();
  sigset_t wanted = set;
  sigaddset(&wanted, own_signal);
  if (on_hangup) sigaddset(&wanted, SIGHUP);
  int number = SIGTERM;
  while (sigwait(&wanted, &number) == 0 && number == SIGHUP) on_hangup();
  // Whoever asks a second time does not want to wait for the draining.
  ::signal(SIGTERM, SIG_DFL);
  ::signal(SIGINT, SIG_DFL);
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
  return number;
}

void ask_to_stop() { ::kill(::getpid(), own_signal); }

}  // namespace postern
