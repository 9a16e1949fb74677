// What a schema is compiled to: nodes, each a short list of checks. The compiler writes it, the validator walks it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.hpp"
#include "core/wire/regex.hpp"

namespace postern::mcp::schema {

using NodeId = std::uint32_t;

/// No node, no limit, no name.
inline constexpr std::uint32_t kNone = 0xFFFFFFFF;

/// The schema `true`, which every program has as its first node.
inline constexpr NodeId kTrueNode = 0;

enum class Op : std::uint8_t {
  never,                   // the schema `false`
  type,                    // a: TypeBits
  constant,                // a: index into values
  enumeration,             // a: first of values, b: how many
  multiple_of,             // a: index into values
  maximum,                 // a: likewise
  exclusive_maximum,       // a: likewise
  minimum,                 // a: likewise
  exclusive_minimum,       // a: likewise
  max_length,              // a: the limit
  min_length,              // a: the limit
  pattern,                 // a: index into patterns
  max_items,               // a: the limit
  min_items,               // a: the limit
  unique_items,            //
  items,                   // a: first of ids (prefixItems), b: how many, c: node for the rest, or none
  contains,                // a: node, b: least, c: most, or none
  max_properties,          // a: the limit
  min_properties,          // a: the limit
  members,                 // a: index into objects
  property_names,          // a: node
  dependent_required,      // a: index into names, of the trigger; the b names behind it are required
  dependent_schema,        // a: index into names, of the trigger; b: node
  reference,               // a: node
  dynamic_reference,       // a: node when no dynamic anchor is in scope, b: index into names, of the anchor
  all_of,                  // a: first of ids, b: how many
  any_of,                  // a: first of ids, b: how many
  one_of,                  // a: first of ids, b: how many
  negation,                // a: node
  condition,               // a: node of `if`, b: node of `then`, or none, c: node of `else`, or none
  unevaluated_items,       // a: node
  unevaluated_properties,  // a: node
};

enum TypeBits : std::uint32_t {
  kNull = 1,
  kBoolean = 2,
  kObject = 4,
  kArray = 8,
  kString = 16,
  kNumber = 32,
  kInteger = 64,
};

struct Check {
  Op op;
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  std::uint32_t c = 0;
};

/// One (sub)schema. Its checks are in the order in which they are made; those that read what others evaluated are last.
struct Node {
  std::vector<Check> checks;
  std::uint32_t resource = 0;  ///< the schema resource that it belongs to (core s. 4.3.5), for the dynamic scope
  bool collects = false;       ///< has an unevaluated keyword, so it has to know what its other keywords evaluated
  std::string location;        ///< a JSON Pointer into the root document, or "uri#pointer"
};

/// `properties`, `patternProperties`, `additionalProperties` and `required` of one schema: one walk over the object.
struct ObjectRule {
  struct Member {
    std::string name;
    NodeId node = kNone;
    bool required = false;
  };
  struct PatternMember {
    std::uint32_t pattern = 0;
    NodeId node = 0;
  };
  std::vector<Member> members;  ///< sorted by name, as the members of a Json object are
  std::vector<PatternMember> patterns;
  NodeId additional = kNone;
  std::uint32_t required = 0;  ///< how many members are required
};

struct Pattern {
  std::string text;
  wire::Regex regex;
};

/// A `$dynamicAnchor` that some `$dynamicRef` may reach.
struct DynamicAnchor {
  std::uint32_t resource;
  std::uint32_t name;  ///< index into names
  NodeId node;
};

struct Program {
  NodeId root = kTrueNode;
  std::vector<Node> nodes;
  std::vector<NodeId> ids;
  std::vector<Json> values;
  std::vector<std::string> names;
  std::vector<Pattern> patterns;
  std::vector<ObjectRule> objects;
  std::vector<DynamicAnchor> dynamic_anchors;
};

/// A reference token of a JSON Pointer, escaped and with its '/' in front (RFC 6901 s. 3).
std::string pointer_token(std::string_view token);

}  // namespace postern::mcp::schema
