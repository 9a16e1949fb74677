// Loaded into a program by LD_PRELOAD: its calendar clock shows the seconds since 1970 that the file TEST_CLOCK holds (one
// int64, moved by clock.mjs), and stands still in between. Timers go by the monotonic clock, which is left as it is.
// libfaketime does the same, but workerd hangs under it: its allocator reads the clock before libfaketime can look up symbols.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t* shown;

__attribute__((constructor)) static void open_clock(void) {
  const char* name = getenv("TEST_CLOCK");
  const int file = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
  void* page = file < 0 ? MAP_FAILED : mmap(NULL, sizeof *shown, PROT_READ, MAP_SHARED, file, 0);
  if (file >= 0) close(file);
  if (page == MAP_FAILED) abort();
  shown = page;
}

int clock_gettime(clockid_t clock, struct timespec* out) {
  if (shown && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
    *out = (struct timespec){.tv_sec = (time_t)*shown};
    return 0;
  }
  return (int)syscall(SYS_clock_gettime, clock, out);
}

int gettimeofday(struct timeval* out, void* zone) {
  (void)zone;
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  *out = (struct timeval){.tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / 1000};
  return 0;
}

time_t time(time_t* out) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (out) *out = now.tv_sec;
  return now.tv_sec;
}
