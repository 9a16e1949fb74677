// What the official conformance suite expects of a server: the catalogue that it calls by name. The texts are its own
// vocabulary. Sampling, elicitation and input_required results are not offered.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/mcp/catalog.hpp"

namespace postern::conformance {

// The smallest PNG and WAV that are well formed.
inline constexpr const char* one_pixel =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
inline constexpr const char* silence = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA=";

inline Json text_block(std::string text) { return Json{{"type", "text"}, {"text", std::move(text)}}; }
inline Json image_block() { return Json{{"type", "image"}, {"data", one_pixel}, {"mimeType", "image/png"}}; }
inline Json resource_block(std::string uri, std::string type, std::string text) {
  return Json{{"type", "resource"},
              {"resource", {{"uri", std::move(uri)}, {"mimeType", std::move(type)}, {"text", std::move(text)}}}};
}

inline mcp::Tool tool(std::string name, std::string description, mcp::Handler handler) {
  mcp::Tool made;
  made.name = std::move(name);
  made.description = std::move(description);
  made.input_schema = Json{{"type", "object"}, {"properties", Json::object()}};
  made.handler = std::move(handler);
  return made;
}

inline mcp::Tool giving(std::string name, std::string description, std::vector<Json> content) {
  return tool(std::move(name), std::move(description), [content = std::move(content)](mcp::Run&) {
    mcp::ToolResult result;
    result.content = content;
    return result;
  });
}

inline mcp::Tool with_progress() {
  return tool("test_tool_with_progress", "Reports progress in three steps", [](mcp::Run& run) {
    for (const double done : {0.0, 50.0}) {
      run.progress(done, 100);
      if (!run.slept(50)) return run.wait();
    }
    run.progress(100, 100);
    return mcp::ToolResult::text("Done.");
  });
}

inline mcp::Tool with_logging(std::string name, std::uint32_t pause) {
  return tool(std::move(name), "Logs three messages", [pause](mcp::Run& run) {
    for (const char* message : {"Tool execution started", "Tool processing data"}) {
      run.log(mcp::LogLevel::info, message);
      if (!run.slept(pause)) return run.wait();
    }
    run.log(mcp::LogLevel::info, "Tool execution completed");
    return mcp::ToolResult::text("Logged.");
  });
}

/// The catalogue itself does not change; its subscribers hear that it did.
inline mcp::Tool trigger(std::string name, Topic::Kind kind) {
  return tool(std::move(name), "Tells subscribers of a change", [kind](mcp::Run&) {
    mcp::ToolResult result = mcp::ToolResult::text("Told.");
    result.topics.push_back({kind, "", ""});
    return result;
  });
}

inline mcp::Tool json_schema_tool() {
  mcp::Tool made =
      giving("json_schema_2020_12_tool", "Has an input schema with many keywords of 2020-12", {text_block("Valid.")});
  made.input_schema = Json{
      {"$schema", "https://json-schema.org/draft/2020-12/schema"},
      {"type", "object"},
      {"$defs", Json::object({{"address",
                               {{"$anchor", "addressDef"},
                                {"type", "object"},
                                {"properties", {{"street", {{"type", "string"}}}, {"city", {{"type", "string"}}}}}}}})},
      {"properties",
       {{"name", {{"type", "string"}}},
        {"address", {{"$ref", "#/$defs/address"}}},
        {"contactMethod", {{"type", "string"}, {"enum", {"phone", "email"}}}},
        {"phone", {{"type", "string"}}},
        {"email", {{"type", "string"}}}}},
      {"allOf",
       Json::array({Json::object({{"anyOf", Json::array({Json::object({{"required", Json::array({"phone"})}}),
                                                         Json::object({{"required", Json::array({"email"})}})})}})})},
      {"if",
       {{"properties", Json::object({{"contactMethod", Json::object({{"const", "phone"}})}})},
        {"required", Json::array({"contactMethod"})}}},
      {"then", Json::object({{"required", Json::array({"phone"})}})},
      {"else", Json::object({{"required", Json::array({"email"})}})},
      {"additionalProperties", false}};
  return made;
}

inline mcp::Tool mirrored_header_tool() {
  mcp::Tool made = giving("test_x_mcp_header", "Mirrors its region into a header", {text_block("Routed.")});
  made.input_schema = Json{{"type", "object"},
                           {"properties", Json::object({{"region", {{"type", "string"}, {"x-mcp-header", "Region"}}}})},
                           {"required", Json::array({"region"})}};
  return made;
}

inline std::vector<mcp::Tool> tools() {
  mcp::Tool missing = giving("test_missing_capability", "Needs a client that samples", {text_block("Sampled.")});
  missing.required_capabilities = {"sampling"};
  return {
      // First in the list: called without arguments by the header checks.
      giving("test_simple_text", "Gives a text", {text_block("This is a simple text response for testing.")}),
      giving("test_image_content", "Gives an image", {image_block()}),
      giving("test_audio_content", "Gives a sound",
             std::vector<Json>(1, Json{{"type", "audio"}, {"data", silence}, {"mimeType", "audio/wav"}})),
      giving("test_embedded_resource", "Gives a resource",
             {resource_block("test://embedded-resource", "text/plain", "This is an embedded resource content.")}),
      giving("test_multiple_content_types", "Gives text, an image and a resource",
             {text_block("Multiple content types test:"), image_block(),
              resource_block("test://mixed-content-resource", "application/json", R"({"test":"data","value":123})")}),
      tool("test_error_handling", "Always fails",
           [](mcp::Run&) { return mcp::ToolResult::error("This tool intentionally returns an error for testing"); }),
      with_progress(),
      with_logging("test_tool_with_logging", 50),
      with_logging("test_logging_tool", 5),
      json_schema_tool(),
      mirrored_header_tool(),
      std::move(missing),
      giving("test_streaming_elicitation", "Answers without a question", {text_block("Done.")}),
      trigger("test_trigger_tool_change", Topic::Kind::tools_changed),
      trigger("test_trigger_prompt_change", Topic::Kind::prompts_changed),
  };
}

inline Json user_message(Json content) { return Json{{"role", "user"}, {"content", std::move(content)}}; }

inline std::string argument(const mcp::Run& run, const char* name) {
  const auto found = run.arguments.find(name);
  return found == run.arguments.end() || !found->is_string() ? "" : found->get<std::string>();
}

inline std::vector<mcp::Prompt> prompts() {
  using Messages = std::vector<Json>;
  return {
      {"test_simple_prompt",
       "",
       "Says a text",
       {},
       {},
       [](mcp::Run&) { return Messages(1, user_message(text_block("This is a simple prompt for testing."))); }},
      {"test_prompt_with_arguments",
       "",
       "Repeats its arguments",
       {{"arg1", "First", true}, {"arg2", "Second", true}},
       {},
       [](mcp::Run& run) {
         return Messages(1, user_message(text_block("Prompt with arguments: arg1='" + argument(run, "arg1") +
                                                    "', arg2='" + argument(run, "arg2") + "'")));
       }},
      {"test_prompt_with_embedded_resource",
       "",
       "Embeds a resource",
       {{"resourceUri", "Which", true}},
       {},
       [](mcp::Run& run) {
         return Messages{user_message(resource_block(argument(run, "resourceUri"), "text/plain",
                                                     "Embedded resource content for testing.")),
                         user_message(text_block("Please process the embedded resource above."))};
       }},
      {"test_prompt_with_image",
       "",
       "Shows an image",
       {},
       {},
       [](mcp::Run&) {
         return Messages{user_message(image_block()), user_message(text_block("Please analyze the image above."))};
       }},
  };
}

inline mcp::ResourceProvider resources() {
  mcp::ResourceProvider provider;
  provider.prefix = "test://";
  provider.list = [](mcp::Run&) {
    return std::vector<Json>{
        Json{{"uri", "test://static-text"}, {"name", "static-text"}, {"mimeType", "text/plain"}},
        Json{{"uri", "test://static-binary"}, {"name", "static-binary"}, {"mimeType", "image/png"}},
        Json{{"uri", "test://watched-resource"}, {"name", "watched-resource"}, {"mimeType", "text/plain"}}};
  };
  provider.read = [](mcp::Run&, const std::string& uri) -> std::vector<Json> {
    const auto one = [&uri](const char* type, const char* member, std::string value) {
      return std::vector<Json>(1, Json{{"uri", uri}, {"mimeType", type}, {member, std::move(value)}});
    };
    if (uri == "test://static-text")
      return one("text/plain", "text", "This is the content of the static text resource.");
    if (uri == "test://static-binary") return one("image/png", "blob", one_pixel);
    if (uri == "test://watched-resource") return one("text/plain", "text", "Watched.");
    const std::string prefix = "test://template/", suffix = "/data";
    if (!uri.starts_with(prefix) || !uri.ends_with(suffix) || uri.size() <= prefix.size() + suffix.size()) return {};
    const std::string id = uri.substr(prefix.size(), uri.size() - prefix.size() - suffix.size());
    return one("application/json", "text",
               Json{{"id", id}, {"templateTest", true}, {"data", "Data for ID: " + id}}.dump());
  };
  provider.templates.push_back(
      Json{{"uriTemplate", "test://template/{id}/data"}, {"name", "template"}, {"mimeType", "application/json"}});
  return provider;
}

}  // namespace postern::conformance
