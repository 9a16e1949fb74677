#include "host-native/system/wake.hpp"

#ifdef __linux__
#include <sys/eventfd.h>
#endif
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace postern {

#ifdef __linux__
EventWake::EventWake() : event_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (event_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}

EventWake::~EventWake() { ::close(event_); }

void EventWake::raise() const { ::eventfd_write(event_, 1); }

void EventWake::lower() const {
  eventfd_t count = 0;
  ::eventfd_read(event_, &count);
}
#endif

PipeWake::PipeWake() {
  if (::pipe(ends_) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  for (const int end : ends_) {
    ::fcntl(end, F_SETFD, FD_CLOEXEC);
    ::fcntl(end, F_SETFL, O_NONBLOCK);
  }
}

PipeWake::~PipeWake() {
  for (const int end : ends_) ::close(end);
}

// A full pipe is readable as it is: the byte that does not fit is not missed.
void PipeWake::raise() const {
  const char byte = 0;
  while (::write(ends_[1], &byte, 1) < 0 && errno == EINTR) {
  }
}

void PipeWake::lower() const {
  char bytes[256];
  while (true) {
    const ssize_t got = ::read(ends_[0], bytes, sizeof bytes);
    if (got == 0 || (got < 0 && errno != EINTR)) return;
  }
}

}  // namespace postern
