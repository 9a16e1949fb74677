// Sets of code points while a pattern is being compiled.
#pragma once

#include <vector>

#include "core/wire/regex.hpp"

namespace postern::wire {

using CodeRanges = std::vector<Regex::Range>;

/// Adds what \d, \w or \s stands for (ECMA-262 s. 22.2.2.9), or with the capital letter everything else.
void add_class_escape(char32_t letter, CodeRanges& ranges);

/// Sorts the ranges from `from` on, and joins those that touch.
void normalize(CodeRanges& ranges, std::size_t from);

/// Turns the ranges from `from` on into all other code points.
void complement(CodeRanges& ranges, std::size_t from);

}  // namespace postern::wire
