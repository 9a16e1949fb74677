#include "core/server/notes.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "core/store/record.hpp"
#include "core/store/records.hpp"
#include "core/wire/base64.hpp"
#include "core/wire/characters.hpp"
#include "core/wire/json.hpp"

namespace postern {
namespace {

using mcp::Run;
using mcp::Tool;
using mcp::ToolResult;

constexpr std::uint32_t most_notes = 1000;      // of one user
constexpr std::size_t largest_text = 64 << 10;  // bytes
constexpr std::size_t id_bytes = 12;            // 96 bits: 16 characters of base64url
constexpr std::string_view note_uri_prefix = "note://";

// Of more than one tool. The id has no other character because it is a part of a key.
constexpr std::string_view no_arguments = R"({"type":"object","additionalProperties":false})";
constexpr std::string_view id_argument = R"({"type":"object","additionalProperties":false,"properties":{
  "id":{"type":"string","pattern":"^[A-Za-z0-9_-]{1,64}$","description":"As list_notes tells it"}},"required":["id"]})";
constexpr std::string_view reads = R"({"readOnlyHint":true,"openWorldHint":false})";

Tool whoami();
Tool get_user_profile();
Tool list_notes();
Tool read_note();
Tool write_note();
Tool delete_note();
mcp::ResourceProvider notes_as_resources();

ToolResult run_profile(Run& run);
ToolResult run_list(Run& run);
ToolResult run_read(Run& run);
ToolResult run_write(Run& run);
ToolResult run_delete(Run& run);
std::vector<Json> list_resources(Run& run);
std::vector<Json> read_resource(Run& run, const std::string& uri);

Json json(std::string_view text);
bool is_note_id(std::string_view id);
std::string note_uri(std::string_view id) { return std::string(note_uri_prefix).append(id); }
std::string text_argument(const Run& run, std::string_view name);
ToolResult no_such_note(std::string_view id);
void must_add(const std::optional<std::string>& refusal);

}  // namespace

void add_notes_tools(mcp::Catalog& catalog) {
  for (auto tool : {whoami, get_user_profile, list_notes, read_note, write_note, delete_note})
    must_add(catalog.add(tool()));
  must_add(catalog.add(notes_as_resources()));
  catalog.user_records.insert(catalog.user_records.end(), {"note", "note-title"});
}

std::vector<ScopeDefinition> notes_scopes() {
  return {{"user", "See your name and which program you let in", {}, true},
          {"notes:read", "Read your notes", {}},
          {"notes:write", "Write and delete your notes", {"notes:read"}}};
}

namespace {

// The tools are the program's own: one that is refused is a defect that the first test finds.
void must_add(const std::optional<std::string>& refusal) {
  if (refusal) std::abort();
}

Tool whoami() {
  Tool tool;
  tool.name = "whoami";
  tool.title = "Who am I";
  tool.description = "Tells the name of the user that this connection belongs to.";
  tool.input_schema = json(no_arguments);
  tool.output_schema = json(R"({"type":"object","additionalProperties":false,"properties":{
    "user_name":{"type":"string"}},"required":["user_name"]})");
  tool.annotations = json(reads);
  tool.scopes = {"user"};
  tool.handler = [](Run& run) {
    return ToolResult::structured_object(Json::object({{"user_name", run.principal.user_name}}));
  };
  return tool;
}

Tool get_user_profile() {
  Tool tool;
  tool.name = "get_user_profile";
  tool.title = "User profile";
  tool.description =
      "Gives the user's profile. Of a user who logged in at GitHub: GitHub's whole answer to GET /user. Of one who "
      "logged "
      "in at another identity provider: all that its userinfo endpoint or profile says. Of a user of this server: "
      "user_name, subject, client and scopes.";
  tool.input_schema = json(no_arguments);
  // What a provider says is its own: another member every year, and of any type.
  tool.output_schema = json(R"({"type":"object"})");
  tool.annotations = json(reads);
  tool.scopes = {"user"};
  tool.handler = run_profile;
  return tool;
}

ToolResult run_profile(Run& run) {
  using Kind = mcp::ProviderAnswer::Kind;
  const mcp::ProviderAnswer asked = run.ask_provider();
  const std::string where = asked.provider;
  switch (asked.kind) {
    case Kind::waiting:
    case Kind::gone:
      return run.wait();
    case Kind::limited:
      return ToolResult::error(where + " allows no more requests for now." +
                               (asked.retry_after.count > 0
                                    ? " Try again in " + std::to_string(asked.retry_after.count) + " seconds."
                                    : " Try again later."));
    case Kind::unreachable:
      return ToolResult::error(where + " can not be reached. Try again later.");
    case Kind::refused:
      return ToolResult::error(where + " does not show the profile: status " + std::to_string(asked.status) + '.');
    case Kind::ok:
      if (asked.body.is_object()) return ToolResult::structured_object(asked.body);
      return ToolResult::error(where + " gave something that is no profile.");
    case Kind::none:
      break;
  }
  const Principal& who = run.principal;
  Json profile = {
      {"user_name", who.user_name}, {"subject", who.subject}, {"client", who.client}, {"scopes", who.scopes.tokens()}};
  if (!where.empty()) profile["provider"] = where;
  return ToolResult::structured_object(std::move(profile));
}

Tool list_notes() {
  Tool tool;
  tool.name = "list_notes";
  tool.title = "List notes";
  tool.description = "Lists the user's notes: id, title, and when each was written (seconds since 1970, UTC).";
  tool.input_schema = json(no_arguments);
  tool.output_schema = json(R"({"type":"object","additionalProperties":false,"properties":{
    "notes":{"type":"array","items":{"type":"object","additionalProperties":false,"properties":{
      "id":{"type":"string"},
      "title":{"type":"string"},
      "updated":{"type":"integer"}},"required":["id","title","updated"]}}},"required":["notes"]})");
  tool.annotations = json(reads);
  tool.scopes = {"notes:read"};
  tool.handler = run_list;
  return tool;
}

Tool read_note() {
  Tool tool;
  tool.name = "read_note";
  tool.title = "Read a note";
  tool.description = "Gives the title and text of one of the user's notes.";
  tool.input_schema = json(id_argument);
  tool.output_schema = json(R"({"type":"object","additionalProperties":false,"properties":{
    "id":{"type":"string"},
    "title":{"type":"string"},
    "text":{"type":"string"},
    "updated":{"type":"integer"}},"required":["id","title","text","updated"]})");
  tool.annotations = json(reads);
  tool.scopes = {"notes:read"};
  tool.handler = run_read;
  return tool;
}

Tool write_note() {
  Tool tool;
  tool.name = "write_note";
  tool.title = "Write a note";
  tool.description = "Keeps a new note for the user and gives its id. At most 1000 notes of 64 KiB.";
  static_assert(largest_text == 65536);
  tool.input_schema = json(R"({"type":"object","additionalProperties":false,"properties":{
    "title":{"type":"string","minLength":1,"maxLength":200,"description":"1 to 200 characters"},
    "text":{"type":"string","maxLength":65536,"description":"At most 64 KiB of UTF-8"}},"required":["title","text"]})");
  tool.output_schema = json(R"({"type":"object","additionalProperties":false,"properties":{
    "id":{"type":"string"},
    "uri":{"type":"string"}},"required":["id","uri"]})");
  tool.annotations =
      json(R"({"readOnlyHint":false,"destructiveHint":false,"idempotentHint":false,"openWorldHint":false})");
  tool.scopes = {"notes:write"};
  tool.handler = run_write;
  return tool;
}

Tool delete_note() {
  Tool tool;
  tool.name = "delete_note";
  tool.title = "Delete a note";
  tool.description = "Deletes one of the user's notes for good.";
  tool.input_schema = json(id_argument);
  tool.output_schema = json(R"({"type":"object","additionalProperties":false,"properties":{
    "deleted":{"type":"string"}},"required":["deleted"]})");
  tool.annotations =
      json(R"({"readOnlyHint":false,"destructiveHint":true,"idempotentHint":false,"openWorldHint":false})");
  tool.scopes = {"notes:write"};
  tool.handler = run_delete;
  return tool;
}

ToolResult run_list(Run& run) {
  const std::string prefix = store::NoteTitle::prefix(run.principal.subject);
  const Scanned* found = run.ask(Scan{prefix, most_notes});
  if (found == nullptr) return run.wait();
  Json notes = Json::array();
  for (const ScannedRecord& one : found->records) {
    const auto note = store::decode<store::NoteTitle>(one.record.bytes);
    if (!note) continue;
    notes.push_back({{"id", one.key.substr(prefix.size())}, {"title", note->title}, {"updated", note->updated.count}});
  }
  return ToolResult::structured_object(Json::object({{"notes", std::move(notes)}}));
}

ToolResult run_read(Run& run) {
  const std::string id = text_argument(run, "id");
  const auto note = store::load<store::Note>(run.ask, store::Note::key(run.principal.subject, id));
  if (run.pending()) return run.wait();
  if (!note) return no_such_note(id);
  return ToolResult::structured_object(
      {{"id", id}, {"title", note->title}, {"text", note->text}, {"updated", note->updated.count}});
}

ToolResult run_write(Run& run) {
  const store::Note note{text_argument(run, "title"), text_argument(run, "text"), run.now()};
  if (note.text.size() > largest_text) {
    return ToolResult::error("Expected a text of at most " + std::to_string(largest_text) + " bytes, received " +
                             std::to_string(note.text.size()));
  }
  const std::string& subject = run.principal.subject;
  const Scanned* found = run.ask(Scan{store::NoteTitle::prefix(subject), most_notes});
  if (found == nullptr) return run.wait();
  if (found->records.size() >= most_notes) {
    return ToolResult::error("Expected at most " + std::to_string(most_notes) +
                             " notes, and there are that many: delete one first");
  }
  const std::string id = wire::base64url(std::string_view(run.draw("note id")).substr(0, id_bytes));
  ToolResult result = ToolResult::structured_object({{"id", id}, {"uri", note_uri(id)}});
  store::create(result.commit, store::Note::key(subject, id), note);
  store::create(result.commit, store::NoteTitle::key(subject, id), store::NoteTitle{note.title, note.updated});
  result.topics.push_back({Topic::Kind::resources_changed, subject, ""});
  return result;
}

ToolResult run_delete(Run& run) {
  const std::string id = text_argument(run, "id");
  const std::string& subject = run.principal.subject;
  const auto note = store::load<store::Note>(run.ask, store::Note::key(subject, id));
  const auto title = store::load<store::NoteTitle>(run.ask, store::NoteTitle::key(subject, id));
  if (run.pending()) return run.wait();
  if (!note) return no_such_note(id);
  ToolResult result = ToolResult::structured_object(Json::object({{"deleted", id}}));
  store::erase(result.commit, note);
  store::erase(result.commit, title);
  result.topics.push_back({Topic::Kind::resource_updated, subject, note_uri(id)});
  result.topics.push_back({Topic::Kind::resources_changed, subject, ""});
  return result;
}

mcp::ResourceProvider notes_as_resources() {
  mcp::ResourceProvider provider;
  provider.prefix = note_uri_prefix;
  provider.scopes = {"notes:read"};
  provider.list = list_resources;
  provider.read = read_resource;
  provider.templates.push_back(
      json(R"({"uriTemplate":"note://{id}","name":"note","title":"A note","mimeType":"text/plain"})"));
  return provider;
}

std::vector<Json> list_resources(Run& run) {
  const std::string prefix = store::NoteTitle::prefix(run.principal.subject);
  const Scanned* found = run.ask(Scan{prefix, most_notes});
  std::vector<Json> resources;
  if (found == nullptr) return resources;
  for (const ScannedRecord& one : found->records) {
    const auto note = store::decode<store::NoteTitle>(one.record.bytes);
    if (!note) continue;
    const std::string id = one.key.substr(prefix.size());
    resources.push_back({{"uri", note_uri(id)}, {"name", id}, {"title", note->title}, {"mimeType", "text/plain"}});
  }
  return resources;
}

std::vector<Json> read_resource(Run& run, const std::string& uri) {
  const std::string id = uri.substr(note_uri_prefix.size());
  if (!is_note_id(id)) return {};
  const auto note = store::load<store::Note>(run.ask, store::Note::key(run.principal.subject, id));
  if (run.pending() || !note) return {};
  std::vector<Json> contents;
  contents.push_back(Json{{"uri", uri}, {"mimeType", "text/plain"}, {"text", note->text}});
  return contents;
}

// The text is the program's own; see must_add.
Json json(std::string_view text) {
  auto parsed = wire::parse_json(text);
  if (!parsed) std::abort();
  return std::move(parsed).value();
}

bool is_note_id(std::string_view id) {
  const auto allowed = [](char c) { return wire::is_letter(c) || wire::is_digit(c) || c == '_' || c == '-'; };
  return !id.empty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), allowed);
}

std::string text_argument(const Run& run, std::string_view name) {
  const std::string* text = wire::string_member(run.arguments, name);
  return text == nullptr ? std::string() : *text;
}

// Also for a note of somebody else: whether it exists is their secret.
ToolResult no_such_note(std::string_view id) {
  return ToolResult::error("Expected the id of one of your notes, received " + std::string(id) + ": no such note");
}

}  // namespace
}  // namespace postern
