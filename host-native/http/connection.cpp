#include "host-native/http/connection.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <utility>

#include "core/wire/sse.hpp"
#include "host-native/http/chunked.hpp"
#include "host-native/http/head.hpp"
#include "host-native/http/reply.hpp"

namespace postern::http {
namespace {

// That the client sends nothing more: Linux's own event, elsewhere that of a connection which is closed both ways.
#ifdef POLLRDHUP
constexpr short client_closed = POLLRDHUP;
#else
constexpr short client_closed = POLLHUP;
#endif

using Clock = std::chrono::steady_clock;

// What a client gets of one request: a reply at once, or events and then the end.
class Response final : public EventSink {
 public:
  Response(const Service& service, ConnectionState& state, Socket& socket, const Head& head, bool keep_alive)
      : service_(service),
        state_(state),
        socket_(socket),
        head_(head),
        keep_alive_(keep_alive),
        id_(new_request_id()) {}

  const std::string& request_id() const { return id_; }

  void begin(const wire::Headers& headers) override { start_stream(200, headers, ""); }
  void send(std::string_view frames) override { write_piece(frames); }

  /// Status, fields and all of the body.
  void reply(const Reply& reply) {
    std::string bytes =
        print_head(reply.status, with_id(reply.headers), Framing::length, reply.body.size(), !keep_alive_);
    if (head_.method != "HEAD") bytes += reply.body;
    write(bytes);
  }

  /// Status, fields and what there is to say so far.
  void start_stream(int status, const wire::Headers& headers, std::string_view first) {
    framing_ = head_.minor_version == 1 ? Framing::chunked : Framing::close;
    if (framing_ == Framing::close) keep_alive_ = false;
    std::string bytes = print_head(status, with_id(headers), framing_, 0, !keep_alive_);
    bytes += framing_ == Framing::chunked ? chunk(first) : std::string(first);
    write(bytes);
  }

  void write_piece(std::string_view bytes) {
    if (bytes.empty()) return;
    framing_ == Framing::chunked ? write(chunk(bytes)) : write(bytes);
  }

  void end_stream() {
    if (framing_ == Framing::chunked) write(last_chunk);
  }

  bool gone() const { return gone_; }
  bool keep_alive() const { return keep_alive_ && !gone_; }

 private:
  wire::Headers with_id(wire::Headers headers) const {
    headers.push_back({"X-Request-Id", id_});
    return headers;
  }

  void write(std::string_view bytes) {
    if (gone_) return;
    state_.must_finish_in(service_.timeouts.write);
    gone_ = !socket_.write(bytes);
    state_.may_take_any_time();
  }

  const Service& service_;
  ConnectionState& state_;
  Socket& socket_;
  const Head& head_;
  bool keep_alive_;
  const std::string id_;
  bool gone_ = false;
  Framing framing_ = Framing::length;
};

class Connection {
 public:
  Connection(const Service& service, Connections& all, ConnectionState& state, Socket& socket)
      : service_(service), all_(all), state_(state), socket_(socket) {}

  void run() {
    while (serve_one()) {
    }
  }

 private:
  /// False: the connection is over.
  bool serve_one() {
    auto head = read_head();
    if (!head) return false;
    HttpRequest request{std::move(head->method), std::move(head->target), std::move(head->headers), ""};
    head->method = request.method;
    if (!read_body(*head, request.body)) return false;
    return answer(*head, request);
  }

  std::optional<Head> read_head();
  bool read_body(const Head& head, std::string& body);
  bool answer(const Head& head, const HttpRequest& request);
  void hold_stream(Response& response, const std::shared_ptr<OpenStream>& open);
  bool fill();
  void reject(const Rejected& rejected);
  void log(const HttpRequest& request, std::string_view id, int status, Clock::time_point began) const;

  const Service& service_;
  Connections& all_;
  ConnectionState& state_;
  Socket& socket_;
  std::string received_;  // and not used yet
};

std::optional<Head> Connection::read_head() {
  const HeadLimits limits{service_.limits.target, service_.limits.header_bytes, 100};
  bool begun = !received_.empty();
  state_.must_finish_in(begun ? service_.timeouts.header : service_.timeouts.idle);
  state_.set_idle(!begun);
  if (!begun && all_.draining()) return std::nullopt;
  while (true) {
    const auto found = find_head(received_, limits);
    if (const auto* rejected = std::get_if<Rejected>(&found)) {
      reject(*rejected);
      return std::nullopt;
    }
    if (const auto size = std::get<std::optional<std::size_t>>(found)) {
      auto parsed = parse_head(std::string_view(received_).substr(0, *size), limits);
      if (const auto* rejected = std::get_if<Rejected>(&parsed)) {
        reject(*rejected);
        return std::nullopt;
      }
      received_.erase(0, *size);
      state_.set_idle(false);
      return std::move(std::get<Head>(parsed));
    }
    if (!fill()) return std::nullopt;
    if (!begun) {
      begun = true;
      state_.set_idle(false);
      state_.must_finish_in(service_.timeouts.header);
    }
  }
}

bool Connection::read_body(const Head& head, std::string& body) {
  state_.must_finish_in(service_.timeouts.body);
  const std::size_t most = service_.limits.body;
  const std::uint64_t length = head.content_length.value_or(0);
  if (length > most) {
    reject(Rejected{413, "The body is too large."});
    return false;
  }
  // RFC 9110 s. 10.1.1: not when the body is coming already.
  const bool has_body = head.chunked || length > 0;
  if (head.expects_continue && has_body && received_.empty() && !socket_.write("HTTP/1.1 100 Continue\r\n\r\n"))
    return false;
  if (!head.chunked) {
    while (received_.size() < length) {
      if (!fill()) return false;
    }
    body = received_.substr(0, static_cast<std::size_t>(length));
    received_.erase(0, static_cast<std::size_t>(length));
    return true;
  }
  ChunkedReader reader(most);
  while (true) {
    std::string_view bytes = received_;
    const ChunkedReader::State state = reader.feed(bytes);
    received_.erase(0, received_.size() - bytes.size());
    switch (state) {
      case ChunkedReader::State::done:
        body = std::move(reader.body());
        return true;
      case ChunkedReader::State::malformed:
        reject(Rejected{400, "The chunks of the body are malformed."});
        return false;
      case ChunkedReader::State::too_large:
        reject(Rejected{413, "The body is too large."});
        return false;
      case ChunkedReader::State::more:
        if (!fill()) return false;
    }
  }
}

bool Connection::answer(const Head& head, const HttpRequest& request) {
  const auto began = Clock::now();
  state_.may_take_any_time();
  Response response(service_, state_, socket_, head, head.keep_alive && !all_.draining());
  Driven driven = drive(service_.host, service_.evaluate, request, response, response.request_id());
  log(request, response.request_id(), driven.began ? 200 : driven.reply.status, began);
  if (driven.began) {
    response.write_piece(driven.reply.body);
    response.end_stream();
  } else if (driven.reply.stream && head.method != "HEAD") {
    const auto open = service_.streams.open(std::move(*driven.reply.stream));
    response.start_stream(driven.reply.status, driven.reply.headers, driven.reply.body);
    hold_stream(response, open);
    service_.streams.close(open);
    service_.streams.settle(service_.host, *open);
    response.end_stream();
    return false;  // Whether its client listened to the end can't be known.
  } else {
    response.reply(driven.reply);
  }
  return response.keep_alive();
}

// Until the stream ends, its grant ends, or its client is gone.
void Connection::hold_stream(Response& response, const std::shared_ptr<OpenStream>& open) {
  bool check = true;  // Something may have happened between the answer and the registration.
  auto next_check = Clock::now();
  auto next_comment = Clock::now() + service_.timeouts.comment;
  while (!response.gone()) {
    if (check || Clock::now() >= next_check) {
      if (!service_.streams.check(service_.host, *open)) return;
      next_check = Clock::now() + service_.streams.limits().check_every;
    }
    const OpenStream::Taken taken = open->take();
    check = taken.check;
    if (!taken.bytes.empty()) {
      response.write_piece(taken.bytes);
      next_comment = Clock::now() + service_.timeouts.comment;
    }
    if (taken.end) return;
    if (check) continue;
    if (Clock::now() >= next_comment) {
      response.write_piece(wire::sse_comment(""));
      next_comment = Clock::now() + service_.timeouts.comment;
    }
    const auto wait = std::min(next_check, next_comment) - Clock::now();
    const auto milliseconds = std::max<std::int64_t>(0, std::chrono::duration_cast<Milliseconds>(wait).count() + 1);
    pollfd watched[] = {{open->descriptor(), POLLIN, 0}, {socket_.descriptor(), client_closed, 0}};
    if (::poll(watched, 2, static_cast<int>(milliseconds)) > 0 && watched[1].revents != 0) return;
  }
}

bool Connection::fill() {
  char part[16 << 10];
  const std::size_t got = socket_.read(part, sizeof part);
  received_.append(part, got);
  return got > 0;
}

// The rest of the request is not understood or not wanted. If the connection were closed with bytes unread, the client's
// system would throw our answer away (RFC 9112 s. 9.6): so say that we are done, and read on for a moment.
void Connection::reject(const Rejected& rejected) {
  state_.set_idle(false);
  const Reply reply = refusal(rejected.status, rejected.reason);
  state_.must_finish_in(service_.timeouts.linger);
  if (!socket_.write(print_head(reply.status, reply.headers, Framing::length, reply.body.size(), true) + reply.body))
    return;
  service_.host.log.write(Log::Level::info, "http.rejected",
                          {{"status", std::int64_t{rejected.status}}, {"reason", rejected.reason}});
  ::shutdown(socket_.descriptor(), SHUT_WR);
  char part[16 << 10];
  std::size_t seen = 0;
  while (seen < (std::size_t{4} << 20)) {
    const std::size_t got = socket_.read(part, sizeof part);
    if (got == 0) return;
    seen += got;
  }
}

// The query stays out: codes and states come in it. So does a path that is none of ours: somebody may have pasted a token
// there. Our own have short segments.
std::string_view path_to_log(std::string_view target, int status) {
  constexpr std::size_t longest_segment = 32;
  const std::string_view path = target.substr(0, target.find('?'));
  if (status == 404 || status == 400) return {};
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    if (end - at > longest_segment) return {};
    at = end + 1;
  }
  return path;
}

void Connection::log(const HttpRequest& request, std::string_view id, int status, Clock::time_point began) const {
  if (!service_.host.log.wants(Log::Level::info)) return;
  const double ms = std::chrono::duration<double, std::milli>(Clock::now() - began).count();
  service_.host.log.write(Log::Level::info, "http.request",
                          {{"id", id},
                           {"method", request.method},
                           {"path", path_to_log(request.target, status)},
                           {"status", std::int64_t{status}},
                           {"ms", ms}});
}

}  // namespace

void serve_connection(const Service& service, Connections& all, ConnectionState& state, Socket& socket) {
  try {
    Connection(service, all, state, socket).run();
  } catch (const std::exception& error) {  // no memory, no descriptors: this connection ends, the server goes on
    service.host.log.write(Log::Level::error, "http.failed", {{"reason", error.what()}});
  }
}

}  // namespace postern::http
