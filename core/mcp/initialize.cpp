#include "core/mcp/initialize.hpp"

#include <utility>

#include "core/mcp/dispatch.hpp"
#include "core/mcp/reply.hpp"
#include "core/mcp/session.hpp"
#include "core/wire/base64.hpp"
#include "core/wire/json.hpp"

namespace postern::mcp {
namespace {

constexpr std::size_t largest_capabilities = 16 << 10;  // bytes; they are kept as long as the session

}  // namespace

Outcome initialize(const Context& context, const Message& message) {
  const auto agreed = agree(context, message);
  if (const auto* error = std::get_if<RpcError>(&agreed)) return error_reply(200, message.id, *error);
  const Agreement& agreement = *std::get_if<Agreement>(&agreed);
  const std::string id = wire::base64url(context.facts.draw("mcp session"));
  Answer answer{json_reply(200, result_text(message.id, agreement.members)), {}, {}, {}};
  answer.reply.headers.push_back({"Mcp-Session-Id", id});
  store::create(answer.commit, session_key(id), agreement.session, context.facts.now() + session_lifetime);
  return answer;
}

std::variant<RpcError, Agreement> agree(const Context& context, const Message& message) {
  const Json& params = *message.params;
  const std::string* requested = wire::string_member(params, "protocolVersion");
  const Json* capabilities = wire::object_member(params, "capabilities");
  if (requested == nullptr || capabilities == nullptr || wire::object_member(params, "clientInfo") == nullptr) {
    return invalid_params(
        "initialize: expected protocolVersion, a string, and the objects capabilities and clientInfo");
  }
  Agreement agreement;
  store::Session& session = agreement.session;
  session.client_capabilities = wire::dump_json(*capabilities);
  if (session.client_capabilities.size() > largest_capabilities) {
    return invalid_params("initialize: expected capabilities of at most 16 KiB");
  }
  const std::optional<Version> known = parse_version(*requested);
  const Version version = known && is_legacy(*known) ? *known : newest_legacy;
  session.subject = context.principal.subject;
  session.client = context.principal.client;
  session.protocol_version = to_string(version);
  session.renewed = context.facts.now();

  std::string& members = agreement.members;
  members = R"("protocolVersion":")";
  members.append(to_string(version)).append(R"(","capabilities":)").append(capabilities_text(context.catalog));
  members.append(R"(,"serverInfo":)").append(server_info_text(context.catalog, has_structured_content(version)));
  if (!context.catalog.instructions.empty()) {
    members.append(R"(,"instructions":)").append(json_string(context.catalog.instructions));
  }
  return agreement;
}

}  // namespace postern::mcp
