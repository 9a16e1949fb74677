// The code points of Unicode's general categories, for \p{..} in patterns.
#pragma once

#include <string_view>
#include <vector>

#include "core/wire/regex.hpp"

namespace postern::wire {

/// Adds the ranges of the property to `ranges`, sorted. `name` is what stands in the braces of \p{..}: "Any", "ASCII",
/// or a general category by its short or long name, alone or after "gc=" or "General_Category=" (ECMA-262 s. 22.2.1,
/// UnicodePropertyValueExpression). False when it is none that this engine carries.
bool add_unicode_property(std::string_view name, std::vector<Regex::Range>& ranges);

}  // namespace postern::wire
