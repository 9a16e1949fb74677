// subscriptions/listen (basic/patterns/subscriptions).
#include <algorithm>
#include <utility>

#include "core/mcp/dispatch.hpp"
#include "core/mcp/meta.hpp"
#include "core/mcp/modern.hpp"
#include "core/mcp/notifications.hpp"
#include "core/mcp/resources.hpp"
#include "core/mcp/session.hpp"
#include "core/wire/json.hpp"

namespace postern::mcp {
namespace {

std::optional<std::string> read_filter(const Context& context, const Json& filter, Stream& stream);
std::string acknowledgement(const Stream& stream);

}  // namespace

std::variant<Reply, RpcError> listen(const Context& context, const Message& message) {
  if (!context.takes_stream) return std::move(*refuse_without_event_stream(context.request));
  const Json* filter = wire::object_member(*message.params, "notifications");
  if (filter == nullptr) return invalid_params("subscriptions/listen: expected notifications, an object");
  Stream stream;
  stream.era = Stream::Era::modern;
  stream.subject = context.principal.subject;
  stream.grant = context.principal.grant;
  stream.subscription_id = message.id;
  if (auto wrong = read_filter(context, *filter, stream)) return invalid_params("subscriptions/listen: " + *wrong);
  return Reply{200, event_stream_headers(), frame(acknowledgement(stream)), std::move(stream)};
}

namespace {

/// What is not offered, or not to this caller, is left out: the acknowledgement tells the client.
std::optional<std::string> read_filter(const Context& context, const Json& filter, Stream& stream) {
  struct Kind {
    std::string_view name;
    bool offered;
    bool& wanted;
  };
  const Catalog& catalog = context.catalog;
  for (const Kind& kind : {Kind{"toolsListChanged", !catalog.tools().empty(), stream.tools_changed},
                           Kind{"promptsListChanged", !catalog.prompts().empty(), stream.prompts_changed},
                           Kind{"resourcesListChanged", !catalog.resources().empty(), stream.resources_changed}}) {
    const Json* asked = wire::member(filter, kind.name);
    if (asked == nullptr) continue;
    if (!asked->is_boolean()) return "expected " + std::string(kind.name) + " to be a boolean";
    kind.wanted = asked->get<bool>() && kind.offered;
  }
  const Json* uris = wire::member(filter, "resourceSubscriptions");
  if (uris == nullptr) return std::nullopt;
  if (!uris->is_array() || uris->size() > most_subscriptions) {
    return "expected resourceSubscriptions to be an array of at most " + std::to_string(most_subscriptions) + " URIs";
  }
  for (const Json& uri : *uris) {
    const auto* text = uri.get_ptr<const std::string*>();
    if (text == nullptr) return "expected resourceSubscriptions to hold strings";
    const bool known = std::find(stream.resources.begin(), stream.resources.end(), *text) != stream.resources.end();
    if (!known && !providers_of(context, *text).allowed.empty()) stream.resources.push_back(*text);
  }
  return std::nullopt;
}

std::string acknowledgement(const Stream& stream) {
  Json agreed = Json::object();
  if (stream.tools_changed) agreed["toolsListChanged"] = true;
  if (stream.prompts_changed) agreed["promptsListChanged"] = true;
  if (stream.resources_changed) agreed["resourcesListChanged"] = true;
  if (!stream.resources.empty()) agreed["resourceSubscriptions"] = stream.resources;
  std::string members = R"("_meta":{")";
  members.append(meta_key::subscription_id).append(R"(":)").append(stream.subscription_id);
  members.append(R"(},"notifications":)").append(wire::dump_json(agreed));
  return notification_text("notifications/subscriptions/acknowledged", members);
}

}  // namespace
}  // namespace postern::mcp
