// prompts/list and prompts/get.
#include <utility>

#include "core/mcp/dispatch.hpp"
#include "core/mcp/notifications.hpp"
#include "core/wire/json.hpp"

namespace postern::mcp {
namespace {

Json listing(const Prompt& prompt, bool with_title);
std::optional<RpcError> refused_arguments(const Prompt& prompt, const Json& arguments);

}  // namespace

Done list_prompts(const Context& context, const Call& call, Ask&) {
  Json list = Json::array();
  for (const Prompt& prompt : context.catalog.prompts())
    list.push_back(listing(prompt, has_structured_content(call.version)));
  Success success;
  success.members = R"("prompts":)" + wire::dump_json(list);
  success.cache = Success::Cache::everybody;
  return success;
}

Done get_prompt(const Context& context, const Call& call, Ask& ask) {
  const std::string* name = wire::string_member(call.params, "name");
  if (name == nullptr) return invalid_params("prompts/get: expected name, a string");
  const Prompt* prompt = context.catalog.find_prompt(*name);
  if (prompt == nullptr) return invalid_params("Unknown prompt: " + shown(*name));
  if (!context.allows(prompt->scopes)) return context.challenge(prompt->scopes);
  const Json* sent = wire::member(call.params, "arguments");
  const Json arguments = sent == nullptr ? Json::object() : *sent;
  if (std::optional<RpcError> refused = refused_arguments(*prompt, arguments)) return std::move(*refused);

  Ask own(ask.facts());
  Run run(own, context.principal, arguments, call.place, context.upstream);
  const std::vector<Json> messages = prompt->handler(run);
  Done done;
  if (own.pending()) {
    ask.join(own);
  } else {
    Success success;
    if (!prompt->description.empty()) success.members = R"("description":)" + json_string(prompt->description) + ",";
    success.members += R"("messages":)" + wire::dump_json(Json(messages));
    done = std::move(success);
  }
  done.events = notification_texts(run.notes(), call.progress_token, call.log_level);
  return done;
}

namespace {

Json listing(const Prompt& prompt, bool with_title) {
  Json one = {{"name", prompt.name}};
  if (with_title && !prompt.title.empty()) one["title"] = prompt.title;
  if (!prompt.description.empty()) one["description"] = prompt.description;
  if (prompt.arguments.empty()) return one;
  Json& arguments = one["arguments"] = Json::array();
  for (const PromptArgument& argument : prompt.arguments) {
    Json described = {{"name", argument.name}, {"required", argument.required}};
    if (!argument.description.empty()) described["description"] = argument.description;
    arguments.push_back(std::move(described));
  }
  return one;
}

std::optional<RpcError> refused_arguments(const Prompt& prompt, const Json& arguments) {
  if (!arguments.is_object()) {
    return invalid_params(std::string("prompts/get: expected arguments to be an object, received ") +
                          arguments.type_name());
  }
  for (const auto& [name, value] : arguments.get_ref<const Json::object_t&>()) {
    if (!value.is_string()) {
      return invalid_params("prompts/get: expected " + shown(name) + " to be a string, received " + value.type_name());
    }
  }
  for (const PromptArgument& argument : prompt.arguments) {
    if (argument.required && wire::member(arguments, argument.name) == nullptr) {
      return invalid_params("prompts/get: expected the argument " + argument.name + ", received none");
    }
  }
  return std::nullopt;
}

}  // namespace
}  // namespace postern::mcp
