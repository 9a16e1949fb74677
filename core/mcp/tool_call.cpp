// tools/call. Refusals first: unknown tool, mirrored headers, scopes, client capabilities, arguments; then the handler.
#include <algorithm>
#include <utility>
#include <variant>

#include "core/mcp/dispatch.hpp"
#include "core/mcp/notifications.hpp"
#include "core/wire/json.hpp"

namespace postern::mcp {
namespace {

const Json no_arguments = Json::object();

Done decide_call(const Context& context, const Call& call, Ask& ask);
AuditEvent audit_of(const Context& context, const Call& call, const Done& done);
std::optional<RpcError> missing_capabilities(const Tool& tool, const Call& call);
std::string told(std::string_view what, const SchemaError& error);
Done run_handler(const Context& context, const Call& call, const Catalog::RegisteredTool& registered,
                 const Json& arguments, Ask& ask);
Done run_in_host(const Context& context, const Call& call, const Catalog::RegisteredTool& registered,
                 const Json& arguments, Ask& ask);
std::variant<ToolResult, std::string> read_host_result(const std::string& text);
Done rendered(const Call& call, const Catalog::RegisteredTool& registered, ToolResult result);

}  // namespace

Done call_tool(const Context& context, const Call& call, Ask& ask) {
  Done done = decide_call(context, call, ask);
  if (!std::holds_alternative<std::monostate>(done.what)) done.audit.push_back(audit_of(context, call, done));
  return done;
}

namespace {

Done decide_call(const Context& context, const Call& call, Ask& ask) {
  const std::string* name = wire::string_member(call.params, "name");
  if (name == nullptr) return invalid_params("tools/call: expected name, a string");
  const Catalog::RegisteredTool* registered = context.catalog.find_tool(*name);
  if (registered == nullptr) return invalid_params("Unknown tool: " + shown(*name));
  const Json* arguments = wire::member(call.params, "arguments");
  if (arguments == nullptr) arguments = &no_arguments;
  if (!arguments->is_object()) {
    return invalid_params(std::string("tools/call: expected arguments to be an object, received ") +
                          arguments->type_name());
  }
  if (!is_legacy(call.version) && !registered->parameter_headers.empty()) {
    if (auto why = header_mismatch(registered->parameter_headers, *arguments, context.request.headers)) {
      return RpcError{code::header_mismatch, "Header mismatch: " + *why, {}};
    }
  }
  if (!context.allows(registered->tool.scopes)) return context.challenge(registered->tool.scopes);
  if (std::optional<RpcError> missing = missing_capabilities(registered->tool, call)) return std::move(*missing);
  if (std::optional<SchemaError> wrong = registered->schema.validate(*arguments)) {
    if (!tells_model_of_invalid_arguments(call.version)) return invalid_params(told("Invalid arguments", *wrong));
    return rendered(call, *registered, ToolResult::error(told("Invalid arguments", *wrong)));
  }
  return registered->tool.handler ? run_handler(context, call, *registered, *arguments, ask)
                                  : run_in_host(context, call, *registered, *arguments, ask);
}

// Which tool, by whom, and how it went. Never the arguments: they are the user's.
AuditEvent audit_of(const Context& context, const Call& call, const Done& done) {
  const std::string* name = wire::string_member(call.params, "name");
  AuditEvent event{"mcp.call", "ok", context.principal.client, context.principal.subject,
                   name == nullptr ? "" : shown(*name)};
  if (!done.fault.empty()) {
    event.outcome = "tool_faulty";
    event.detail += ": " + done.fault;
  } else if (const auto* success = std::get_if<Success>(&done.what)) {
    if (success->tool_failed) event.outcome = "tool_failed";
  } else if (const auto* error = std::get_if<RpcError>(&done.what)) {
    event.outcome = "rpc_error";
    event.detail += " " + std::to_string(error->code);
  } else {
    event.outcome = "too_little_scope";
  }
  return event;
}

std::optional<RpcError> missing_capabilities(const Tool& tool, const Call& call) {
  if (tool.required_capabilities.empty()) return std::nullopt;
  const auto remembered = wire::parse_json(call.client_capabilities_text);
  const Json& declared = call.client_capabilities != nullptr ? *call.client_capabilities
                         : remembered                        ? *remembered
                                                             : no_arguments;
  std::string missing;
  for (const std::string& capability : tool.required_capabilities) {
    if (wire::object_member(declared, capability) != nullptr) continue;
    missing.append(missing.empty() ? "" : ",").append(json_string(capability)).append(":{}");
  }
  if (missing.empty()) return std::nullopt;
  // Before 2026-07-28 there is no code for this.
  const int code = is_legacy(call.version) ? code::invalid_params : code::missing_client_capability;
  return RpcError{code, "The client lacks a capability that this tool needs",
                  R"({"requiredCapabilities":{)" + missing + "}}"};
}

std::string told(std::string_view what, const SchemaError& error) {
  return std::string(what) + ": " + (error.instance_path.empty() ? "" : error.instance_path + ": ") + error.expected;
}

Done run_handler(const Context& context, const Call& call, const Catalog::RegisteredTool& registered,
                 const Json& arguments, Ask& ask) {
  // Its own questions decide whether this call waits, not those of another call of the batch.
  Ask own(ask.facts());
  Run run(own, context.principal, arguments, call.place, context.upstream);
  ToolResult result = registered.tool.handler(run);
  Done done;
  if (own.pending()) {
    ask.join(own);
  } else {
    done = rendered(call, registered, std::move(result));
  }
  if (context.takes_stream) done.events = notification_texts(run.notes(), call.progress_token, call.log_level);
  return done;
}

Done run_in_host(const Context& context, const Call& call, const Catalog::RegisteredTool& registered,
                 const Json& arguments, Ask& ask) {
  const ToolRan* ran = ask(RunTool{registered.tool.name, wire::dump_json(arguments), context.principal});
  if (ran == nullptr) return {};
  std::variant<ToolResult, std::string> read = read_host_result(ran->result);
  if (auto* result = std::get_if<ToolResult>(&read)) return rendered(call, registered, std::move(*result));
  Done done(RpcError{code::internal_error, "The tool gave something that is no result", {}});
  done.fault = std::get<std::string>(read);
  return done;
}

/// `{content: [{type, ...}], structuredContent?, isError?}`, or what was expected.
std::variant<ToolResult, std::string> read_host_result(const std::string& text) {
  constexpr std::size_t largest = 64 << 20;  // the host is ours; this only keeps a broken one from filling the memory
  auto parsed = wire::parse_json(text, {largest, 512});
  if (!parsed || !parsed->is_object()) return "expected a result, an object";
  ToolResult result;
  if (const Json* structured = wire::member(*parsed, "structuredContent")) {
    if (!structured->is_object()) return "structuredContent: expected an object";
    result.structured = *structured;
  }
  if (const Json* content = wire::member(*parsed, "content")) {
    if (!content->is_array()) return "content: expected an array";
    for (const Json& block : *content) {
      if (wire::string_member(block, "type") == nullptr) return "content: expected objects with a type";
      result.content.push_back(block);
    }
  } else if (!result.structured) {
    return "expected content or structuredContent";
  }
  if (const Json* is_error = wire::member(*parsed, "isError")) {
    if (!is_error->is_boolean()) return "isError: expected true or false";
    result.is_error = is_error->get<bool>();
  }
  return result;
}

Done rendered(const Call& call, const Catalog::RegisteredTool& registered, ToolResult result) {
  if (registered.output_schema && !result.is_error) {
    // Clients check it too and would drop the result; nothing that such a run wanted to write is written.
    const std::optional<SchemaError> wrong = result.structured
                                                 ? registered.output_schema->validate(*result.structured)
                                                 : SchemaError{"", "", "expected structured content, received none"};
    if (wrong) {
      result = ToolResult::error(told("The tool's result does not fit its output schema", *wrong));
      result.fault = "its result does not fit its output schema";
      if (!wrong->instance_path.empty()) result.fault += " at " + shown(wrong->instance_path);
    }
  }
  Success success;
  success.members = R"("content":[)";
  const std::size_t start = success.members.size();
  for (const Json& block : result.content) {
    if (success.members.size() > start) success.members += ',';
    success.members += wire::dump_json(block);
  }
  const std::string structured = result.structured ? wire::dump_json(*result.structured) : std::string();
  if (result.content.empty() && result.structured) {
    success.members.append(R"({"type":"text","text":)").append(json_string(structured)).append("}");
  }
  success.members += ']';
  if (result.structured && has_structured_content(call.version)) {
    success.members.append(R"(,"structuredContent":)").append(structured);
  }
  if (result.is_error) success.members += R"(,"isError":true)";
  success.tool_failed = result.is_error;
  success.commit = std::move(result.commit);
  success.topics = std::move(result.topics);
  Done done(std::move(success));
  done.fault = std::move(result.fault);
  return done;
}

}  // namespace
}  // namespace postern::mcp
