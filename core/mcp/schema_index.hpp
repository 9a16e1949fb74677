// Where everything is: the resources, anchors and subschemas of all documents that one compilation may use.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/mcp/schema_program.hpp"

namespace postern::mcp::schema {

/// A schema with an `$id`, or the root of a document (core s. 4.3.5).
struct Resource {
  std::string uri;                       ///< without a fragment; "" for a root without an `$id`
  const std::string* dialect = nullptr;  ///< its `$schema`, or that of the resource around it, or null
  const Json* root = nullptr;
};

struct Anchor {
  std::uint32_t resource;
  const std::string* name;
  const Json* schema;
  bool dynamic;
};

/// What is known of one subschema.
struct Entry {
  std::uint32_t resource = 0;
  NodeId node = kNone;  ///< kNone until it is compiled
  std::string location;
};

class Index {
 public:
  /// Reads all subschemas of a document: only where a keyword says that a schema stands, so that an `$id` in an `enum`
  /// is no `$id`. `location`: how places in it are told, before the pointer. False, with `why`, when it cannot be read.
  bool add_document(const std::string& uri, const Json& schema, const std::string& location);

  /// The schema that `reference` names from inside `resource` (core s. 8.2.3). Null, with `why`, when there is none.
  /// `dynamic`, if given, tells whether it was named by a `$dynamicAnchor`.
  const Json* find(std::uint32_t resource, std::string_view reference, bool* dynamic = nullptr);

  /// The entry of a subschema; a new one inside `parent` when no document's keywords lead to it.
  Entry& entry(const Json& schema, const Entry& parent, std::string_view token);

  const Resource* resource_of(std::string_view uri) const;

  std::vector<Resource> resources;
  std::vector<Anchor> anchors;
  std::map<const Json*, Entry> entries;
  std::string why;

 private:
  struct Name {
    std::string uri;
    std::uint32_t resource;
  };

  bool read(const Json& schema, Entry place, std::uint32_t depth);
  bool read_identifiers(const Json& schema, Entry& place, std::uint32_t depth);
  const Name* name_of(std::string_view uri) const;
  const Json* follow(const Resource& resource, std::string_view pointer);

  std::vector<Name> names_;
};

/// The member of an object, or null.
const Json* find_member(const Json& object, const char* name);

}  // namespace postern::mcp::schema
