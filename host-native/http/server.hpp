// The HTTP server: cpp-httplib listens, accepts and speaks TLS; reading requests and writing replies is connection.hpp's.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

#include "host-native/http/connection.hpp"

namespace postern::http {

struct ServerOptions {
  std::string host = "127.0.0.1";  ///< A name or address of this machine, an IPv6 address without brackets.
  int port = 8000;                 ///< 0: any free one.
  std::filesystem::path tls_cert;  ///< PEM, the whole chain. Empty: no TLS.
  std::filesystem::path tls_key;   ///< PEM.
  std::size_t most_connections = 4096;
};

class HttpServer {
 public:
  /// Reads the certificate and takes the port. Errors: Refused.
  explicit HttpServer(ServerOptions options);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  int port() const;

  /// Accepts and serves, until `drain`; returns when the last connection is gone. `service` outlives the call.
  void serve(const Service& service);

  /// From another thread: takes no more connections, ends idle ones, and waits for the others. False: time is over, and
  /// what was left has been cut off.
  bool drain(Milliseconds time);

 private:
  class Listener;
  std::unique_ptr<Listener> listener_;
};

}  // namespace postern::http
