// resources/list, resources/templates/list, resources/read.
#include "core/mcp/resources.hpp"

#include <utility>

#include "core/mcp/dispatch.hpp"
#include "core/wire/json.hpp"

namespace postern::mcp {
namespace {

const Json no_arguments = Json::object();

}  // namespace

Providers providers_of(const Context& context, std::string_view uri) {
  Providers providers;
  if (uri.size() > longest_resource_uri) return providers;
  for (const ResourceProvider& provider : context.catalog.resources()) {
    if (!uri.starts_with(provider.prefix)) continue;
    if (context.allows(provider.scopes)) {
      providers.allowed.push_back(&provider);
    } else {
      providers.refused = &provider;
    }
  }
  return providers;
}

RpcError resource_not_found(Version version, std::string_view uri) {
  const int code = is_legacy(version) ? code::resource_not_found : code::invalid_params;
  return {code, "Resource not found", R"({"uri":)" + json_string(uri) + "}"};
}

// Without a scope its resources are left out: what a caller may not read need not be listed.
Done list_resources(const Context& context, const Call& call, Ask& ask) {
  Ask own(ask.facts());
  std::string list;
  for (const ResourceProvider& provider : context.catalog.resources()) {
    if (!provider.list || !context.allows(provider.scopes)) continue;
    Run run(own, context.principal, no_arguments, call.place, context.upstream);
    for (const Json& resource : provider.list(run)) {
      if (!list.empty()) list += ',';
      list += wire::dump_json(resource);
    }
  }
  if (own.pending()) {
    ask.join(own);
    return {};
  }
  Success success;
  success.members = R"("resources":[)" + list + "]";
  success.cache = Success::Cache::caller;
  return success;
}

Done list_resource_templates(const Context& context, const Call&, Ask&) {
  std::string list;
  for (const ResourceProvider& provider : context.catalog.resources()) {
    for (const Json& one : provider.templates) {
      if (!list.empty()) list += ',';
      list += wire::dump_json(one);
    }
  }
  Success success;
  success.members = R"("resourceTemplates":[)" + list + "]";
  success.cache = Success::Cache::everybody;
  return success;
}

Done read_resource(const Context& context, const Call& call, Ask& ask) {
  const std::string* uri = wire::string_member(call.params, "uri");
  if (uri == nullptr) return invalid_params("resources/read: expected uri, a string");
  const Providers providers = providers_of(context, *uri);
  if (providers.allowed.empty() && providers.refused != nullptr) return context.challenge(providers.refused->scopes);

  Ask own(ask.facts());
  for (const ResourceProvider* provider : providers.allowed) {
    Run run(own, context.principal, no_arguments, call.place, context.upstream);
    const std::vector<Json> contents = provider->read(run, *uri);
    if (own.pending()) {
      ask.join(own);
      return {};
    }
    if (contents.empty()) continue;
    Success success;
    success.members = R"("contents":)" + wire::dump_json(Json(contents));
    success.cache = Success::Cache::caller;
    return success;
  }
  return resource_not_found(call.version, *uri);
}

}  // namespace postern::mcp
