#include "host-native/http/chunked.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace postern::http {

ChunkedReader::State ChunkedReader::feed(std::string_view& bytes) {
  while (!bytes.empty()) {
    if (at_ == At::data) {
      const std::size_t take = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
      body_.append(bytes.substr(0, take));
      bytes.remove_prefix(take);
      left_ -= take;
      if (left_ == 0) at_ = At::data_end;
      continue;
    }
    const std::size_t end = bytes.find('\n');
    const std::size_t take = end == std::string_view::npos ? bytes.size() : end + 1;
    line_.append(bytes.substr(0, take));
    bytes.remove_prefix(take);
    if (line_.size() > longest_line) return State::malformed;
    if (end == std::string_view::npos) return State::more;
    if (!line_.ends_with("\r\n")) return State::malformed;
    const State state = take_line(std::string_view(line_).substr(0, line_.size() - 2));
    line_.clear();
    if (state != State::more) return state;
  }
  return State::more;
}

ChunkedReader::State ChunkedReader::take_line(std::string_view line) {
  switch (at_) {
    case At::data_end:
      at_ = At::size;
      return line.empty() ? State::more : State::malformed;
    case At::trailer:
      if (line.empty()) return State::done;
      return ++trailers_ > most_trailers ? State::malformed : State::more;
    case At::size:
    case At::data:
      break;
  }
  const std::string_view digits = line.substr(0, std::min(line.find(';'), line.size()));
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), left_, 16);
  if (error == std::errc::result_out_of_range) return State::too_large;
  if (error != std::errc() || end != digits.data() + digits.size()) return State::malformed;
  if (left_ > most_ - std::min(most_, body_.size())) return State::too_large;
  at_ = left_ == 0 ? At::trailer : At::data;
  return State::more;
}

std::string chunk(std::string_view bytes) {
  if (bytes.empty()) return {};
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), bytes.size(), 16).ptr;
  std::string out;
  out.reserve(bytes.size() + 24);
  out.append(digits.data(), end).append("\r\n").append(bytes).append("\r\n");
  return out;
}

}  // namespace postern::http
