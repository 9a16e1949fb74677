// The core, applicator and unevaluated vocabularies: core s. 8.2.3, 10 and 11.
#include <algorithm>

#include "core/mcp/schema_compiler.hpp"
#include "core/mcp/schema_uri.hpp"
#include "core/wire/percent.hpp"

namespace postern::mcp::schema {

bool Compiler::references() {
  for (const char* const name : {"$ref", "$dynamicRef"}) {
    const bool is_static = name[1] == 'r';
    const Json* value = keyword(name);
    if (value == nullptr) continue;
    const auto* reference = value->get_ptr<const Json::string_t*>();
    if (reference == nullptr) return refuse(name, "expected a string");
    bool dynamic = false;
    const Json* target = index_.find(now_.entry->resource, *reference, &dynamic);
    if (target == nullptr) return refuse(name, index_.why);
    const NodeId node = node_of(*target);
    // Core s. 8.2.3.2: what is not found by a dynamic anchor at first is a plain reference.
    if (is_static || !dynamic) {
      add(Op::reference, node);
      continue;
    }
    const std::uint32_t anchor = add_name(wire::percent_decode(fragment_of(*reference)).value_or(""));
    if (std::find(dynamic_names_.begin(), dynamic_names_.end(), anchor) == dynamic_names_.end()) {
      dynamic_names_.push_back(anchor);
    }
    add(Op::dynamic_reference, node, anchor);
  }
  return true;
}

bool Compiler::object_applicators(bool applicators, bool asserts) {
  ObjectRule rule;
  if (applicators && !members(rule)) return false;
  if (asserts && !required(rule)) return false;
  if (!rule.members.empty() || !rule.patterns.empty() || rule.additional != kNone) {
    add(Op::members, static_cast<std::uint32_t>(program.objects.size()));
    program.objects.push_back(std::move(rule));
  }
  if (!applicators) return true;
  if (const NodeId node = subschema("propertyNames"); node != kNone) add(Op::property_names, node);
  const Json* dependent = keyword("dependentSchemas");
  if (dependent == nullptr) return true;
  if (!dependent->is_object()) return refuse("dependentSchemas", "expected an object");
  for (auto it = dependent->begin(); it != dependent->end(); ++it) {
    const NodeId node = node_of(*it, "dependentSchemas", it.key());
    add(Op::dependent_schema, add_name(it.key()), node);
  }
  return true;
}

bool Compiler::members(ObjectRule& rule) {
  if (const Json* properties = keyword("properties")) {
    if (!properties->is_object()) return refuse("properties", "expected an object");
    for (auto it = properties->begin(); it != properties->end(); ++it) {
      rule.members.push_back({it.key(), node_of(*it, "properties", it.key()), false});
    }
  }
  if (const Json* patterns = keyword("patternProperties")) {
    if (!patterns->is_object()) return refuse("patternProperties", "expected an object");
    for (auto it = patterns->begin(); it != patterns->end(); ++it) {
      ObjectRule::PatternMember member;
      if (!add_pattern("patternProperties", it.key(), member.pattern)) return false;
      member.node = node_of(*it, "patternProperties", it.key());
      rule.patterns.push_back(member);
    }
  }
  rule.additional = subschema("additionalProperties");
  return true;
}

bool Compiler::required(ObjectRule& rule) {
  const Json* list = keyword("required");
  if (list == nullptr) return true;
  std::vector<std::string> wanted;
  if (!names("required", *list, wanted)) return false;
  for (const std::string& name : wanted) {
    const auto place =
        std::lower_bound(rule.members.begin(), rule.members.end(), name,
                         [](const ObjectRule::Member& member, const std::string& key) { return member.name < key; });
    if (place != rule.members.end() && place->name == name) {
      if (!place->required) ++rule.required;
      place->required = true;
    } else {
      rule.members.insert(place, {name, kNone, true});
      ++rule.required;
    }
  }
  return true;
}

bool Compiler::array_applicators() {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
  if (!subschemas("prefixItems", first, count)) return false;
  const NodeId rest = subschema("items");
  if (count > 0 || rest != kNone) add(Op::items, first, count, rest);
  const NodeId contained = subschema("contains");
  if (contained == kNone) return true;
  // Both belong to the validation vocabulary, but say nothing without `contains` (validation s. 6.4.4 and 6.4.5).
  std::uint32_t least = 1;
  std::uint32_t most = kNone;
  if (!limit("minContains", least) || !limit("maxContains", most)) return false;
  add(Op::contains, contained, least, most);
  return true;
}

bool Compiler::in_place_applicators() {
  constexpr struct {
    const char* name;
    Op op;
  } lists[] = {{"allOf", Op::all_of}, {"anyOf", Op::any_of}, {"oneOf", Op::one_of}};
  for (const auto& list : lists) {
    std::uint32_t first = 0;
    std::uint32_t count = 0;
    if (!subschemas(list.name, first, count)) return false;
    if (count > 0) add(list.op, first, count);
  }
  if (const NodeId node = subschema("not"); node != kNone) add(Op::negation, node);
  const NodeId condition = subschema("if");
  if (condition == kNone) return true;
  // Even without `then` and `else`: what `if` evaluates counts (core s. 10.2.2.1).
  const NodeId then = subschema("then");
  add(Op::condition, condition, then, subschema("else"));
  return true;
}

bool Compiler::unevaluated() {
  const NodeId items = subschema("unevaluatedItems");
  if (items != kNone) add(Op::unevaluated_items, items);
  const NodeId properties = subschema("unevaluatedProperties");
  if (properties != kNone) add(Op::unevaluated_properties, properties);
  now_.node.collects = items != kNone || properties != kNone;
  return true;
}

NodeId Compiler::node_of(const Json& schema, const char* name, const std::string& token) {
  const Json& holder = *keyword(name);
  index_.entry(schema, index_.entry(holder, *now_.entry, name), token);
  return node_of(schema);
}

NodeId Compiler::subschema(const char* name) {
  const Json* schema = keyword(name);
  if (schema == nullptr) return kNone;
  index_.entry(*schema, *now_.entry, name);
  return node_of(*schema);
}

bool Compiler::subschemas(const char* name, std::uint32_t& first, std::uint32_t& count) {
  const Json* list = keyword(name);
  if (list == nullptr) return true;
  if (!list->is_array()) return refuse(name, "expected an array of schemas");
  first = static_cast<std::uint32_t>(program.ids.size());
  count = static_cast<std::uint32_t>(list->size());
  for (std::size_t i = 0; i < list->size(); ++i) {
    program.ids.push_back(node_of((*list)[i], name, std::to_string(i)));
  }
  return true;
}

}  // namespace postern::mcp::schema
