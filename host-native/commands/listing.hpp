// What the commands print: tables for people, JSON for programs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.hpp"
#include "core/flow/outcome.hpp"

namespace postern::commands {

using Row = std::vector<std::string>;

/// The array `list` of the reply, as it is or as a table under `head`; `...` where there is more than was listed. The exit code.
int print_list(const Reply& reply, std::string_view list, bool json, Row head, Row (*row_of)(const Json&));

/// A text or a day of the object, fit for a terminal: names are strangers' texts. `-` where there is none.
std::string member(const Json& object, std::string_view name);
std::string date(const Json& object, std::string_view name);

/// The error line of a reply, on standard error. The exit code.
int fail(const std::string& command, const Reply& reply);

/// `1 grant`, `2 grants`.
std::string count_of(std::int64_t number, const std::string& thing);

}  // namespace postern::commands
