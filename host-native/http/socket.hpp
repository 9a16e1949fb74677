// Bytes to and from one client, in the clear or under TLS.
#pragma once

#include <cstddef>
#include <string_view>

namespace postern::http {

/// Blocks as long as it takes; deadlines are kept from outside (connections.hpp), by shutting the socket down.
class Socket {
 public:
  virtual ~Socket() = default;
  /// At least one byte and at most `size`; 0: the client is gone, or its time was over.
  virtual std::size_t read(char* bytes, std::size_t size) = 0;
  /// False: the client is gone, or its time was over.
  virtual bool write(std::string_view bytes) = 0;
  virtual int descriptor() const = 0;
};

}  // namespace postern::http
