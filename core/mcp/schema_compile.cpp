#include <algorithm>

#include "core/mcp/schema.hpp"
#include "core/mcp/schema_compiler.hpp"
#include "core/mcp/schema_uri.hpp"

namespace postern::mcp {

Result<Schema, std::string> Schema::compile(const Json& schema, std::span<const SchemaDocument> known) {
  schema::Index index;
  bool read = index.add_document("", schema, "");
  for (std::size_t i = 0; i < known.size() && read; ++i) {
    read = index.add_document(known[i].uri, known[i].schema, known[i].uri + "#");
  }
  if (!read) return std::move(index.why);
  schema::Compiler compiler(index);
  if (!compiler.run(schema)) return std::move(compiler.why);
  return Schema(std::make_shared<const schema::Program>(std::move(compiler.program)));
}

namespace schema {
namespace {

constexpr std::string_view kDialect = "https://json-schema.org/draft/2020-12/schema";
constexpr std::string_view kVocabulary = "https://json-schema.org/draft/2020-12/vocab/";

enum VocabularyBits : std::uint32_t { kApplicators = 1, kUnevaluated = 2, kAssertions = 4, kAll = 7 };

// Those without keywords of consequence here have no bit. `format-assertion` is missing: formats are never asserted.
constexpr struct {
  std::string_view name;
  std::uint32_t bits;
} kVocabularies[] = {
    {"core", 0},
    {"applicator", kApplicators},
    {"unevaluated", kUnevaluated},
    {"validation", kAssertions},
    {"meta-data", 0},
    {"format-annotation", 0},
    {"content", 0},
};

}  // namespace

bool Compiler::run(const Json& root) {
  program.nodes.emplace_back();  // kTrueNode
  program.root = node_of(root);
  do {
    while (!tasks_.empty()) {
      const Task task = tasks_.back();
      tasks_.pop_back();
      if (!compile(task)) return false;
    }
    add_dynamic_anchors();
  } while (!tasks_.empty());
  return find_endless_recursion();
}

bool Compiler::compile(const Task& task) {
  const Entry& entry = index_.entries.find(task.schema)->second;
  now_ = {task.schema, &entry, {}};
  now_.node.resource = entry.resource;
  now_.node.location = entry.location;
  if (task.schema->is_boolean()) {
    add(Op::never);  // `true` has no task
  } else if (!task.schema->is_object()) {
    return refuse("", "expected a schema: an object, true or false");
  } else {
    std::uint32_t bits = 0;
    if (!vocabularies(entry.resource, bits)) return false;
    const bool applicators = (bits & kApplicators) != 0;
    const bool asserts = (bits & kAssertions) != 0;
    if (asserts && !assertions()) return false;
    if (!references()) return false;
    if (!object_applicators(applicators, asserts)) return false;
    if (applicators && (!array_applicators() || !in_place_applicators())) return false;
    if ((bits & kUnevaluated) != 0 && !unevaluated()) return false;
  }
  program.nodes[task.node] = std::move(now_.node);
  return true;
}

NodeId Compiler::node_of(const Json& schema) {
  if (const bool* truth = schema.get_ptr<const Json::boolean_t*>(); truth != nullptr && *truth) return kTrueNode;
  Entry& mine = index_.entries.find(&schema)->second;
  if (mine.node == kNone) {
    mine.node = static_cast<NodeId>(program.nodes.size());
    program.nodes.emplace_back();
    tasks_.push_back({&schema, mine.node});
  }
  return mine.node;
}

// Core s. 8.1.2: a vocabulary that is required and not known forbids to go on; one that is optional is ignored.
bool Compiler::vocabularies(std::uint32_t resource, std::uint32_t& bits) {
  bits = kAll;
  const std::string* named = index_.resources[resource].dialect;
  if (named == nullptr) return true;
  const std::string dialect = resolve_uri({}, *named);  // older drafts wrote an empty fragment behind it
  if (dialect == kDialect) return true;
  const Resource* meta = index_.resource_of(dialect);
  if (meta == nullptr) return refuse("$schema", "the dialect \"" + dialect + "\" is not known; JSON Schema 2020-12 is");
  const Json* listed = find_member(*meta->root, "$vocabulary");
  if (listed == nullptr || !listed->is_object()) return true;
  bits = 0;
  for (auto it = listed->begin(); it != listed->end(); ++it) {
    const std::string_view uri = it.key();
    bool known = false;
    for (const auto& vocabulary : kVocabularies) {
      if (uri.substr(0, kVocabulary.size()) != kVocabulary || uri.substr(kVocabulary.size()) != vocabulary.name)
        continue;
      known = true;
      bits |= vocabulary.bits;
    }
    const bool* required = it->get_ptr<const Json::boolean_t*>();
    if (!known && (required == nullptr || *required)) {
      return refuse("$schema", "the dialect requires the vocabulary \"" + it.key() + "\", which is not known");
    }
  }
  return true;
}

// Core s. 8.2.3.2: a dynamic anchor counts when its resource is in the dynamic scope, so only those of resources that
// have a node. A new node may bring a new resource, hence the caller's loop.
void Compiler::add_dynamic_anchors() {
  std::vector<bool> reached(index_.resources.size());
  for (const Node& node : program.nodes) reached[node.resource] = true;
  for (const Anchor& anchor : index_.anchors) {
    if (!anchor.dynamic || !reached[anchor.resource]) continue;
    for (const std::uint32_t name : dynamic_names_) {
      if (program.names[name] != *anchor.name) continue;
      const NodeId node = node_of(*anchor.schema);
      const bool known = std::any_of(
          program.dynamic_anchors.begin(), program.dynamic_anchors.end(),
          [&](const DynamicAnchor& other) { return other.resource == anchor.resource && other.name == name; });
      if (!known) program.dynamic_anchors.push_back({anchor.resource, name, node});
    }
  }
}

// Core s. 9.4.1: a schema that comes back to itself on the way through keywords that stay at the same value would never
// end. A depth-first walk over those edges; a node met again while it is still open closes a circle. What only a
// `$dynamicRef` closes is left to the depth limit of the validator.
bool Compiler::find_endless_recursion() {
  enum State : std::uint8_t { unseen, open, done };
  std::vector<State> states(program.nodes.size(), unseen);
  std::vector<NodeId> path;
  const auto visit = [&](NodeId node) {
    if (node != kNone && states[node] != done) path.push_back(node);
  };
  for (NodeId start = 0; start < program.nodes.size(); ++start) {
    visit(start);
    while (!path.empty()) {
      const NodeId id = path.back();
      if (states[id] != unseen) {
        // Met for the second time: from below it is finished; the way back to an open one is caught beneath.
        states[id] = done;
        path.pop_back();
        continue;
      }
      states[id] = open;
      const std::size_t before = path.size();
      for (const Check& check : program.nodes[id].checks) {
        switch (check.op) {
          case Op::reference:
          case Op::negation:
            visit(check.a);
            break;
          case Op::dependent_schema:
            visit(check.b);
            break;
          case Op::condition:
            visit(check.a);
            visit(check.b);
            visit(check.c);
            break;
          case Op::all_of:
          case Op::any_of:
          case Op::one_of:
            for (std::uint32_t i = 0; i < check.b; ++i) visit(program.ids[check.a + i]);
            break;
          default:
            break;
        }
      }
      for (std::size_t i = before; i < path.size(); ++i) {
        if (states[path[i]] != open) continue;
        why = program.nodes[id].location + ": applies a schema to the same value without end";
        return false;
      }
    }
  }
  return true;
}

bool Compiler::refuse(const char* keyword, const std::string& reason) { return refuse(keyword, reason.c_str()); }

bool Compiler::refuse(const char* keyword, const char* reason) {
  why = now_.entry->location;
  if (*keyword != 0) (why += '/') += keyword;
  (why += ": ") += reason;
  return false;
}

}  // namespace schema
}  // namespace postern::mcp
