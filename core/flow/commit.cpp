#include "core/flow/commit.hpp"

#include <algorithm>
#include <iterator>

namespace postern {

Commit& Commit::join(Commit other) {
  for (Expect& expect : other.expects) {
    if (std::find(expects.begin(), expects.end(), expect) == expects.end()) expects.push_back(std::move(expect));
  }
  std::move(other.puts.begin(), other.puts.end(), std::back_inserter(puts));
  std::move(other.deletes.begin(), other.deletes.end(), std::back_inserter(deletes));
  if (other.durability == Durability::credential) durability = Durability::credential;
  return *this;
}

}  // namespace postern
