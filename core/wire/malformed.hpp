// Why a text was refused at the boundary.
#pragma once

#include <string>

namespace postern::wire {

/// What was expected and what came, in plain words. It may be shown to whoever sent the text, and logged, so it never
/// quotes a value that could be a secret: positions, lengths and single bytes only.
struct Malformed {
  std::string what;
  bool operator==(const Malformed&) const = default;
};

}  // namespace postern::wire
