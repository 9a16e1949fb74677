// One connection: requests in, replies out, one after the other; or the event stream that one of them becomes.
#pragma once

#include "core/server/deployment.hpp"
#include "host-native/drive.hpp"
#include "host-native/http/connections.hpp"
#include "host-native/http/socket.hpp"
#include "host-native/streams.hpp"

namespace postern::http {

/// How long a client may take. Whoever is slower is cut off: a connection costs a thread.
struct Timeouts {
  Milliseconds idle{60'000};     ///< For the first byte of the next request.
  Milliseconds header{10'000};   ///< For all of the header, from its first byte on.
  Milliseconds body{60'000};     ///< For all of the body.
  Milliseconds write{30'000};    ///< To take one reply, or one piece of a stream.
  Milliseconds linger{2'000};    ///< To read an error before the connection is gone.
  Milliseconds comment{15'000};  ///< A quiet stream says so often that it is alive.
};

/// What every connection of a server shares. Lives longer than they do.
struct Service {
  const Host& host;
  Evaluate evaluate;
  Streams& streams;
  Limits limits;
  Timeouts timeouts;
};

/// Serves the connection until one of the two has enough. Never throws.
void serve_connection(const Service& service, Connections& all, ConnectionState& state, Socket& socket);

}  // namespace postern::http
