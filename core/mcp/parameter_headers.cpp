#include "core/mcp/parameter_headers.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

#include "core/wire/headers_value.hpp"
#include "core/wire/json.hpp"

namespace postern::mcp {
namespace {

constexpr std::string_view annotation = "x-mcp-header";

/// Walks a schema. An annotation counts only where a chain of `properties` leads to it; anywhere else it could not be
/// told which value it means, and the tool is invalid.
class Collector {
 public:
  std::optional<std::string> collect(const Json& schema, bool reachable);
  std::vector<ParameterHeader> found;

 private:
  std::optional<std::string> take(const Json& schema, const Json& name, bool reachable);
  std::optional<std::string> collect_each(const Json& schemas, bool by_property, bool reachable);

  std::vector<std::string> path_;
};

const Json* value_at(const Json& arguments, const std::vector<std::string>& path);
bool says_the_same(const ParameterHeader& parameter, const Json& value, const std::string& text);
std::optional<std::int64_t> whole_number(std::string_view text);

constexpr std::int64_t largest_safe = 9007199254740991;  // 2^53 - 1

}  // namespace

Result<std::vector<ParameterHeader>, std::string> parameter_headers(const Json& input_schema) {
  Collector collector;
  if (std::optional<std::string> wrong = collector.collect(input_schema, true)) return std::move(*wrong);
  return std::move(collector.found);
}

std::optional<std::string> header_mismatch(const std::vector<ParameterHeader>& expected, const Json& arguments,
                                           const wire::Headers& headers) {
  for (const ParameterHeader& parameter : expected) {
    const std::string* field = wire::find_header(headers, parameter.field);
    const Json* value = value_at(arguments, parameter.path);
    if (value == nullptr || value->is_null()) {
      if (field != nullptr) return parameter.field + " came without its argument";
      continue;
    }
    if (field == nullptr) return parameter.field + " is missing";
    if (wire::count_header(headers, parameter.field) > 1) return parameter.field + " came twice";
    const std::optional<std::string> text = wire::decode_mcp_header(*field);
    if (!text) return parameter.field + " is not well formed";
    if (!says_the_same(parameter, *value, *text)) return parameter.field + " differs from its argument";
  }
  return std::nullopt;
}

namespace {

std::optional<std::string> Collector::collect(const Json& schema, bool reachable) {
  if (!schema.is_object()) return std::nullopt;
  for (const auto& [keyword, value] : schema.get_ref<const Json::object_t&>()) {
    std::optional<std::string> wrong;
    if (keyword == annotation) {
      wrong = take(schema, value, reachable);
    } else if (keyword == "properties") {
      wrong = collect_each(value, true, reachable);
    } else if (keyword == "patternProperties" || keyword == "$defs" || keyword == "definitions" ||
               keyword == "dependentSchemas") {
      wrong = collect_each(value, false, false);
    } else if (keyword == "const" || keyword == "enum" || keyword == "default" || keyword == "examples") {
      continue;  // data, not schemas
    } else if (value.is_array()) {
      for (const Json& element : value) {
        if (!wrong) wrong = collect(element, false);
      }
    } else {
      wrong = collect(value, false);
    }
    if (wrong) return wrong;
  }
  return std::nullopt;
}

std::optional<std::string> Collector::collect_each(const Json& schemas, bool by_property, bool reachable) {
  if (!schemas.is_object()) return std::nullopt;
  for (const auto& [name, schema] : schemas.get_ref<const Json::object_t&>()) {
    if (by_property) path_.push_back(name);
    std::optional<std::string> wrong = collect(schema, reachable);
    if (by_property) path_.pop_back();
    if (wrong) return wrong;
  }
  return std::nullopt;
}

std::optional<std::string> Collector::take(const Json& schema, const Json& name, bool reachable) {
  if (!reachable || path_.empty()) return "x-mcp-header: expected it on a property that only `properties` lead to";
  const auto* text = name.get_ptr<const std::string*>();
  if (text == nullptr || !wire::is_token(*text)) return "x-mcp-header: expected a token (RFC 9110 s. 5.1)";
  ParameterHeader parameter;
  parameter.field = "Mcp-Param-" + *text;
  parameter.path = path_;
  const std::string* type = wire::string_member(schema, "type");
  if (type != nullptr && *type == "string") {
    parameter.type = ParameterHeader::Type::string;
  } else if (type != nullptr && *type == "integer") {
    parameter.type = ParameterHeader::Type::integer;
  } else if (type != nullptr && *type == "boolean") {
    parameter.type = ParameterHeader::Type::boolean;
  } else {
    return "x-mcp-header: expected a property of type string, integer or boolean";
  }
  const auto same = [&parameter](const ParameterHeader& other) {
    return wire::equal_ignoring_case(other.field, parameter.field);
  };
  if (std::any_of(found.begin(), found.end(), same)) return "x-mcp-header: " + *text + " is there twice";
  found.push_back(std::move(parameter));
  return std::nullopt;
}

const Json* value_at(const Json& arguments, const std::vector<std::string>& path) {
  const Json* value = &arguments;
  for (const std::string& name : path) {
    value = wire::member(*value, name);
    if (value == nullptr) return nullptr;
  }
  return value;
}

bool says_the_same(const ParameterHeader& parameter, const Json& value, const std::string& text) {
  switch (parameter.type) {
    case ParameterHeader::Type::string: {
      const auto* string = value.get_ptr<const std::string*>();
      return string != nullptr && *string == text;
    }
    case ParameterHeader::Type::boolean:
      return value.is_boolean() && text == (value.get<bool>() ? "true" : "false");
    case ParameterHeader::Type::integer: {
      const std::optional<std::int64_t> told = whole_number(text);
      // 42.0 is an integer for JSON Schema: compared as a number, as the specification asks.
      return told && value.is_number() && value.get<double>() == static_cast<double>(*told);
    }
  }
  return false;
}

/// `42`, `-7`, `42.0`: at most 2^53 - 1 either way.
std::optional<std::int64_t> whole_number(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  if (const std::size_t dot = text.find('.'); dot != std::string_view::npos) {
    const std::string_view fraction = text.substr(dot + 1);
    if (fraction.empty() || fraction.find_first_not_of('0') != std::string_view::npos) return std::nullopt;
    text = text.substr(0, dot);
  }
  if (text.empty() || text.size() > 16 || text.find_first_not_of("0123456789") != std::string_view::npos) {
    return std::nullopt;
  }
  std::int64_t number = 0;
  for (const char digit : text) number = number * 10 + (digit - '0');
  if (number > largest_safe) return std::nullopt;
  return negative ? -number : number;
}

}  // namespace
}  // namespace postern::mcp
