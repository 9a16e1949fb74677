// The keywords that apply schemas to the items of an array or the members of an object: core s. 10.3 and 11.
#include "core/mcp/schema_validator.hpp"

namespace postern::mcp::schema {

bool Validator::items(const Check& check, const Json& value, const Place& place, Marks* marks) {
  const std::size_t size = value.size();
  for (std::size_t i = 0; i < size; ++i) {
    const NodeId node = i < check.b ? program_.ids[check.a + i] : check.c;
    if (node == kNone) break;
    if (!visit(node, value[i], {&place, nullptr, i}, nullptr)) return false;
    if (marks != nullptr) (*marks)[i] = 1;
  }
  return true;
}

bool Validator::contains(const Node& node, const Check& check, const Json& value, const Place& place, Marks* marks) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < value.size() && !stopped_; ++i) {
    // Enough is enough, unless somebody wants to know of each item, or there is a limit to be kept.
    if (marks == nullptr && check.c == kNone && count >= check.b) break;
    if (!attempt(check.a, value[i], {&place, nullptr, i}, nullptr)) continue;
    ++count;
    if (marks != nullptr) (*marks)[i] = 1;
  }
  if (stopped_) return false;
  if (count >= check.b && (check.c == kNone || count <= check.c)) return true;
  const char* const few = check.b == 1 ? "contains" : "minContains";
  return report_ != nullptr && fail(node, check.op, count < check.b ? few : "maxContains", place, wanted(check),
                                    std::to_string(count) + " of them");
}

// Both are sorted by name, the object's members and the rule's, so one walk side by side finds all.
bool Validator::members(const Node& node, const Check& check, const Json& value, const Place& place, Marks* marks) {
  const ObjectRule& rule = program_.objects[check.a];
  if (!spend(rule.members.size() / 8, place)) return false;
  auto known = rule.members.begin();
  std::uint32_t required = 0;
  std::size_t position = 0;
  for (const auto& [name, member] : *value.get_ptr<const Json::object_t*>()) {
    const Place inner{&place, &name};
    if (!spend(1, inner)) return false;
    bool evaluated = false;
    int order = 1;
    while (known != rule.members.end() && (order = known->name.compare(name)) < 0) ++known;
    if (known != rule.members.end() && order == 0) {
      if (known->required) ++required;
      if (known->node != kNone) {
        if (!visit(known->node, member, inner, nullptr)) return false;
        evaluated = true;
      }
      ++known;
    }
    for (const ObjectRule::PatternMember& pattern : rule.patterns) {
      const bool named = matches(pattern.pattern, name);
      if (work_.spent) return stop(inner);
      if (!named) continue;
      if (!visit(pattern.node, member, inner, nullptr)) return false;
      evaluated = true;
    }
    if (!evaluated && rule.additional != kNone) {
      const Node& additional = program_.nodes[rule.additional];
      if (!additional.checks.empty() && additional.checks[0].op == Op::never) return fail_additional(node, rule, inner);
      if (!visit(rule.additional, member, inner, nullptr)) return false;
      evaluated = true;
    }
    if (evaluated && marks != nullptr) (*marks)[position] = 1;
    ++position;
  }
  return required == rule.required || fail_member(node, rule, value, place);
}

bool Validator::property_names(const Check& check, const Json& value, const Place& place) {
  for (const auto& [name, member] : *value.get_ptr<const Json::object_t*>()) {
    const Place inner{&place, &name};
    if (!spend(1 + name.size() / 64, inner) || !visit(check.a, Json(name), inner, nullptr)) return false;
  }
  return true;
}

bool Validator::dependent_required(const Node& node, const Check& check, const Json& value, const Place& place) {
  const std::string* names = &program_.names[check.a];
  if (!value.contains(names[0])) return true;
  for (std::uint32_t i = 1; i <= check.b; ++i) {
    if (!spend(1, place)) return false;
    if (value.contains(names[i])) continue;
    return report_ != nullptr &&
           fail(node, check.op, "dependentRequired", place,
                "the property \"" + names[i] + "\", because there is \"" + names[0] + "\"", "an object without it");
  }
  return true;
}

bool Validator::unevaluated_items(const Check& check, const Json& value, const Place& place, Marks& marks) {
  for (std::size_t i = 0; i < marks.size(); ++i) {
    if (marks[i] == 0 && !visit(check.a, value[i], {&place, nullptr, i}, nullptr)) return false;
    marks[i] = 1;
  }
  return true;
}

bool Validator::unevaluated_properties(const Check& check, const Json& value, const Place& place, Marks& marks) {
  std::size_t position = 0;
  for (const auto& [name, member] : *value.get_ptr<const Json::object_t*>()) {
    if (marks[position] == 0 && !visit(check.a, member, {&place, &name}, nullptr)) return false;
    marks[position++] = 1;
  }
  return true;
}

}  // namespace postern::mcp::schema
