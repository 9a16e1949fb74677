#include "host-native/system/clock.hpp"

#include <chrono>
#include <cstdio>
#include <ctime>

namespace postern {

UnixSeconds system_now() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return UnixSeconds{std::chrono::duration_cast<std::chrono::seconds>(since_epoch).count()};
}

void append_time(std::string& line) {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count();
  const std::time_t seconds = static_cast<std::time_t>(milliseconds / 1000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[64];
  const std::size_t size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  line.append(text, size);
  std::snprintf(text, sizeof text, ".%03dZ", static_cast<int>(milliseconds % 1000));
  line += text;
}

}  // namespace postern
