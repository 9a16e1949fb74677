#include "core/mcp/schema.hpp"
#include "core/mcp/schema_validator.hpp"

namespace postern::mcp {

std::optional<SchemaError> Schema::validate(const Json& instance) const {
  schema::Failure failure;
  if (schema::Validator(*program_, max_steps).run(instance, &failure)) return std::nullopt;
  return SchemaError{std::move(failure.instance_path), std::move(failure.keyword_path),
                     "expected " + failure.wanted + ", received " + failure.received};
}

namespace schema {
namespace {

// A thread step of a pattern is cheaper than a step here.
constexpr std::uint64_t kPatternStepsPerStep = 4;

std::uint32_t type_bits(const Json& value) {
  switch (value.type()) {
    case Json::value_t::null:
      return kNull;
    case Json::value_t::boolean:
      return kBoolean;
    case Json::value_t::object:
      return kObject;
    case Json::value_t::array:
      return kArray;
    case Json::value_t::string:
      return kString;
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
      return kInteger;
    case Json::value_t::number_float:
      return is_whole(value) ? kInteger : kNumber;
    case Json::value_t::binary:
    case Json::value_t::discarded:
      return 0;
  }
  return 0;
}

}  // namespace

bool Validator::run(const Json& value, Failure* failure) {
  report_ = failure;
  outcome_ = failure;
  const bool valid = visit(program_.root, value, Place{}, nullptr);
  return valid && !stopped_;
}

bool Validator::visit(NodeId id, const Json& value, const Place& place, Marks* marks) {
  const Node& node = program_.nodes[id];
  if (node.checks.empty()) return true;
  if (work_.depth >= Schema::max_depth) return stop(place);
  if (!spend(1, place)) return false;
  ++work_.depth;
  const Scope* outer = scope_;
  const Scope scope{outer, node.resource};
  if (outer == nullptr || outer->resource != node.resource) scope_ = &scope;
  bool valid = false;
  if (node.collects && value.is_structured()) {
    // What other schemas at this value evaluate is not seen from here (core s. 11.2), hence marks of its own.
    Marks own(value.size(), '\0');
    valid = spend(own.size() / 64, place) && checks(node, value, place, &own);
    for (std::size_t i = 0; valid && marks != nullptr && i < own.size(); ++i) {
      if (own[i] != 0) (*marks)[i] = 1;
    }
  } else {
    valid = checks(node, value, place, marks);
  }
  scope_ = outer;
  --work_.depth;
  return valid;
}

bool Validator::checks(const Node& node, const Json& value, const Place& place, Marks* marks) {
  for (const Check& check : node.checks) {
    bool valid = true;
    switch (check.op) {
      case Op::items:
        valid = !value.is_array() || items(check, value, place, marks);
        break;
      case Op::contains:
        valid = !value.is_array() || contains(node, check, value, place, marks);
        break;
      case Op::unevaluated_items:
        valid = !value.is_array() || marks == nullptr || unevaluated_items(check, value, place, *marks);
        break;
      case Op::members:
        valid = !value.is_object() || members(node, check, value, place, marks);
        break;
      case Op::property_names:
        valid = !value.is_object() || property_names(check, value, place);
        break;
      case Op::dependent_required:
        valid = !value.is_object() || dependent_required(node, check, value, place);
        break;
      case Op::unevaluated_properties:
        valid = !value.is_object() || marks == nullptr || unevaluated_properties(check, value, place, *marks);
        break;
      case Op::dependent_schema:
      case Op::reference:
      case Op::dynamic_reference:
      case Op::all_of:
      case Op::any_of:
      case Op::one_of:
      case Op::negation:
      case Op::condition:
        valid = in_place(node, check, value, place, marks);
        break;
      default:
        valid = scalar(node, check, value, place);
    }
    if (!valid || stopped_) return false;
  }
  return true;
}

bool Validator::scalar(const Node& node, const Check& check, const Json& value, const Place& place) {
  const bool valid = holds(check, value);
  if (work_.spent) return stop(place);
  return valid || fail(node, check, value, place);
}

// The assertions: they look at the value alone (validation s. 6).
bool Validator::holds(const Check& check, const Json& value) {
  switch (check.op) {
    case Op::type:
      return (check.a & type_bits(value)) != 0;
    case Op::constant:
      return equal(program_.values[check.a], value, work_);
    case Op::enumeration:
      for (std::uint32_t i = 0; i < check.b; ++i) {
        if (equal(program_.values[check.a + i], value, work_)) return true;
      }
      return false;
    case Op::multiple_of:
      return !value.is_number() || is_multiple(value, program_.values[check.a]);
    case Op::maximum:
    case Op::exclusive_maximum:
    case Op::minimum:
    case Op::exclusive_minimum:
      return !value.is_number() || in_range(check, value);
    case Op::max_length:
    case Op::min_length:
      if (const auto* text = value.get_ptr<const Json::string_t*>()) {
        if (!work_.spend(text->size() / 64)) return false;
        const std::size_t length = count_code_points(*text);
        return check.op == Op::max_length ? length <= check.a : length >= check.a;
      }
      return true;
    case Op::pattern: {
      const auto* text = value.get_ptr<const Json::string_t*>();
      return text == nullptr || matches(check.a, *text);
    }
    case Op::max_items:
      return !value.is_array() || value.size() <= check.a;
    case Op::min_items:
      return !value.is_array() || value.size() >= check.a;
    case Op::unique_items:
      return !value.is_array() || find_duplicate(value, work_).first == value.size();
    case Op::max_properties:
      return !value.is_object() || value.size() <= check.a;
    case Op::min_properties:
      return !value.is_object() || value.size() >= check.a;
    default:
      return false;  // Op::never
  }
}

bool Validator::in_range(const Check& check, const Json& value) {
  const int order = compare_numbers(value, program_.values[check.a]);
  if (check.op == Op::maximum) return order <= 0;
  if (check.op == Op::exclusive_maximum) return order < 0;
  return check.op == Op::minimum ? order >= 0 : order > 0;
}

bool Validator::matches(std::uint32_t pattern, const std::string& text) {
  std::uint64_t budget = work_.steps * kPatternStepsPerStep;
  const std::optional<bool> found = program_.patterns[pattern].regex.search(text, budget);
  work_.spend(found ? work_.steps - budget / kPatternStepsPerStep : work_.steps + 1);
  return found.value_or(false);
}

}  // namespace schema
}  // namespace postern::mcp
