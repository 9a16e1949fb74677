#include "host-native/http/server.hpp"

#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "host-native/http/certificate.hpp"
#include "host-native/http/httplib.hpp"
#include "host-native/http/reply.hpp"
#include "host-native/http/workers.hpp"
#include "host-native/system/refused.hpp"
#include "host-native/system/wake.hpp"

namespace postern::http {
namespace {

namespace tls = httplib::tls;

#ifndef MSG_NOSIGNAL
constexpr int MSG_NOSIGNAL = 0;  // SIGPIPE is ignored anyway (system/signals.hpp).
#endif

constexpr std::size_t kept_threads = 4;
constexpr Milliseconds handshake_time{10'000};
constexpr int longest_wait_seconds =
    3600;  // Deadlines are kept by `Connections`; a socket's own would only get in their way.

struct FreeContext {
  void operator()(tls::ctx_t context) const { tls::free_context(context); }
};
using Context = std::unique_ptr<void, FreeContext>;

struct FreeSession {
  void operator()(tls::session_t session) const { tls::free_session(session); }
};
using Session = std::unique_ptr<void, FreeSession>;

class PlainSocket final : public Socket {
 public:
  explicit PlainSocket(int descriptor) : descriptor_(descriptor) {}

  std::size_t read(char* bytes, std::size_t size) override {
    while (true) {
      const ssize_t got = ::recv(descriptor_, bytes, size, 0);
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR) return 0;
    }
  }

  bool write(std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t put = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (put < 0 && errno == EINTR) continue;
      if (put <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(put));
    }
    return true;
  }

  int descriptor() const override { return descriptor_; }

 private:
  int descriptor_;
};

class TlsSocket final : public Socket {
 public:
  TlsSocket(tls::session_t session, int descriptor) : session_(session), descriptor_(descriptor) {}

  std::size_t read(char* bytes, std::size_t size) override {
    while (true) {
      tls::TlsError error;
      const ssize_t got = tls::read(session_, bytes, size, error);
      if (got > 0) return static_cast<std::size_t>(got);
      if (!go_on(error)) return 0;
    }
  }

  bool write(std::string_view bytes) override {
    while (!bytes.empty()) {
      tls::TlsError error;
      const ssize_t put = tls::write(session_, bytes.data(), bytes.size(), error);
      if (put > 0) {
        bytes.remove_prefix(static_cast<std::size_t>(put));
      } else if (!go_on(error)) {
        return false;
      }
    }
    return true;
  }

  int descriptor() const override { return descriptor_; }

 private:
  // The socket blocks, so that this is rare: a record that was not for us, or an interrupted call.
  bool go_on(const tls::TlsError& error) const {
    pollfd watched{descriptor_, 0, 0};
    if (error.code == tls::ErrorCode::WantRead) watched.events = POLLIN;
    if (error.code == tls::ErrorCode::WantWrite) watched.events = POLLOUT;
    return watched.events != 0 && ::poll(&watched, 1, -1) > 0 && (watched.revents & (POLLERR | POLLNVAL)) == 0;
  }

  tls::session_t session_;
  int descriptor_;
};

std::string bind_reason(int error) {
  switch (error) {
    case 0:
    case EADDRNOTAVAIL:
      return "not an address of this machine";
    case EADDRINUSE:
      return "the port is in use by another program; expected a free one, or 0 for any";
    case EACCES:
      return "this user may not take that port; expected one above 1023, or a service manager that lends it";
    default:
      return std::strerror(error);
  }
}

// As many connections as there are descriptors: one each, and more for a stream.
std::size_t affordable(std::size_t wanted) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return wanted;
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, std::max<rlim_t>(limit.rlim_cur, wanted * 2 + 256));
  ::setrlimit(RLIMIT_NOFILE, &limit);
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const std::size_t descriptors = static_cast<std::size_t>(limit.rlim_cur);
  return std::max<std::size_t>(
      8, std::min(wanted, (descriptors - std::min<std::size_t>(descriptors, 64)) / (1 + Wake::descriptors)));
}

// cpp-httplib's own pool counts a thread as idle that has been given a job and has not woken up yet; a second job then
// waits behind it, and if the first becomes a stream, for as long as that is open.
class Queue final : public httplib::TaskQueue {
 public:
  explicit Queue(Workers& workers) : workers_(workers) {}
  bool enqueue(std::function<void()> job) override { return workers_.run(std::move(job)); }
  void shutdown() override { workers_.finish(); }

 private:
  Workers& workers_;
};

}  // namespace

class HttpServer::Listener final : public httplib::Server {
 public:
  explicit Listener(ServerOptions options)
      : options_(std::move(options)),
        connections_(affordable(options_.most_connections)),
        workers_(kept_threads, affordable(options_.most_connections) + 64) {
    if (!options_.tls_cert.empty()) make_context();
    // cpp-httplib would let two servers share a port (SO_REUSEPORT), and half of the requests be lost to the other one.
    set_socket_options([](int descriptor) { httplib::set_socket_opt(descriptor, SOL_SOCKET, SO_REUSEADDR, 1); });
    set_tcp_nodelay(true);
    set_read_timeout(longest_wait_seconds);
    set_write_timeout(longest_wait_seconds);
    new_task_queue = [this] { return new Queue(workers_); };
    errno = 0;
    port_ = options_.port == 0 ? bind_to_any_port(options_.host) : options_.port;
    const bool bound = options_.port == 0 ? port_ > 0 : bind_to_port(options_.host, options_.port);
    if (!bound) {
      const bool v6 = options_.host.find(':') != std::string::npos;
      throw Refused("--listen " + (v6 ? '[' + options_.host + ']' : options_.host) + ':' +
                    std::to_string(options_.port) + ": " + bind_reason(errno));
    }
  }

  int port() const { return port_; }

  void serve(const Service& service) {
    service_ = &service;
    listen_after_bind();
  }

  bool drain(Milliseconds time) {
    wait_until_ready();
    stop();
    connections_.drain();
    if (connections_.wait_until_empty(time)) return true;
    connections_.end_all();
    return false;
  }

 private:
  void make_context() {
    check_certificate(options_.tls_cert, options_.tls_key);
    context_.reset(tls::create_server_context());
    if (!context_ ||
        !tls::set_server_cert_file(context_.get(), options_.tls_cert.c_str(), options_.tls_key.c_str(), nullptr)) {
      throw Refused("TLS: " + tls::error_string(tls::get_error()));
    }
    tls::set_min_version(context_.get(), tls::Version::TLS1_2);
  }

  // Called by cpp-httplib for each accepted connection, on a thread of the pool.
  bool process_and_close_socket(socket_t descriptor) override {
    ConnectionState state(descriptor);
    if (connections_.add(state)) {
      serve_socket(state, descriptor);
      connections_.remove(state);  // before the descriptor can become somebody else's
    } else if (!context_) {
      const Reply reply = refusal(503, "Too many connections.");
      const std::string bytes = print_head(503, reply.headers, Framing::length, reply.body.size(), true) + reply.body;
      ::send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    }
    ::shutdown(descriptor, SHUT_RDWR);
    ::close(descriptor);
    return true;
  }

  void serve_socket(ConnectionState& state, int descriptor) {
    if (!context_) {
      PlainSocket socket(descriptor);
      serve_connection(*service_, connections_, state, socket);
      return;
    }
    state.must_finish_in(handshake_time);
    Session session;
    {
      const std::lock_guard lock(context_mutex_);
      session.reset(tls::create_session(context_.get(), descriptor));
    }
    tls::TlsError error;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(handshake_time).count();
    if (!session || !tls::accept_nonblocking(session.get(), descriptor, seconds, 0, &error)) return;
    TlsSocket socket(session.get(), descriptor);
    serve_connection(*service_, connections_, state, socket);
    state.must_finish_in(service_->timeouts.linger);
    tls::shutdown(session.get(), true);
  }

  const ServerOptions options_;
  Connections connections_;
  Workers workers_;
  Context context_;
  std::mutex context_mutex_;
  const Service* service_ = nullptr;
  int port_ = 0;
};

HttpServer::HttpServer(ServerOptions options) : listener_(std::make_unique<Listener>(std::move(options))) {}

HttpServer::~HttpServer() = default;

int HttpServer::port() const { return listener_->port(); }

void HttpServer::serve(const Service& service) { listener_->serve(service); }

bool HttpServer::drain(Milliseconds time) { return listener_->drain(time); }

}  // namespace postern::http
