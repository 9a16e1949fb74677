// What a fuzzer needs: its input as text, and a check that stops it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

inline void check(bool holds) {
  if (!holds) __builtin_trap();
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}
