// How text crosses the edge of the module (abi.cpp tells the rules), for the files that export.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "core/wire/json.hpp"

namespace postern::wasm::edge {

inline constexpr wire::JsonLimits limits{64 << 20, 64};

inline char* give(const Json& result) {
  const std::string text = wire::dump_json(result);
  const auto size = static_cast<std::uint32_t>(text.size());
  char* block = static_cast<char*>(std::malloc(sizeof size + text.size()));
  if (block == nullptr) __builtin_trap();
  std::memcpy(block, &size, sizeof size);
  std::memcpy(block + sizeof size, text.data(), text.size());
  return block;
}

inline char* refuse(std::string reason) { return give(Json{{"error", std::move(reason)}}); }

inline const Json& part(const Json& input, std::string_view name) {
  static const Json nothing;
  const Json* found = wire::member(input, name);
  return found == nullptr ? nothing : *found;
}

}  // namespace postern::wasm::edge
