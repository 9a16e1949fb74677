// What an MCP server offers: tools, prompts and resources, each written once for every protocol revision.
//
// A handler is itself an evaluation: it asks (records, time), and either has the answers or returns `run.wait()`; it is
// then called again with more known. It never does input or output, so it may be called any number of times. A tool
// that has to touch the world has no handler here: the host runs it, once (`RunTool`).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.hpp"
#include "core/base/time.hpp"
#include "core/flow/ask.hpp"
#include "core/flow/commit.hpp"
#include "core/flow/principal.hpp"
#include "core/flow/scope.hpp"
#include "core/flow/topic.hpp"
#include "core/flow/upstream.hpp"
#include "core/mcp/parameter_headers.hpp"
#include "core/mcp/schema.hpp"

namespace postern::mcp {

/// syslog severities, RFC 5424 s. 6.2.1, as MCP spells them.
enum class LogLevel { debug, info, notice, warning, error, critical, alert, emergency };

/// What a handler gives back: content for the client, and, if it changed something, the guarded write and its news.
struct ToolResult {
  std::vector<Json> content;       ///< Content blocks as the specification shapes them.
  std::optional<Json> structured;  ///< structuredContent: an object.
  bool is_error = false;           ///< The tool ran and failed: told to the model, not a protocol error.
  std::string fault;               ///< What its author has to mend: for the operator, never for the client.
  Commit commit;
  std::vector<Topic> topics;

  static ToolResult text(std::string text);
  static ToolResult error(std::string text);
  /// Structured content, and the same as JSON text for clients that know only content (2025-03-26).
  static ToolResult structured_object(Json object);
};

/// What the third party says that the user logged in with, asked in the user's name.
struct ProviderAnswer {
  enum class Kind {
    waiting,  ///< Not known yet: return `run.wait()`.
    none,     ///< The user logged in here, or the provider has no such thing.
    ok,       ///< `body` is what it answered, JSON.
    refused,  ///< It answered something else; `status` tells what.
    gone,     ///< It has ended the user's grant there: ours has ended, too, and the request is answered so.
    limited,  ///< Too many requests; `retry_after` tells when to come again, 0: it does not say.
    unreachable
  };
  Kind kind = Kind::none;
  std::string provider = {};  ///< Its id.
  Json body = {};
  int status = 0;
  Seconds retry_after = {};
};

/// `step`: as `Fetch` has it.
using FetchAsUser = std::function<UpstreamResponse(Ask& ask, const UpstreamRequest& request, std::uint32_t step)>;

/// One run of a handler.
class Run {
 public:
  /// `place`: of the call in its batch (2025-03-26), so that no two calls of a request draw or wait alike.
  Run(Ask& run_ask, const Principal& run_principal, const Json& run_arguments, std::uint32_t place = 0,
      const FetchAsUser* upstream = nullptr)
      : ask(run_ask), principal(run_principal), arguments(run_arguments), place_(place), upstream_(upstream) {}

  Ask& ask;                    ///< Records and scans, for programs that are built inside of this project.
  const Principal& principal;  ///< Who calls.
  const Json& arguments;       ///< An object, valid against the schema.

  UnixSeconds now() const { return ask.facts().now(); }
  std::string draw(std::string_view label) const;

  /// Sends a request to the API of the identity provider that the user logged in with, in the user's name. Each call of a
  /// run is a request of its own, at most 32 of them. Whoever changes something there (any method but GET and HEAD) says
  /// so by the arguments and by what came before, and by nothing that others change or that is drawn: when a lost commit
  /// makes the run start over, what was sent is not sent again, and a request that has become another is refused.
  UpstreamResponse fetch_as_user(const UpstreamRequest& request);

  /// GET of JSON, its outcome in one word. `path`: below the provider's API, `/user/repos`; empty: the user's profile.
  ProviderAnswer ask_provider(const std::string& path = {});

  /// True once so much time has passed since the run reached this line. Each call is a step of its own.
  bool slept(std::uint32_t milliseconds);

  /// Sends notifications/progress, if the client gave a token. Not again when the handler is called again.
  void progress(double done, std::optional<double> total = {}, std::string message = {});
  /// Sends notifications/message, if the client wants this level.
  void log(LogLevel level, Json data, std::string logger = {});

  /// What a handler returns while something that it asked for is missing.
  bool pending() const { return ask.pending(); }
  ToolResult wait() const;

  struct Note {
    enum class Kind { progress, log } kind = Kind::progress;
    double done = 0;
    std::optional<double> total;
    std::string message;
    LogLevel level = LogLevel::info;
    Json data;
    std::string logger;
  };
  const std::vector<Note>& notes() const { return notes_; }

 private:
  std::uint32_t place_ = 0;
  const FetchAsUser* upstream_ = nullptr;
  std::uint32_t steps_ = 0;
  std::uint32_t requests_ = 0;
  std::vector<Note> notes_;
};

using Handler = std::function<ToolResult(Run&)>;

struct Tool {
  std::string name;  ///< 1 to 128 of [A-Za-z0-9_.-]
  std::string title;
  std::string description;
  Json input_schema = Json{{"type", "object"}};  ///< JSON Schema 2020-12, root type object.
  std::optional<Json> output_schema;
  std::optional<Json> annotations;
  ScopeSet scopes;                                 ///< A call needs all of them.
  Handler handler;                                 ///< Empty: the host runs it.
  std::vector<std::string> required_capabilities;  ///< Of the client, 2026-07-28: `sampling`.
};

struct PromptArgument {
  std::string name;
  std::string description;
  bool required = false;
};

struct Prompt {
  std::string name;
  std::string title;
  std::string description;
  std::vector<PromptArgument> arguments;
  ScopeSet scopes;
  /// The messages, as the specification shapes them. `run.arguments` is an object of strings.
  std::function<std::vector<Json>(Run&)> handler;
};

/// Resources under one URI prefix: what there is for this caller, and what one of them holds.
struct ResourceProvider {
  std::string prefix;  ///< `note://`
  ScopeSet scopes;
  std::function<std::vector<Json>(Run&)> list;  ///< Resource objects: uri, name, ...
  /// The contents of `uri`; empty: there is no such resource for this caller.
  std::function<std::vector<Json>(Run&, const std::string& uri)> read;
  std::vector<Json> templates;  ///< ResourceTemplate objects: uriTemplate, name, ...
};

/// Checked when it is built: names, schemas, scopes. Immutable then.
class Catalog {
 public:
  std::string server_name = "postern";
  std::string server_title;
  std::string server_version;
  std::string instructions;
  /// First parts of the keys under which tools keep records for users: `note` for `note/<subject>/...`. With a user these
  /// records are removed.
  std::vector<std::string> user_records;

  /// Each returns why the thing can't be added; nothing when it was.
  std::optional<std::string> add(Tool tool);
  std::optional<std::string> add(Prompt prompt);
  std::optional<std::string> add(ResourceProvider provider);

  struct RegisteredTool {
    Tool tool;
    Schema schema;
    std::optional<Schema> output_schema;
    std::vector<ParameterHeader> parameter_headers;
  };
  const std::vector<RegisteredTool>& tools() const { return tools_; }
  const std::vector<Prompt>& prompts() const { return prompts_; }
  const std::vector<ResourceProvider>& resources() const { return resources_; }
  const RegisteredTool* find_tool(std::string_view name) const;
  const Prompt* find_prompt(std::string_view name) const;

  /// The elements of the array `tools`, as JSON text: 2025-03-26 knows neither `title` nor `outputSchema`.
  const std::string& tools_text(bool titles_and_output) const { return titles_and_output ? tools_text_ : early_text_; }

 private:
  std::vector<RegisteredTool> tools_;
  std::vector<Prompt> prompts_;
  std::vector<ResourceProvider> resources_;
  std::string tools_text_;
  std::string early_text_;
};

}  // namespace postern::mcp
