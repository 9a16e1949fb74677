// JSON Schema, draft 2020-12: a schema is compiled once, and then checks values.
//
// The schema is the developer's; the values are a stranger's. So compiling is strict (a mistake in a schema is an error
// with its place, never a keyword without effect), and validating is bounded: in depth, and in the work that it may
// cost. Nothing is fetched: a document that a schema refers to has to be given.
//
// `format` and the content keywords are annotations and assert nothing (validation s. 7.2.1, 8). `pattern` is read as
// core/wire/regex.hpp says.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "core/base/json.hpp"
#include "core/base/result.hpp"

namespace postern::mcp {

namespace schema {
struct Program;
}

/// Why a value is refused: the first reason that was met, in words that a model or a developer can act on.
/// Text that came with the value is cut short and escaped, never quoted in full.
struct SchemaError {
  std::string instance_path;  ///< where in the value: a JSON Pointer, "" for the whole
  std::string keyword_path;   ///< which keyword: a JSON Pointer into the schema, "uri#pointer" in another document
  std::string expected;       ///< "expected string, received integer"

  bool operator==(const SchemaError&) const = default;
};

/// A document that `$ref` and `$schema` may name.
struct SchemaDocument {
  std::string uri;  ///< absolute, without a fragment; an `$id` inside the document adds a second name
  Json schema;
};

/// A compiled schema. A value: copying shares what is immutable, and any number of threads may validate at once.
class Schema {
 public:
  /// Deepest recursion while validating: in-place applicators and references count as well as the value's own nesting.
  static constexpr std::uint32_t max_depth = 128;

  /// Most work that one validation may cost, in units of about twenty nanoseconds.
  static constexpr std::uint64_t max_steps = 1'000'000;

  /// `known`: documents that may be referred to. They are read while compiling only, and only what the schema reaches.
  /// Errors, as "<place in the schema>: <what is wrong>": a keyword's value of the wrong shape, a pattern that is no
  /// regular expression or not a supported one, a reference to what is not there, a dialect or a required vocabulary
  /// that is not known (core s. 8.1), a schema that applies itself to the same value without end (core s. 9.4.1),
  /// nesting deeper than `max_depth`, patterns that are too large together.
  static Result<Schema, std::string> compile(const Json& schema, std::span<const SchemaDocument> known = {});

  /// Absent: valid. A value that exceeds `max_depth` or `max_steps` on its way is invalid, and the error says so.
  std::optional<SchemaError> validate(const Json& instance) const;

 private:
  explicit Schema(std::shared_ptr<const schema::Program> program) : program_(std::move(program)) {}

  std::shared_ptr<const schema::Program> program_;
};

}  // namespace postern::mcp
