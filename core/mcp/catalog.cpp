#include "core/mcp/catalog.hpp"

#include <algorithm>
#include <utility>

#include "core/mcp/json_rpc.hpp"
#include "core/wire/characters.hpp"
#include "core/wire/json.hpp"
#include "core/wire/uri.hpp"

namespace postern::mcp {
namespace {

bool is_name(std::string_view name);
bool is_object_schema(const Json& schema);
std::string listing(const Tool& tool, bool titles_and_output);
void append_element(std::string& array, const std::string& element);

}  // namespace

std::optional<std::string> Catalog::add(Tool tool) {
  const std::string who = "tool \"" + tool.name + "\": ";
  if (!is_name(tool.name)) return who + "expected a name of 1 to 128 of A-Z a-z 0-9 _ . -";
  if (find_tool(tool.name) != nullptr) return who + "there is one of this name already";
  if (!is_object_schema(tool.input_schema))
    return who + R"(expected input_schema to be an object with "type": "object")";
  auto schema = Schema::compile(tool.input_schema);
  if (!schema) return who + "input_schema: " + schema.error();
  auto headers = parameter_headers(tool.input_schema);
  if (!headers) return who + "input_schema: " + headers.error();
  std::optional<Schema> output;
  if (tool.output_schema) {
    // Revisions up to 2025-11-25 know structured content as an object only.
    if (!is_object_schema(*tool.output_schema))
      return who + R"(expected output_schema to be an object with "type": "object")";
    auto compiled = Schema::compile(*tool.output_schema);
    if (!compiled) return who + "output_schema: " + compiled.error();
    output = *compiled;
  }
  if (tool.annotations && !tool.annotations->is_object()) return who + "expected annotations to be an object";

  append_element(tools_text_, listing(tool, true));
  append_element(early_text_, listing(tool, false));
  tools_.push_back({std::move(tool), *schema, std::move(output), *headers});
  return std::nullopt;
}

std::optional<std::string> Catalog::add(Prompt prompt) {
  const std::string who = "prompt \"" + prompt.name + "\": ";
  if (!is_name(prompt.name)) return who + "expected a name of 1 to 128 of A-Z a-z 0-9 _ . -";
  if (find_prompt(prompt.name) != nullptr) return who + "there is one of this name already";
  if (!prompt.handler) return who + "expected a handler";
  for (auto at = prompt.arguments.begin(); at != prompt.arguments.end(); ++at) {
    const auto same = [&at](const PromptArgument& other) { return other.name == at->name; };
    if (at->name.empty() || std::any_of(prompt.arguments.begin(), at, same)) {
      return who + "expected arguments with different names that are not empty";
    }
  }
  prompts_.push_back(std::move(prompt));
  return std::nullopt;
}

std::optional<std::string> Catalog::add(ResourceProvider provider) {
  const std::string who = "resources \"" + provider.prefix + "\": ";
  if (!wire::Uri::parse(provider.prefix)) return who + "expected a prefix that begins with a scheme, as note://";
  if (!provider.read) return who + "expected a function that reads";
  for (const Json& one : provider.templates) {
    if (wire::string_member(one, "uriTemplate") == nullptr || wire::string_member(one, "name") == nullptr) {
      return who + "expected templates with uriTemplate and name";
    }
  }
  resources_.push_back(std::move(provider));
  return std::nullopt;
}

const Catalog::RegisteredTool* Catalog::find_tool(std::string_view name) const {
  for (const RegisteredTool& registered : tools_) {
    if (registered.tool.name == name) return &registered;
  }
  return nullptr;
}

const Prompt* Catalog::find_prompt(std::string_view name) const {
  for (const Prompt& prompt : prompts_) {
    if (prompt.name == name) return &prompt;
  }
  return nullptr;
}

namespace {

bool is_name(std::string_view name) {
  const auto allowed = [](char c) {
    return wire::is_letter(c) || wire::is_digit(c) || c == '_' || c == '.' || c == '-';
  };
  return !name.empty() && name.size() <= 128 && std::all_of(name.begin(), name.end(), allowed);
}

bool is_object_schema(const Json& schema) {
  const std::string* type = wire::string_member(schema, "type");
  return type != nullptr && *type == "object";
}

std::string listing(const Tool& tool, bool titles_and_output) {
  std::string text = "{\"name\":" + json_string(tool.name);
  if (titles_and_output && !tool.title.empty()) text += ",\"title\":" + json_string(tool.title);
  if (!tool.description.empty()) text += ",\"description\":" + json_string(tool.description);
  text += ",\"inputSchema\":" + wire::dump_json(tool.input_schema);
  if (titles_and_output && tool.output_schema) text += ",\"outputSchema\":" + wire::dump_json(*tool.output_schema);
  if (tool.annotations) text += ",\"annotations\":" + wire::dump_json(*tool.annotations);
  return text + "}";
}

void append_element(std::string& array, const std::string& element) {
  if (!array.empty()) array += ',';
  array += element;
}

}  // namespace
}  // namespace postern::mcp
