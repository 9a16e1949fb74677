#include "host-native/system/entropy.hpp"

#include <sys/random.h>
#include <unistd.h>

#include <cstdlib>

namespace postern {

std::string system_entropy(std::size_t size) {
  std::string bytes(size, '\0');
  if (::getentropy(bytes.data(), size) != 0) std::abort();
  return bytes;
}

}  // namespace postern
