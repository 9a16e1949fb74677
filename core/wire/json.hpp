// JSON from strangers, RFC 8259, read so that no two parsers can disagree about it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/json.hpp"
#include "core/base/result.hpp"
#include "core/wire/malformed.hpp"

namespace postern::wire {

struct JsonLimits {
  std::size_t bytes = 1 << 20;  ///< longest text
  int depth = 64;               ///< deepest nesting of arrays and objects; "[]" has depth 1; at most 512
};

/// Errors: too long, too deep, not RFC 8259, a byte order mark, text after the value, a member name that comes twice in
/// one object (at any depth, also when spelled with escapes), NUL raw or escaped, invalid UTF-8, a lone surrogate, a
/// number too large for a double. Integers beyond 64 bits are read as doubles.
Result<Json, Malformed> parse_json(std::string_view text, const JsonLimits& limits = {});

/// Readers that never abort. Absent when `object` is no object, has no such member, or the member is of another type.
const Json* member(const Json& object, std::string_view name);
const std::string* string_member(const Json& object, std::string_view name);
const Json* object_member(const Json& object, std::string_view name);
const Json* array_member(const Json& object, std::string_view name);
std::optional<bool> bool_member(const Json& object, std::string_view name);
/// A number written as an integer that fits; 1.0 and 1e3 are not integers here.
std::optional<std::int64_t> int_member(const Json& object, std::string_view name);

/// One line, no spaces. Invalid UTF-8 becomes U+FFFD instead of ending the program.
std::string dump_json(const Json& value);

/// The same for a text: quoted and escaped.
std::string json_text(std::string_view text);

}  // namespace postern::wire
