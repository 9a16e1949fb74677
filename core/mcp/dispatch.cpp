#include "core/mcp/dispatch.hpp"

#include <array>
#include <utility>

#include "core/wire/json.hpp"
#include "core/wire/text.hpp"

namespace postern::mcp {
namespace {

struct Method {
  std::string_view name;
  bool (*offered)(const Catalog&);
  Done (*run)(const Context&, const Call&, Ask&);
  bool is_list;
};

bool has_tools(const Catalog& catalog) { return !catalog.tools().empty(); }
bool has_prompts(const Catalog& catalog) { return !catalog.prompts().empty(); }
bool has_resources(const Catalog& catalog) { return !catalog.resources().empty(); }
Done list_tools(const Context& context, const Call& call, Ask& ask);

constexpr std::array methods = {
    Method{"tools/call", has_tools, call_tool, false},
    Method{"tools/list", has_tools, list_tools, true},
    Method{"prompts/list", has_prompts, list_prompts, true},
    Method{"prompts/get", has_prompts, get_prompt, false},
    Method{"resources/list", has_resources, list_resources, true},
    Method{"resources/templates/list", has_resources, list_resource_templates, true},
    Method{"resources/read", has_resources, read_resource, false},
};

}  // namespace

Done dispatch(const Context& context, const Call& call, Ask& ask) {
  for (const Method& method : methods) {
    if (method.name != call.method) continue;
    if (!method.offered(context.catalog)) break;
    // Every list is one page, so no cursor was ever given out (server/utilities/pagination, "Error Handling").
    if (method.is_list && wire::member(call.params, "cursor") != nullptr) {
      return invalid_params("Invalid cursor: the list has one page, and gives no cursors");
    }
    return method.run(context, call, ask);
  }
  return method_not_found(call.method);
}

std::string capabilities_text(const Catalog& catalog) {
  std::string text = R"({"logging":{})";
  if (has_tools(catalog)) text += R"(,"tools":{"listChanged":true})";
  if (has_prompts(catalog)) text += R"(,"prompts":{"listChanged":true})";
  if (has_resources(catalog)) text += R"(,"resources":{"subscribe":true,"listChanged":true})";
  return text + "}";
}

std::string server_info_text(const Catalog& catalog, bool with_title) {
  std::string text = R"({"name":)" + json_string(catalog.server_name);
  if (with_title && !catalog.server_title.empty())
    text.append(R"(,"title":)").append(json_string(catalog.server_title));
  return text.append(R"(,"version":)").append(json_string(catalog.server_version)).append("}");
}

RpcError method_not_found(std::string_view method) {
  return {code::method_not_found, "Method not found: " + shown(method), {}};
}

RpcError invalid_params(std::string message) { return {code::invalid_params, std::move(message), {}}; }

std::string shown(std::string_view hostile) { return wire::display_name(hostile, 100); }

namespace {

// The same list for everybody: a call without enough scope is answered by a challenge, and that is how a client gets more.
Done list_tools(const Context& context, const Call& call, Ask&) {
  Success success;
  const std::string& tools = context.catalog.tools_text(has_structured_content(call.version));
  success.members.reserve(tools.size() + 64);  // the era adds its own members
  success.members.append(R"("tools":[)").append(tools).append("]");
  success.cache = Success::Cache::everybody;
  return success;
}

}  // namespace
}  // namespace postern::mcp
