// From a schema to its program. One node after the other, from a list of what is still to do: only what the root
// reaches is compiled, and no schema is too deep for the stack.
#pragma once

#include <string>
#include <vector>

#include "core/mcp/schema_index.hpp"
#include "core/mcp/schema_program.hpp"

namespace postern::mcp::schema {

class Compiler {
 public:
  /// `index` holds the root document as its first resource.
  explicit Compiler(Index& index) : index_(index) {}

  /// False, with `why`, when something is wrong with the schema.
  bool run(const Json& root);

  Program program;
  std::string why;

 private:
  struct Task {
    const Json* schema;
    NodeId node;
  };

  // One schema object at a time; what follows speaks of it.
  struct Current {
    const Json* schema = nullptr;
    const Entry* entry = nullptr;
    Node node;
  };

  bool compile(const Task& task);

  // schema_compile_assertions.cpp: validation s. 6.
  bool assertions();
  bool type();
  bool values();
  bool numbers();
  bool limits();
  bool pattern();
  bool dependent_required();

  // schema_compile_applicators.cpp: core s. 8.2.3, 10 and 11.
  bool references();
  bool object_applicators(bool applicators, bool asserts);
  bool members(ObjectRule& rule);
  bool required(ObjectRule& rule);
  bool array_applicators();
  bool in_place_applicators();
  bool unevaluated();

  /// The node of a subschema, put on the list when it is new.
  NodeId node_of(const Json& schema);
  NodeId node_of(const Json& schema, const char* keyword, const std::string& token);

  /// The node of a keyword whose value is a schema, or kNone.
  NodeId subschema(const char* name);
  /// Adds the nodes of a keyword whose value is an array of schemas to the program's ids.
  bool subschemas(const char* name, std::uint32_t& first, std::uint32_t& count);

  bool limit(const char* name, std::uint32_t& value);
  bool names(const char* name, const Json& list, std::vector<std::string>& out);
  bool add_pattern(const char* name, const std::string& text, std::uint32_t& index);
  std::uint32_t add_name(const std::string& name);

  /// What the schema's dialect makes of the keywords: VocabularyBits.
  bool vocabularies(std::uint32_t resource, std::uint32_t& bits);
  void add_dynamic_anchors();
  bool find_endless_recursion();

  const Json* keyword(const char* name) const { return find_member(*now_.schema, name); }
  void add(Op op, std::uint32_t a = 0, std::uint32_t b = 0, std::uint32_t c = 0) {
    now_.node.checks.push_back({op, a, b, c});
  }
  bool refuse(const char* keyword, const std::string& reason);
  bool refuse(const char* keyword, const char* reason);

  Index& index_;
  Current now_;
  std::vector<Task> tasks_;
  std::vector<std::uint32_t> dynamic_names_;
  std::size_t pattern_steps_ = 0;
};

}  // namespace postern::mcp::schema
