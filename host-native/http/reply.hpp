// How a reply is put on the wire, RFC 9112 s. 4 and 6.
#pragma once

#include <string>
#include <string_view>

#include "core/flow/outcome.hpp"

namespace postern::http {

enum class Framing {
  length,   ///< Content-Length: the body is known.
  chunked,  ///< Transfer-Encoding: chunked.
  close     ///< Ends with the connection: HTTP/1.0 has no chunks.
};

/// The status line and the fields, the empty line included. Date, Content-Length, Transfer-Encoding and Connection are the
/// host's own; a field that could split the reply is left out.
std::string print_head(int status, const wire::Headers& headers, Framing framing, std::size_t length, bool close);

/// The host's own refusal of a request that can't be read: JSON, like the core's.
Reply refusal(int status, std::string_view reason);

}  // namespace postern::http
