#include "host-native/system/entropy.hpp"

#include <sys/random.h>

#include <cerrno>
#include <cstdlib>

namespace postern {

std::string system_entropy(std::size_t size) {
  std::string bytes(size, '\0');
  std::size_t have = 0;
  while (have < size) {
    const ssize_t got = ::getrandom(bytes.data() + have, size - have, 0);
    if (got > 0) {
      have += static_cast<std::size_t>(got);
    } else if (errno != EINTR) {
      std::abort();
    }
  }
  return bytes;
}

}  // namespace postern
