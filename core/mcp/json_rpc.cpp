#include "core/mcp/json_rpc.hpp"

#include <optional>
#include <utility>

#include "core/wire/json.hpp"

namespace postern::mcp {
namespace {

std::optional<std::string> read_id(const Json& id);
BadMessage invalid(std::string id, std::string why);
BadMessage invalid_parameters(std::string id, const Json& params);

const Json no_parameters = Json::object();

}  // namespace

std::variant<Message, BadMessage> read_message(const Json& value) {
  if (!value.is_object())
    return invalid({}, std::string("expected a JSON-RPC message, an object, received ") + value.type_name());
  std::string id;
  if (const Json* sent = wire::member(value, "id")) {
    std::optional<std::string> read = read_id(*sent);
    if (!read)
      return invalid({}, std::string("expected id to be a string or an integer, received ") + sent->type_name());
    id = std::move(*read);
  }
  const std::string* version = wire::string_member(value, "jsonrpc");
  if (version == nullptr || *version != "2.0") return invalid(std::move(id), R"(expected jsonrpc to be "2.0")");

  const Json* method = wire::member(value, "method");
  if (method == nullptr) {
    const bool has_result = wire::member(value, "result") != nullptr;
    const bool has_error = wire::object_member(value, "error") != nullptr;
    if (has_result == has_error)
      return invalid(std::move(id), "expected a method, a result or an error, received none or too many");
    return Message{Message::Kind::response, std::move(id), {}, &no_parameters};
  }
  const auto* name = method->get_ptr<const std::string*>();
  if (name == nullptr)
    return invalid(std::move(id), std::string("expected method to be a string, received ") + method->type_name());

  const Json* params = wire::member(value, "params");
  if (params != nullptr && !params->is_object()) return invalid_parameters(std::move(id), *params);
  const auto kind = id.empty() ? Message::Kind::notification : Message::Kind::request;
  return Message{kind, std::move(id), *name, params == nullptr ? &no_parameters : params};
}

std::string result_text(std::string_view id, std::string_view members) {
  std::string text;
  text.reserve(id.size() + members.size() + 48);
  text.append(R"({"jsonrpc":"2.0","id":)").append(id).append(R"(,"result":{)").append(members).append("}}");
  return text;
}

std::string error_text(std::string_view id, const RpcError& error) {
  std::string text = R"({"jsonrpc":"2.0",)";
  if (!id.empty()) text.append(R"("id":)").append(id).append(",");
  text.append(R"("error":{"code":)").append(std::to_string(error.code));
  text.append(R"(,"message":)").append(json_string(error.message));
  if (!error.data.empty()) text.append(R"(,"data":)").append(error.data);
  return text.append("}}");
}

std::string json_string(std::string_view text) { return wire::json_text(text); }

namespace {

std::optional<std::string> read_id(const Json& id) {
  // A number that is no 64-bit integer was read as a double, and could not be echoed digit for digit.
  if (!id.is_string() && !id.is_number_integer()) return std::nullopt;
  return wire::dump_json(id);
}

BadMessage invalid(std::string id, std::string why) {
  return {std::move(id), {code::invalid_request, "Invalid request: " + std::move(why), {}}};
}

BadMessage invalid_parameters(std::string id, const Json& params) {
  return {
      std::move(id),
      {code::invalid_params, std::string("Invalid params: expected an object, received ") + params.type_name(), {}}};
}

}  // namespace
}  // namespace postern::mcp
