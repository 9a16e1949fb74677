#include "core/server/settings_json.hpp"

#include <algorithm>
#include <initializer_list>
#include <limits>
#include <vector>

#include "core/base/nearest.hpp"
#include "core/server/notes.hpp"
#include "core/wire/base64.hpp"
#include "core/wire/json.hpp"

namespace postern {
namespace {

/// The members of one object. `problem` is the first thing that is wrong; nothing is read after it.
class Members {
 public:
  Members(const Json& object, std::string place, std::string& problem)
      : object_(object), place_(std::move(place)), problem_(problem) {
    if (!object.is_object()) refuse("", "an object");
  }

  void text(std::string_view name, std::string& into) {
    const Json* value = next(name);
    if (value == nullptr) return;
    if (!value->is_string()) return refuse(name, "a string");
    into = value->get_ref<const std::string&>();
  }

  void bytes(std::string_view name, std::string& into) {
    std::string encoded;
    text(name, encoded);
    std::optional<std::string> decoded = wire::from_base64url(encoded);
    if (!decoded) return refuse(name, "base64url");
    into = std::move(*decoded);
  }

  void scopes(std::string_view name, ScopeSet& into) {
    if (next(name) == nullptr) return;
    std::string list;
    text(name, list);
    std::optional<ScopeSet> set = ScopeSet::parse(list);
    if (!set) return refuse(name, "scope tokens separated by spaces");
    into = std::move(*set);
  }

  template <class Number>
  void number(std::string_view name, Number& into) {
    if (next(name) == nullptr) return;
    const std::optional<std::int64_t> value = wire::int_member(object_, name);
    if (!value || *value < 0 || *value > std::numeric_limits<std::int32_t>::max()) {
      return refuse(name, "a whole number from 0 to 2147483647");
    }
    into = static_cast<Number>(*value);
  }
  void number(std::string_view name, Seconds& into) { number(name, into.count); }

  void boolean(std::string_view name, bool& into) {
    const Json* value = next(name);
    if (value == nullptr) return;
    if (!value->is_boolean()) return refuse(name, "true or false");
    into = value->get<bool>();
  }

  void json(std::string_view name, Json& into) {
    if (const Json* value = next(name)) into = *value;
  }
  void json(std::string_view name, std::optional<Json>& into) {
    if (const Json* value = next(name)) into = *value;
  }

  void secret(std::string_view name, Secret& into) {
    std::string value;
    text(name, value);
    into = Secret(std::move(value));
  }

  /// One of the words, which are the enumeration's values in their order.
  template <class Enumeration>
  void word(std::string_view name, std::initializer_list<std::string_view> words, Enumeration& into) {
    if (next(name) == nullptr) return;
    std::string value;
    text(name, value);
    int index = 0;
    for (std::string_view one : words) {
      if (one == value) {
        into = static_cast<Enumeration>(index);
        return;
      }
      ++index;
    }
    refuse(name, "a word that is known here");
  }

  void texts(std::string_view name, std::vector<std::string>& into) {
    each(name, [&](const Json& element, const std::string&) {
      if (!element.is_string()) return refuse(name, "strings");
      into.push_back(element.get_ref<const std::string&>());
    });
  }

  template <class Read>
  void object(std::string_view name, Read read) {
    if (const Json* value = next(name)) {
      Members members(*value, place_of(name), problem_);
      read(members);
      members.end();
    }
  }

  template <class Read>
  void objects(std::string_view name, Read read) {
    each(name, [&](const Json& element, const std::string& place) {
      Members members(element, place, problem_);
      read(members);
      members.end();
    });
  }

  bool failed() const { return !problem_.empty(); }
  void fail(const std::string& reason) {
    if (problem_.empty()) problem_ = reason;
  }

  bool has(std::string_view name) const { return wire::member(object_, name) != nullptr; }

  /// After the last member: whatever was not asked for is a mistake.
  void end() {
    if (!problem_.empty()) return;
    for (const auto& [name, value] : object_.get_ref<const Json::object_t&>()) {
      if (std::find(asked_.begin(), asked_.end(), name) != asked_.end()) continue;
      const std::string_view near = nearest(name, asked_);
      problem_ = place_of(name) + ": there is no such setting";
      if (!near.empty()) problem_.append("; did you mean ").append(near).append("?");
      return;
    }
  }

 private:
  const Json* next(std::string_view name) {
    asked_.push_back(name);
    return problem_.empty() ? wire::member(object_, name) : nullptr;
  }

  template <class Take>
  void each(std::string_view name, Take take) {
    const Json* value = next(name);
    if (value == nullptr) return;
    if (!value->is_array()) return refuse(name, "an array");
    std::size_t index = 0;
    for (const Json& element : *value) take(element, place_of(name) + '[' + std::to_string(index++) + ']');
  }

  std::string place_of(std::string_view name) const { return (place_.empty() ? "" : place_ + '.').append(name); }

  void refuse(std::string_view name, std::string_view expected) {
    if (!problem_.empty()) return;
    const std::string place = name.empty() ? place_ : place_of(name);
    problem_ = (place.empty() ? "settings" : place) + ": expected " + std::string(expected);
  }

  const Json& object_;
  std::string place_;
  std::string& problem_;
  std::vector<std::string_view> asked_;
};

void read_lifetimes(Members& members, oauth::Lifetimes& into) {
  members.number("access", into.access);
  members.number("refresh", into.refresh);
  members.number("code", into.code);
  members.number("refresh_grace", into.refresh_grace);
  members.number("flow", into.flow);
  members.number("login", into.login);
  members.number("unused_client", into.unused_client);
  members.number("used_client", into.used_client);
  members.number("provider_check", into.provider_check);
}

void read_allow(Members& members, oauth::AllowList& into) {
  members.texts("logins", into.logins);
  members.texts("organisations", into.organisations);
  members.texts("email_domains", into.email_domains);
  members.texts("groups", into.groups);
}

/// A row, completed; the reason why it can't be is the problem.
void read_provider(Members& members, std::vector<oauth::Provider>& into) {
  oauth::Provider row;
  std::string preset;
  members.text("id", row.id);
  members.text("label", row.label);
  members.text("preset", preset);
  members.word("kind", {"github", "oidc", "oauth2"}, row.kind);
  members.text("client_id", row.client_id);
  members.secret("client_secret", row.client_secret);
  members.text("issuer", row.issuer);
  members.text("authorize_url", row.authorize_url);
  members.text("token_url", row.token_url);
  members.text("api_url", row.api_url);
  members.text("api_base", row.api_base);
  members.text("profile_in_words", row.profile_in_words);
  members.text("scope", row.scope);
  members.object("allow", [&](Members& allow) { read_allow(allow, row.allow); });
  members.word("token_auth", {"basic", "post"}, row.token_auth);
  members.boolean("pkce", row.pkce);
  members.text("authorize_parameters", row.authorize_parameters);
  members.text("subject_claim", row.subject_claim);
  members.text("name_claim", row.name_claim);
  members.text("groups_claim", row.groups_claim);
  members.boolean("groups_in_userinfo", row.groups_in_userinfo);
  if (members.failed()) return;
  auto complete = oauth::complete(std::move(row), preset);
  if (!complete) return members.fail(complete.error());
  into.push_back(std::move(complete).value());
}

void read_external(Members& members, oauth::External& into) {
  members.text("issuer", into.issuer);
  members.text("introspection_url", into.introspection_url);
  members.text("client_id", into.client_id);
  members.secret("client_secret", into.client_secret);
  members.text("audience", into.audience);
  members.texts("algorithms", into.algorithms);
  members.texts("token_types", into.token_types);
  members.text("subject_claim", into.subject_claim);
  members.text("name_claim", into.name_claim);
}

void read_identity_sources(Members& members, Settings& into) {
  members.boolean("own_users", into.own_users);
  members.objects("providers", [&](Members& object) { read_provider(object, into.providers); });
  members.object("external", [&](Members& object) { read_external(object, into.external.emplace()); });
  members.boolean("client_documents", into.client_documents);
  members.texts("client_hosts", into.client_hosts);
}

void read_limits(Members& members, Limits& into) {
  members.number("body", into.body);
  members.number("header_bytes", into.header_bytes);
  members.number("target", into.target);
  members.number("json_depth", into.json_depth);
}

void read_scopes(Members& members, Settings& into) {
  if (!members.has("scopes") && !members.has("tools")) {
    into.scopes = notes_scopes();
    into.default_scopes = {"user", "notes:read"};  // the least that is useful; writing is a step-up
  }
  members.objects("scopes", [&into](Members& scope) {
    ScopeDefinition& definition = into.scopes.emplace_back();
    scope.text("token", definition.token);
    scope.text("in_words", definition.in_words);
    scope.texts("implies", definition.implies);
    scope.boolean("shows_profile", definition.shows_profile);
  });
  members.scopes("default_scopes", into.default_scopes);
}

void read_key_ring(Members& members, crypto::KeyRing& into) {
  members.objects("key_ring", [&into](Members& key) {
    std::string bytes;
    crypto::MasterKey& master = into.emplace_back();
    key.text("id", master.id);
    key.bytes("key", bytes);
    master.bytes = Secret(std::move(bytes));
  });
}

/// The host's tools: they have no handler here.
void read_tools(Members& members, mcp::Catalog& into) {
  if (!members.has("tools")) add_notes_tools(into);
  members.objects("tools", [&](Members& object) {
    mcp::Tool tool;
    object.text("name", tool.name);
    object.text("title", tool.title);
    object.text("description", tool.description);
    object.json("input_schema", tool.input_schema);
    object.json("output_schema", tool.output_schema);
    object.json("annotations", tool.annotations);
    object.scopes("scopes", tool.scopes);
    object.texts("required_capabilities", tool.required_capabilities);
    if (object.failed()) return;
    if (const auto problem = into.add(std::move(tool))) object.fail(*problem);
  });
  members.object("server", [&into](Members& server) {
    server.text("name", into.server_name);
    server.text("title", into.server_title);
    server.text("version", into.server_version);
    server.text("instructions", into.instructions);
  });
}

}  // namespace

Result<Settings, std::string> read_settings(const Json& from) {
  std::string problem;
  Settings settings;
  Members members(from, "", problem);
  members.text("public_url", settings.public_url);
  members.text("name", settings.name);
  members.text("decoy_password", settings.decoy_password);
  read_key_ring(members, settings.key_ring);
  read_scopes(members, settings);
  members.object("lifetimes", [&](Members& object) { read_lifetimes(object, settings.lifetimes); });
  read_identity_sources(members, settings);
  members.object("limits", [&](Members& object) { read_limits(object, settings.limits); });
  members.objects("resource_servers", [&](Members& object) {
    oauth::ResourceServer& server = settings.resource_servers.emplace_back();
    object.text("id", server.id);
    object.bytes("secret_hash", server.secret_hash);
  });
  members.texts("allowed_hosts", settings.allowed_hosts);
  members.texts("allowed_origins", settings.allowed_origins);
  members.boolean("serve_mcp_without_authorization", settings.serve_mcp_without_authorization);
  members.word("transport", {"all", "streamable-http", "sse"}, settings.transports);
  read_tools(members, settings.catalog);
  members.end();
  if (!problem.empty()) return problem;
  return settings;
}

}  // namespace postern
