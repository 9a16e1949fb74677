#include "core/client/codec.hpp"

#include <algorithm>
#include <array>
#include <concepts>
#include <type_traits>

#include "core/client/registration.hpp"
#include "core/flow/codec.hpp"
#include "core/wire/json.hpp"

namespace postern::client {
namespace {

template <class Self, class T>
concept Is = std::same_as<std::remove_const_t<Self>, T>;

// Every struct lists its members once; printing and reading both follow the list.

template <class V, Is<AuthorizationServer> Self>
void fields(V& visit, Self& self) {
  visit("issuer", self.issuer);
  visit("authorization_endpoint", self.authorization_endpoint);
  visit("token_endpoint", self.token_endpoint);
  visit("registration_endpoint", self.registration_endpoint);
  visit("resource", self.resource);
  visit("tells_issuer", self.tells_issuer);
  visit("reads_documents", self.reads_documents);
  visit("offers_none", self.offers_none);
  visit("offers_basic", self.offers_basic);
  visit("offers_post", self.offers_post);
  visit("offline_access", self.offline_access);
}

template <class V, Is<Registration> Self>
void fields(V& visit, Self& self) {
  visit("issuer", self.issuer);
  visit("client_id", self.client_id);
  visit("client_secret", self.client_secret);
  visit("auth_method", self.auth_method);
  visit("origin", self.origin);
  visit("redirect_uri", self.redirect_uri);
  visit("expires", self.expires);
}

template <class V, Is<Tokens> Self>
void fields(V& visit, Self& self) {
  visit("issuer", self.issuer);
  visit("access", self.access);
  visit("refresh", self.refresh);
  visit("expires", self.expires);
  visit("scopes", self.scopes);
  visit("generation", self.generation);
}

template <class V, Is<Flow> Self>
void fields(V& visit, Self& self) {
  visit("state", self.state);
  visit("verifier", self.verifier);
  visit("scopes", self.scopes);
  visit("started", self.started);
}

template <class V, Is<ClientState> Self>
void fields(V& visit, Self& self) {
  visit("phase", self.phase);
  visit("server", self.server);
  visit("registration", self.registration);
  visit("tokens", self.tokens);
  visit("flow", self.flow);
  visit("asked", self.asked);
  visit("generations", self.generations);
  visit("attempts", self.attempts);
  visit("step_ups", self.step_ups);
  visit("why", self.why);
}

template <class V, Is<Credentials> Self>
void fields(V& visit, Self& self) {
  visit("issuer", self.issuer);
  visit("client_id", self.client_id);
  visit("client_secret", self.client_secret);
  visit("auth_method", self.auth_method);
}

template <class V, Is<Answered> Self>
void fields(V& visit, Self& self) {
  visit("status", self.status);
  visit("headers", self.headers);
  visit("generation", self.generation);
}

template <class V, Is<SendRequest> Self>
void fields(V& visit, Self& self) {
  visit("headers", self.headers);
  visit("generation", self.generation);
}

template <class T>
concept Listed = requires(T& value, struct Nobody& visit) {
  fields(visit, value);
};

constexpr std::array<std::string_view, 3> origin_names = {"pre_registered", "document", "dynamic"};

std::string_view name_of(Origin origin) { return origin_names[static_cast<std::size_t>(origin)]; }

std::optional<Origin> origin_by_name(std::string_view name) {
  const auto found = std::find(origin_names.begin(), origin_names.end(), name);
  if (found == origin_names.end()) return std::nullopt;
  return static_cast<Origin>(found - origin_names.begin());
}

class Printer {
 public:
  template <class T>
  void operator()(std::string_view name, const T& value) {
    put(name, of(value));
  }
  Json take() && { return std::move(object_); }

  template <Listed T>
  static Json of(const T& value) {
    Printer printer;
    fields(printer, value);
    return std::move(printer.object_);
  }

  template <class T>
  requires std::is_enum_v<T>
  static Json of(T value) { return name_of(value); }

  template <class T>
  static Json of(const std::optional<T>& value) {
    return value ? of(*value) : Json(nullptr);
  }

  static Json of(const wire::Headers& headers) {
    Json::array_t list;
    for (const wire::Header& header : headers) list.push_back(Json::array_t{header.name, header.value});
    return list;
  }
  static Json of(const Json& printed) { return printed; }
  static Json of(const std::string& text) { return text; }
  static Json of(std::string_view text) { return text; }
  static Json of(const Secret& secret) { return secret.expose_for(Reason::performing); }
  static Json of(const ScopeSet& scopes) { return scopes.to_string(); }
  static Json of(UnixSeconds time) { return time.count; }
  static Json of(std::int64_t number) { return number; }
  static Json of(bool value) { return value; }

 private:
  void put(std::string_view name, Json value) { object_.insert_or_assign(std::string(name), std::move(value)); }

  Json::object_t object_;
};

class Reader {
 public:
  explicit Reader(const Json& object) : object_(object) {}

  /// The first member that was not as it has to be; empty: all were.
  const std::string& lost() const { return lost_; }

  template <class T>
  void operator()(std::string_view name, T& into) {
    const Json* value = wire::member(object_, name);
    if (lost_.empty() && (value == nullptr || !take(*value, into))) lost_ = name;
  }

  /// May be missing: then `into` stays as it is.
  template <class T>
  void perhaps(std::string_view name, T& into) {
    if (wire::member(object_, name) != nullptr) (*this)(name, into);
  }

 private:
  template <Listed T>
  static bool take(const Json& from, T& into) {
    Reader reader(from);
    fields(reader, into);
    return reader.lost().empty();
  }

  template <class T>
  static bool take(const Json& from, std::optional<T>& into) {
    if (from.is_null()) return true;  // What is read into is new.
    T value;
    if (!take(from, value)) return false;
    into = std::move(value);
    return true;
  }

  template <class T>
  static bool take(const Json& from, std::vector<T>& into) {
    return from.is_array() && std::all_of(from.begin(), from.end(),
                                          [&into](const Json& element) { return take(element, into.emplace_back()); });
  }

  static bool take(const Json& from, wire::Header& into) {
    if (!from.is_array() || from.size() != 2) return false;
    const auto& two = from.get_ref<const Json::array_t&>();
    return take(two[0], into.name) && take(two[1], into.value);
  }

  static bool take(const Json& from, std::string& into) {
    const auto* text = from.get_ptr<const std::string*>();
    if (text == nullptr) return false;
    into = *text;
    return true;
  }

  static bool take(const Json& from, Secret& into) {
    const auto* text = from.get_ptr<const std::string*>();
    if (text == nullptr) return false;
    into = Secret(*text);
    return true;
  }

  static bool take(const Json& from, ScopeSet& into) {
    const auto* text = from.get_ptr<const std::string*>();
    return text != nullptr && assign(ScopeSet::parse(*text), into);
  }

  static bool take(const Json& from, Phase& into) { return take_word(from, phase_by_name, into); }
  static bool take(const Json& from, ClientRefusal& into) { return take_word(from, refusal_by_name, into); }
  static bool take(const Json& from, AuthMethod& into) { return take_word(from, auth_method_by_name, into); }
  static bool take(const Json& from, Origin& into) { return take_word(from, origin_by_name, into); }
  static bool take(const Json& from, mcp::Version& into) { return take_word(from, mcp::parse_version, into); }

  static bool take(const Json& from, std::int64_t& into) {
    const auto* number = from.get_ptr<const Json::number_integer_t*>();
    if (number != nullptr) into = *number;
    return number != nullptr && *number >= 0;
  }
  static bool take(const Json& from, UnixSeconds& into) { return take(from, into.count); }
  static bool take(const Json& from, int& into) {
    std::int64_t number = 0;
    if (!take(from, number) || number > 999) return false;
    into = static_cast<int>(number);
    return true;
  }

  static bool take(const Json& from, bool& into) {
    if (!from.is_boolean()) return false;
    into = from.get<bool>();
    return true;
  }

  template <class T>
  static bool take_word(const Json& from, std::optional<T> (*by_name)(std::string_view), T& into) {
    const auto* text = from.get_ptr<const std::string*>();
    return text != nullptr && assign(by_name(*text), into);
  }

  template <class T>
  static bool assign(std::optional<T> value, T& into) {
    if (value) into = std::move(*value);
    return value.has_value();
  }

  const Json& object_;
  std::string lost_;
};

wire::Malformed malformed(std::string_view what, std::string_view member) {
  return {std::string("expected ").append(what).append(" as JSON, received something else at ").append(member)};
}

Json print(const Rule& rule) {
  Printer printed;
  printed("phase", rule.phase);
  printed("event", rule.event);
  printed("next", rule.next);
  printed("clause", rule.clause);
  return std::move(printed).take();
}

/// The members of an action beside its name, which comes back.
struct ActionPrinter {
  Printer& printed;

  std::string_view operator()(const SendRequest& send) const {
    fields(printed, send);
    return "send_request";
  }
  std::string_view operator()(const Proceed&) const { return "proceed"; }
  std::string_view operator()(const AwaitUser&) const { return "await_user"; }
  std::string_view operator()(const OpenBrowser& open) const {
    printed("url", open.url);
    return "open_browser";
  }
  std::string_view operator()(const Authorized& authorized) const {
    printed("scopes", authorized.scopes);
    return "authorized";
  }
  std::string_view operator()(const Failed& failed) const {
    printed("why", failed.why);
    printed("clause", clause_of(failed.why));
    printed("detail", failed.detail);
    printed("sentence", sentence_for(failed.why));
    return "failed";
  }
};

Json print(const Action& action) {
  Printer printed;
  printed("action", std::visit(ActionPrinter{printed}, action));
  return std::move(printed).take();
}

}  // namespace

Json print(const ClientState& state) { return Printer::of(state); }

Json print(const ClientStep& step) {
  Json::array_t path;
  for (const Rule& rule : step.path) path.push_back(print(rule));
  Printer printed;
  printed("phase", step.phase);
  printed("path", Json(std::move(path)));
  if (const Needs* needs = step.needs()) printed("needs", codec::print(*needs));
  if (const Advanced* advanced = step.advanced()) {
    printed("state", advanced->state);
    printed("action", print(advanced->action));
  }
  return std::move(printed).take();
}

Result<ClientConfig, wire::Malformed> read_config(const Json& from) {
  Reader reader(from);
  ClientConfig config;
  reader("server_url", config.server_url);
  reader("revision", config.revision);
  reader("redirect_uri", config.redirect_uri);
  reader.perhaps("client_name", config.client_name);
  reader.perhaps("client_uri", config.client_uri);
  reader.perhaps("client_document", config.client_document);
  reader.perhaps("credentials", config.credentials);
  reader.perhaps("egress_exceptions", config.egress.exceptions);
  if (!reader.lost().empty()) return malformed("a client's configuration", reader.lost());
  return config;
}

Result<ClientState, wire::Malformed> read_state(const Json& from) {
  ClientState state;
  if (from.is_null()) return state;
  Reader reader(from);
  fields(reader, state);
  if (!reader.lost().empty()) return malformed("a client's state", reader.lost());
  if (!rests_in(state.phase)) return malformed("a phase to rest in", "phase");
  return state;
}

Result<ClientEvent, wire::Malformed> read_event(const Json& from) {
  Reader reader(from);
  std::string name;
  reader("event", name);
  const auto read = [&](auto event) -> Result<ClientEvent, wire::Malformed> {
    if constexpr (requires { event.url; }) reader("url", event.url);
    if constexpr (requires { event.status; }) fields(reader, event);
    if (!reader.lost().empty()) return malformed("a client's event", reader.lost());
    return ClientEvent(std::move(event));
  };
  if (name == "send") return read(Send{});
  if (name == "answered") return read(Answered{});
  if (name == "called_back") return read(CalledBack{});
  if (name == "gave_up") return read(GaveUp{});
  if (name == "signed_out") return read(SignedOut{});
  return malformed("a client's event", "event");
}

}  // namespace postern::client
