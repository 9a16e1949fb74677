// One validation: the walk over a program's nodes with a value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/json.hpp"
#include "core/mcp/schema_program.hpp"
#include "core/mcp/schema_values.hpp"

namespace postern::mcp::schema {

/// Where in the value: a chain of the calls that led there, written out only when an error has to be told.
struct Place {
  const Place* parent = nullptr;
  const std::string* name = nullptr;  ///< of an object's member
  std::size_t index = 0;              ///< of an array's item, when there is no name

  std::string to_pointer() const;
};

struct Failure {
  std::string instance_path;
  std::string keyword_path;
  std::string wanted;
  std::string received;
  Op op = Op::never;
  std::uint32_t depth = 0;  ///< of the place in the value
};

/// For each item or member of one value, by position: whether something has evaluated it (core s. 11). A byte each.
using Marks = std::string;

class Validator {
 public:
  Validator(const Program& program, std::uint64_t steps) : program_(program), work_{steps} {}

  /// Whether the value is valid. When it is not, `failure` says why, if it is not null.
  bool run(const Json& value, Failure* failure);

 private:
  /// The resources that were entered on the way, without repetition (core s. 7.1).
  struct Scope {
    const Scope* outer;
    std::uint32_t resource;
  };

  bool visit(NodeId id, const Json& value, const Place& place, Marks* marks);
  bool checks(const Node& node, const Json& value, const Place& place, Marks* marks);

  bool scalar(const Node& node, const Check& check, const Json& value, const Place& place);
  bool holds(const Check& check, const Json& value);
  bool in_range(const Check& check, const Json& value);
  bool matches(std::uint32_t pattern, const std::string& text);

  // schema_containers.cpp
  bool items(const Check& check, const Json& value, const Place& place, Marks* marks);
  bool contains(const Node& node, const Check& check, const Json& value, const Place& place, Marks* marks);
  bool members(const Node& node, const Check& check, const Json& value, const Place& place, Marks* marks);
  bool property_names(const Check& check, const Json& value, const Place& place);
  bool dependent_required(const Node& node, const Check& check, const Json& value, const Place& place);
  bool unevaluated_items(const Check& check, const Json& value, const Place& place, Marks& marks);
  bool unevaluated_properties(const Check& check, const Json& value, const Place& place, Marks& marks);

  // schema_in_place.cpp
  bool in_place(const Node& node, const Check& check, const Json& value, const Place& place, Marks* marks);
  bool alternatives(const Node& node, const Check& check, const Json& value, const Place& place, Marks* marks);
  bool attempt(NodeId id, const Json& value, const Place& place, Marks* marks);
  NodeId dynamic_target(const Check& check);

  // schema_words.cpp. They return false, for the caller to pass on.
  bool fail(const Node& node, const Check& check, const Json& value, const Place& place);
  bool fail(const Node& node, Op op, std::string_view keyword, const Place& place, std::string wanted,
            std::string received);
  bool fail_member(const Node& node, const ObjectRule& rule, const Json& value, const Place& place);
  bool fail_additional(const Node& node, const ObjectRule& rule, const Place& place);
  bool fail_alternatives(const Node& node, const Check& check, const Json& value, const Place& place);
  std::string wanted(const Check& check) const;

  bool spend(std::uint64_t steps, const Place& place) { return work_.spend(steps) || stop(place); }
  bool stop(const Place& place);

  const Program& program_;
  Work work_;
  const Scope* scope_ = nullptr;
  Failure* report_ = nullptr;  // null while an alternative is only being tried
  Failure* outcome_ = nullptr;
  bool stopped_ = false;
};

}  // namespace postern::mcp::schema
