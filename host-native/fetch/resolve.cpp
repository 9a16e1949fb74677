#include "host-native/fetch/resolve.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <memory>

namespace postern {

std::vector<std::string> resolve_by_system(const std::string& host) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  if (::getaddrinfo(host.c_str(), nullptr, &hints, &list) != 0) return {};
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, ::freeaddrinfo);
  std::vector<std::string> addresses;
  for (const addrinfo* one = list; one != nullptr; one = one->ai_next) {
    const void* bytes = nullptr;
    if (one->ai_family == AF_INET) {
      bytes = &reinterpret_cast<const sockaddr_in*>(one->ai_addr)->sin_addr;
    } else if (one->ai_family == AF_INET6) {
      bytes = &reinterpret_cast<const sockaddr_in6*>(one->ai_addr)->sin6_addr;
    } else {
      continue;
    }
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (::inet_ntop(one->ai_family, bytes, text.data(), text.size()) != nullptr) addresses.emplace_back(text.data());
  }
  return addresses;
}

}  // namespace postern
