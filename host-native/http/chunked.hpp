// The chunked transfer coding, RFC 9112 s. 7.1: a reader that takes bytes as they come, and a printer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace postern::http {

class ChunkedReader {
 public:
  enum class State { more, done, malformed, too_large };

  explicit ChunkedReader(std::size_t most) : most_(most) {}

  /// Takes from the front of `bytes` what belongs to the body, and leaves what comes after it. Extensions of chunks and
  /// trailers are read over and forgotten.
  State feed(std::string_view& bytes);

  std::string& body() { return body_; }

 private:
  enum class At { size, data, data_end, trailer };
  State take_line(std::string_view line);

  static constexpr std::size_t longest_line = 256;
  static constexpr std::size_t most_trailers = 32;

  std::size_t most_;
  std::string body_;
  std::string line_;
  At at_ = At::size;
  std::uint64_t left_ = 0;
  std::size_t trailers_ = 0;
};

/// One chunk. Empty bytes make no chunk: an empty one would be the end.
std::string chunk(std::string_view bytes);
constexpr std::string_view last_chunk = "0\r\n\r\n";

}  // namespace postern::http
