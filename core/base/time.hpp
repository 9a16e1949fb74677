// Time is an argument: the core never reads a clock.
#pragma once

#include <compare>
#include <cstdint>

namespace postern {

/// A span of time in whole seconds.
struct Seconds {
  std::int64_t count = 0;
  auto operator<=>(const Seconds&) const = default;
};

/// A point in time: seconds since 1970-01-01T00:00:00Z, leap seconds not counted (RFC 7519 NumericDate, whole).
struct UnixSeconds {
  std::int64_t count = 0;
  auto operator<=>(const UnixSeconds&) const = default;
};

constexpr UnixSeconds operator+(UnixSeconds at, Seconds span) { return {at.count + span.count}; }
constexpr UnixSeconds operator-(UnixSeconds at, Seconds span) { return {at.count - span.count}; }
constexpr Seconds operator-(UnixSeconds later, UnixSeconds earlier) { return {later.count - earlier.count}; }

}  // namespace postern
