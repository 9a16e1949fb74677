// The edge of the module (abi.cpp tells the rules) for exports that take and give text, of files beside it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace postern::wasm::edge {

/// Why the input can not be read, in one line.
struct Unread {
  std::string why;
};
using Text = Result<std::string, Unread>;

/// What an export gives back: the text of `work` on the call's input, or its one line why there is none. The input is
/// wiped afterwards.
const char* with_text(std::uint32_t size, Text (*work)(std::string_view input));

}  // namespace postern::wasm::edge
