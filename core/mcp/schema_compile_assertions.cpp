// The validation vocabulary: validation s. 6.
#include <algorithm>

#include "core/mcp/schema_compiler.hpp"

namespace postern::mcp::schema {
namespace {

// All patterns of a schema together, in instructions of twelve bytes.
constexpr std::size_t kMostPatternSteps = 200'000;

constexpr struct {
  const char* name;
  std::uint32_t bits;
} kTypes[] = {
    {"null", kNull},     {"boolean", kBoolean}, {"object", kObject},   {"array", kArray},
    {"string", kString}, {"number", kNumber},   {"integer", kInteger},
};

constexpr struct {
  const char* name;
  Op op;
} kNumbers[] = {
    {"multipleOf", Op::multiple_of},
    {"maximum", Op::maximum},
    {"exclusiveMaximum", Op::exclusive_maximum},
    {"minimum", Op::minimum},
    {"exclusiveMinimum", Op::exclusive_minimum},
};

constexpr struct {
  const char* name;
  Op op;
} kLimits[] = {
    {"maxLength", Op::max_length}, {"minLength", Op::min_length},         {"maxItems", Op::max_items},
    {"minItems", Op::min_items},   {"maxProperties", Op::max_properties}, {"minProperties", Op::min_properties},
};

}  // namespace

bool Compiler::assertions() { return type() && values() && numbers() && limits() && pattern() && dependent_required(); }

bool Compiler::type() {
  const Json* value = keyword("type");
  if (value == nullptr) return true;
  const auto bit = [](const Json& name) -> std::uint32_t {
    const auto* text = name.get_ptr<const Json::string_t*>();
    for (const auto& type : kTypes) {
      if (text != nullptr && *text == type.name) return type.bits;
    }
    return 0;
  };
  constexpr const char* expected = "expected the name of a type, or an array of them";
  std::uint32_t bits = 0;
  if (value->is_array()) {
    for (const Json& name : *value) {
      if (bit(name) == 0) return refuse("type", expected);
      bits |= bit(name);
    }
  } else {
    bits = bit(*value);
  }
  if (bits == 0) return refuse("type", expected);
  if ((bits & kNumber) != 0) bits |= kInteger;
  add(Op::type, bits);
  return true;
}

bool Compiler::values() {
  if (const Json* value = keyword("const")) {
    add(Op::constant, static_cast<std::uint32_t>(program.values.size()));
    program.values.push_back(*value);
  }
  if (const Json* value = keyword("enum")) {
    if (!value->is_array()) return refuse("enum", "expected an array");
    add(Op::enumeration, static_cast<std::uint32_t>(program.values.size()), static_cast<std::uint32_t>(value->size()));
    program.values.insert(program.values.end(), value->begin(), value->end());
  }
  return true;
}

bool Compiler::numbers() {
  for (const auto& number : kNumbers) {
    const Json* value = keyword(number.name);
    if (value == nullptr) continue;
    if (!value->is_number()) return refuse(number.name, "expected a number");
    if (number.op == Op::multiple_of && !(value->get<double>() > 0)) return refuse(number.name, "expected more than 0");
    add(number.op, static_cast<std::uint32_t>(program.values.size()));
    program.values.push_back(*value);
  }
  return true;
}

bool Compiler::limits() {
  for (const auto& entry : kLimits) {
    std::uint32_t value = kNone;
    if (!limit(entry.name, value)) return false;
    if (value != kNone) add(entry.op, value);
  }
  const Json* unique = keyword("uniqueItems");
  if (unique == nullptr) return true;
  const auto* truth = unique->get_ptr<const Json::boolean_t*>();
  if (truth == nullptr) return refuse("uniqueItems", "expected true or false");
  if (*truth) add(Op::unique_items);
  return true;
}

bool Compiler::pattern() {
  const Json* value = keyword("pattern");
  if (value == nullptr) return true;
  if (!value->is_string()) return refuse("pattern", "expected a string");
  std::uint32_t index = 0;
  if (!add_pattern("pattern", *value->get_ptr<const Json::string_t*>(), index)) return false;
  add(Op::pattern, index);
  return true;
}

bool Compiler::dependent_required() {
  const Json* value = keyword("dependentRequired");
  if (value == nullptr) return true;
  if (!value->is_object()) return refuse("dependentRequired", "expected an object");
  for (auto it = value->begin(); it != value->end(); ++it) {
    std::vector<std::string> list;
    if (!names("dependentRequired", *it, list)) return false;
    add(Op::dependent_required, static_cast<std::uint32_t>(program.names.size()),
        static_cast<std::uint32_t>(list.size()));
    program.names.push_back(it.key());
    program.names.insert(program.names.end(), list.begin(), list.end());
  }
  return true;
}

// Left alone when the keyword is absent. No array, object or string has more than 2^32 - 2 parts.
bool Compiler::limit(const char* name, std::uint32_t& value) {
  const Json* number = keyword(name);
  if (number == nullptr) return true;
  const double amount = number->is_number() ? number->get<double>() : -1;
  const bool whole = amount >= 4294967294.0 || (amount >= 0 && amount == static_cast<std::uint32_t>(amount));
  if (!whole) return refuse(name, "expected a whole number, not negative");
  value = amount >= 4294967294.0 ? kNone - 1 : static_cast<std::uint32_t>(amount);
  return true;
}

bool Compiler::names(const char* name, const Json& list, std::vector<std::string>& out) {
  if (!list.is_array()) return refuse(name, "expected an array of strings");
  for (const Json& item : list) {
    if (!item.is_string()) return refuse(name, "expected an array of strings");
    out.push_back(*item.get_ptr<const Json::string_t*>());
  }
  return true;
}

bool Compiler::add_pattern(const char* name, const std::string& text, std::uint32_t& index) {
  auto regex = wire::Regex::compile(text);
  if (!regex.ok()) return refuse(name, "the pattern " + text + ", " + regex.error());
  pattern_steps_ += regex.value().size();
  if (pattern_steps_ > kMostPatternSteps) return refuse(name, "the schema's patterns are too large together");
  index = static_cast<std::uint32_t>(program.patterns.size());
  program.patterns.push_back({text, std::move(regex).value()});
  return true;
}

std::uint32_t Compiler::add_name(const std::string& name) {
  const auto known = std::find(program.names.begin(), program.names.end(), name);
  const auto index = static_cast<std::uint32_t>(known - program.names.begin());
  if (known == program.names.end()) program.names.push_back(name);
  return index;
}

}  // namespace postern::mcp::schema
