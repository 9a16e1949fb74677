// The small words of HTTP field values, taken from the front of a text. RFC 9110 s. 5.6.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace postern::wire {

struct FieldReader {
  std::string_view rest;

  bool at_end() const { return rest.empty(); }

  /// That character, if it is next.
  bool take(char c);

  /// Spaces and tabs, any number (OWS). True when there was at least one.
  bool skip_ows();

  /// The longest token that is next; empty when there is none.
  std::string_view token();

  /// A quoted string with its escapes undone. Absent when it is not one: then `rest` is wherever reading stopped.
  std::optional<std::string> quoted_string();

  /// A parameter's value: a token or a quoted string.
  std::optional<std::string> token_or_quoted_string();
};

}  // namespace postern::wire
