// What may have been meant by a name that nobody knows.
#pragma once

#include <string_view>
#include <vector>

namespace postern {

/// The nearest of `known` to a word that is not among them, by the number of characters that differ; empty when none is
/// near: at most two, or a third of the word's.
std::string_view nearest(std::string_view word, const std::vector<std::string_view>& known);

}  // namespace postern
