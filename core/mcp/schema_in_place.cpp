// The keywords that apply further schemas to the same value: core s. 8.2.3 and 10.2.
#include "core/mcp/schema_validator.hpp"

namespace postern::mcp::schema {

bool Validator::in_place(const Node& node, const Check& check, const Json& value, const Place& place, Marks* marks) {
  switch (check.op) {
    case Op::reference:
      return visit(check.a, value, place, marks);
    case Op::dynamic_reference: {
      const NodeId target = dynamic_target(check);
      return work_.spent ? stop(place) : visit(target, value, place, marks);
    }
    case Op::dependent_schema:
      return !value.is_object() || !value.contains(program_.names[check.a]) || visit(check.b, value, place, marks);
    case Op::all_of:
      for (std::uint32_t i = 0; i < check.b; ++i) {
        if (!visit(program_.ids[check.a + i], value, place, marks)) return false;
      }
      return true;
    case Op::condition: {
      const NodeId branch = attempt(check.a, value, place, marks) ? check.b : check.c;
      return !stopped_ && (branch == kNone || visit(branch, value, place, marks));
    }
    case Op::negation:
      return (!attempt(check.a, value, place, nullptr) && !stopped_) || fail(node, check, value, place);
    default:
      return alternatives(node, check, value, place, marks);
  }
}

// anyOf and oneOf. The branches are tried without telling why they fail: most of the time one fits. When none does,
// they are gone through once more for the error.
bool Validator::alternatives(const Node& node, const Check& check, const Json& value, const Place& place,
                             Marks* marks) {
  std::uint32_t matched = 0;
  std::string which;
  for (std::uint32_t i = 0; i < check.b && !stopped_; ++i) {
    if (!attempt(program_.ids[check.a + i], value, place, marks)) continue;
    ++matched;
    if (check.op == Op::any_of && marks == nullptr) break;
    if (report_ != nullptr && check.op == Op::one_of) which += (matched > 1 ? " and " : "") + std::to_string(i + 1);
    if (check.op == Op::one_of && matched > 1) break;
  }
  if (stopped_) return false;
  if (matched == 0) return fail_alternatives(node, check, value, place);
  if (matched == 1 || check.op == Op::any_of) return true;
  return report_ != nullptr &&
         fail(node, check.op, "oneOf", place, wanted(check), "a value that matches alternatives " + which);
}

// One that fails leaves no trace: no error, and nothing evaluated (core s. 7.7.1.2).
bool Validator::attempt(NodeId id, const Json& value, const Place& place, Marks* marks) {
  Failure* const report = report_;
  report_ = nullptr;
  bool valid = false;
  if (marks == nullptr) {
    valid = visit(id, value, place, nullptr);
  } else {
    Marks trial = *marks;
    valid = spend(trial.size() / 64, place) && visit(id, value, place, &trial);
    if (valid) marks->swap(trial);
  }
  report_ = report;
  return valid;
}

// Core s. 8.2.3.2: the outermost resource in the dynamic scope that has such an anchor.
NodeId Validator::dynamic_target(const Check& check) {
  NodeId target = check.a;
  for (const Scope* scope = scope_; scope != nullptr; scope = scope->outer) {
    work_.spend(1 + program_.dynamic_anchors.size() / 8);
    for (const DynamicAnchor& anchor : program_.dynamic_anchors) {
      if (anchor.resource == scope->resource && anchor.name == check.b) target = anchor.node;
    }
  }
  return target;
}

}  // namespace postern::mcp::schema
