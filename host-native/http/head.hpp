// The head of an HTTP/1.1 request, RFC 9112, read strictly: whatever two parsers could read differently is refused, since a
// proxy in front may be the other parser (request smuggling).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "core/wire/http.hpp"

namespace postern::http {

struct HeadLimits {
  std::size_t target = 8 << 10;
  std::size_t header_bytes = 32 << 10;  ///< All fields with their names.
  std::size_t fields = 100;
};

struct Head {
  std::string method;
  std::string target;
  int minor_version = 1;  ///< HTTP/1.0 or HTTP/1.1
  wire::Headers headers;
  std::optional<std::uint64_t> content_length;
  bool chunked = false;
  bool keep_alive = true;
  bool expects_continue = false;
};

/// Why a request is not read on. The connection can't be used any further.
struct Rejected {
  int status = 400;
  std::string_view reason;  ///< A sentence for whoever sent it.
};

/// How many bytes of `received` make the first head, the empty line included; nothing while it is not complete. Empty
/// lines before it belong to it (RFC 9112 s. 2.2).
/// Rejected as soon as it is clear that it can't become a head: a line end without CR, a limit.
std::variant<std::optional<std::size_t>, Rejected> find_head(std::string_view received, const HeadLimits& limits);

/// The head. `bytes`: what find_head measured.
std::variant<Head, Rejected> parse_head(std::string_view bytes, const HeadLimits& limits);

}  // namespace postern::http
