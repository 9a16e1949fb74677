// Values as JSON Schema compares them: by what they mean, so 1 equals 1.0 (core s. 4.2.2).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "core/base/json.hpp"

namespace postern::mcp::schema {

/// What one validation may still cost. Once it is spent, nothing that it was used for means anything.
struct Work {
  std::uint64_t steps;
  std::uint32_t depth = 0;
  bool spent = false;

  bool spend(std::uint64_t count) {
    if (steps < count) spent = true;
    steps -= spent ? steps : count;
    return !spent;
  }
};

/// -1, 0 or 1: exactly, also between a double and an integer that no double can hold.
int compare_numbers(const Json& left, const Json& right);

/// Whether `value` is a multiple of `divisor`, which is above 0. Decimals are taken as they are written, as far as
/// doubles carry that: 0.3 is a multiple of 0.1.
bool is_multiple(const Json& value, const Json& divisor);

/// Whether a number is whole, however it is written.
bool is_whole(const Json& number);

bool equal(const Json& left, const Json& right, Work& work);

/// The positions of two equal items, or none: {size, size}. Hashes, so that a long array costs no more than its size.
std::pair<std::size_t, std::size_t> find_duplicate(const Json& array, Work& work);

/// Lengths are counted in characters (validation s. 6.3.1), which are code points (RFC 8259 s. 8.2).
std::size_t count_code_points(std::string_view text);

}  // namespace postern::mcp::schema
