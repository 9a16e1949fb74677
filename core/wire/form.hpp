// application/x-www-form-urlencoded, for bodies and for query strings (RFC 6749 app. B, WHATWG URL s. 5).
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.hpp"
#include "core/wire/malformed.hpp"

namespace postern::wire {

/// A parsed form. Names and values are decoded, valid UTF-8, and hold no NUL; names hold no control character either
/// and are not empty. RFC 6749 s. 3.1 and 3.2 forbid to send a parameter twice; which parameters that concerns is the
/// endpoint's to say (RFC 8707 allows several `resource`), so repetition is told, not refused.
class Form {
 public:
  using Field = std::pair<std::string, std::string>;

  /// Errors: more than `max_fields` fields, a broken escape, invalid UTF-8, NUL, a control character in a name, a field
  /// with an empty name. An empty text is an empty form, and empty fields ("a=1&&b=2") are passed over.
  static Result<Form, Malformed> parse(std::string_view text, std::size_t max_fields = 64);

  /// The first value of that name; nullptr when absent. Names are exact, with case.
  const std::string* find(std::string_view name) const;

  /// The first value of that name, and "" when it is absent: RFC 6749 s. 3.1 treats the two alike.
  std::string_view get(std::string_view name) const;

  /// All values of that name, in order.
  std::vector<std::string_view> all(std::string_view name) const;

  /// Some name came more than once.
  bool repeated() const { return first_repeated().has_value(); }

  /// That name came more than once.
  bool repeated(std::string_view name) const;

  /// The first name that came for the second time.
  std::optional<std::string> first_repeated() const;

  /// In the order of the text.
  const std::vector<Field>& fields() const { return fields_; }

 private:
  std::vector<Field> fields_;
};

/// The form that parses back to these fields.
std::string form_encode(std::span<const std::pair<std::string, std::string>> fields);

}  // namespace postern::wire
