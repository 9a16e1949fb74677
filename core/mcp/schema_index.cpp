#include "core/mcp/schema_index.hpp"

#include <optional>

#include "core/mcp/schema.hpp"
#include "core/mcp/schema_uri.hpp"
#include "core/wire/percent.hpp"

namespace postern::mcp::schema {
namespace {

enum class Holds { schema, array, object };

struct Keyword {
  const char* name;
  Holds holds;
};

// Core s. 8.2.4, 10 and 11, validation s. 8.5; `definitions` is what drafts before 2019-09 called `$defs`.
constexpr Keyword kKeywords[] = {
    {"$defs", Holds::object},
    {"definitions", Holds::object},
    {"allOf", Holds::array},
    {"anyOf", Holds::array},
    {"oneOf", Holds::array},
    {"not", Holds::schema},
    {"if", Holds::schema},
    {"then", Holds::schema},
    {"else", Holds::schema},
    {"dependentSchemas", Holds::object},
    {"prefixItems", Holds::array},
    {"items", Holds::schema},
    {"contains", Holds::schema},
    {"properties", Holds::object},
    {"patternProperties", Holds::object},
    {"additionalProperties", Holds::schema},
    {"propertyNames", Holds::schema},
    {"unevaluatedItems", Holds::schema},
    {"unevaluatedProperties", Holds::schema},
    {"contentSchema", Holds::schema},
};

// RFC 6901 s. 4: "0", or digits without a leading zero.
const Json* array_item(const Json& array, std::string_view token) {
  if (token.empty() || token.size() > 9 || (token[0] == '0' && token.size() > 1)) return nullptr;
  std::size_t index = 0;
  for (const char digit : token) {
    if (digit < '0' || digit > '9') return nullptr;
    index = index * 10 + static_cast<std::size_t>(digit - '0');
  }
  return index < array.size() ? &array[index] : nullptr;
}

}  // namespace

bool Index::add_document(const std::string& uri, const Json& schema, const std::string& location) {
  const auto resource = static_cast<std::uint32_t>(resources.size());
  resources.push_back({uri, nullptr, &schema});
  names_.push_back({uri, resource});
  return read(schema, {resource, kNone, location}, 0);
}

bool Index::read(const Json& schema, Entry place, std::uint32_t depth) {
  if (depth > Schema::max_depth) {
    why = place.location + ": nested too deeply";
    return false;
  }
  if (schema.is_object() && !read_identifiers(schema, place, depth)) return false;
  entries.emplace(&schema, place);
  if (!schema.is_object()) return true;
  for (const Keyword& keyword : kKeywords) {
    const Json* value = find_member(schema, keyword.name);
    if (value == nullptr) continue;
    Entry inner{place.resource, kNone, place.location + "/" + keyword.name};
    if (keyword.holds == Holds::schema) {
      if (!read(*value, inner, depth + 1)) return false;
    } else if (keyword.holds == Holds::array && value->is_array()) {
      for (std::size_t i = 0; i < value->size(); ++i) {
        if (!read((*value)[i], {place.resource, kNone, inner.location + "/" + std::to_string(i)}, depth + 1)) {
          return false;
        }
      }
    } else if (keyword.holds == Holds::object && value->is_object()) {
      for (auto it = value->begin(); it != value->end(); ++it) {
        if (!read(*it, {place.resource, kNone, inner.location + pointer_token(it.key())}, depth + 1)) return false;
      }
    }
  }
  return true;
}

// Core s. 8.1.1, 8.2.1 and 8.2.2.
bool Index::read_identifiers(const Json& schema, Entry& place, std::uint32_t depth) {
  const auto text = [&](const char* keyword, const std::string*& out) {
    const Json* value = find_member(schema, keyword);
    if (value == nullptr) return true;
    out = value->get_ptr<const Json::string_t*>();
    if (out == nullptr) why = place.location + "/" + keyword + ": expected a string";
    return out != nullptr;
  };
  const std::string* id = nullptr;
  const std::string* dialect = nullptr;
  const std::string* anchor = nullptr;
  const std::string* dynamic_anchor = nullptr;
  if (!text("$id", id) || !text("$schema", dialect) || !text("$anchor", anchor) ||
      !text("$dynamicAnchor", dynamic_anchor)) {
    return false;
  }
  if (id != nullptr) {
    if (!fragment_of(*id).empty()) {
      why = place.location + "/$id: expected a URI without a fragment";
      return false;
    }
    std::string uri = resolve_uri(resources[place.resource].uri, *id);
    if (depth == 0) {
      resources[place.resource].uri = uri;
    } else {
      resources.push_back({uri, resources[place.resource].dialect, &schema});
      place.resource = static_cast<std::uint32_t>(resources.size() - 1);
    }
    names_.push_back({std::move(uri), place.resource});
  }
  if (dialect != nullptr && resources[place.resource].root == &schema) resources[place.resource].dialect = dialect;
  if (anchor != nullptr) anchors.push_back({place.resource, anchor, &schema, false});
  if (dynamic_anchor != nullptr) anchors.push_back({place.resource, dynamic_anchor, &schema, true});
  return true;
}

const Json* Index::find(std::uint32_t resource, std::string_view reference, bool* dynamic) {
  if (dynamic != nullptr) *dynamic = false;
  const std::string uri = resolve_uri(resources[resource].uri, reference);
  const Name* name = name_of(uri);
  if (name == nullptr) {
    why = "no document is known as \"" + uri + "\", and nothing is fetched";
    return nullptr;
  }
  const std::optional<std::string> fragment = wire::percent_decode(fragment_of(reference));
  const Json* found = nullptr;
  if (fragment && (fragment->empty() || fragment->front() == '/')) {
    found = follow(resources[name->resource], *fragment);
  } else if (fragment) {
    for (const Anchor& anchor : anchors) {
      if (anchor.resource != name->resource || *anchor.name != *fragment) continue;
      found = anchor.schema;
      if (dynamic != nullptr && anchor.dynamic) *dynamic = true;
    }
  }
  if (found == nullptr) why = "nothing is there to refer to: \"" + std::string(reference) + "\"";
  return found;
}

const Json* Index::follow(const Resource& resource, std::string_view pointer) {
  const Json* at = resource.root;
  const Entry* parent = &entries.find(at)->second;
  while (!pointer.empty()) {
    const std::string_view escaped = pointer.substr(1, pointer.find('/', 1) - 1);
    pointer.remove_prefix(1 + escaped.size());
    std::string token;
    for (std::size_t i = 0; i < escaped.size(); ++i) {
      const bool is_escape = escaped[i] == '~' && i + 1 < escaped.size();
      token += is_escape ? (escaped[++i] == '1' ? '/' : '~') : escaped[i];
    }
    const Json* inner = nullptr;
    if (at->is_array()) inner = array_item(*at, token);
    if (at->is_object()) inner = at->contains(token) ? &*at->find(token) : nullptr;
    if (inner == nullptr) return nullptr;
    at = inner;
    parent = &entry(*at, *parent, token);
  }
  return at;
}

Entry& Index::entry(const Json& schema, const Entry& parent, std::string_view token) {
  const auto known = entries.find(&schema);
  if (known != entries.end()) return known->second;
  return entries.emplace(&schema, Entry{parent.resource, kNone, parent.location + pointer_token(token)}).first->second;
}

const Resource* Index::resource_of(std::string_view uri) const {
  const Name* name = name_of(uri);
  return name == nullptr ? nullptr : &resources[name->resource];
}

const Index::Name* Index::name_of(std::string_view uri) const {
  for (const Name& name : names_) {
    if (name.uri == uri) return &name;
  }
  return nullptr;
}

const Json* find_member(const Json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

std::string pointer_token(std::string_view token) {
  std::string escaped = "/";
  for (const char c : token) {
    if (c == '~' || c == '/') {
      escaped += c == '~' ? "~0" : "~1";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

}  // namespace postern::mcp::schema
