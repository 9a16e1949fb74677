// A fault of the surroundings or of what was configured: told in one line, exit code 2, and nothing was touched.
#pragma once

#include <stdexcept>

namespace postern {

/// An option, a file or a folder is not as it has to be. `what()` names it, what was expected, and what is there.
class Refused : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace postern
