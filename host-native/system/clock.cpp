#include "host-native/system/clock.hpp"

#include <chrono>

namespace postern {

UnixSeconds system_now() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return UnixSeconds{std::chrono::duration_cast<std::chrono::seconds>(since_epoch).count()};
}

}  // namespace postern
