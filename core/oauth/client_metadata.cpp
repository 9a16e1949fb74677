#include "core/oauth/client_metadata.hpp"

#include <algorithm>
#include <optional>

#include "core/crypto/hash.hpp"
#include "core/oauth/jwks.hpp"
#include "core/oauth/requested_scopes.hpp"
#include "core/wire/base64.hpp"
#include "core/wire/http.hpp"
#include "core/wire/json.hpp"
#include "core/wire/text.hpp"

namespace postern::oauth {
namespace {

constexpr std::size_t most_redirect_uris = 20;
constexpr std::size_t max_listed = 500;  // Those that count once, and those that are left out, among them.
constexpr std::size_t max_told = 3;      // Of those that are left out.
constexpr std::size_t longest_uri = 2048;
constexpr std::size_t longest_name = 200;
constexpr std::size_t largest_key_set = 8 << 10;

std::optional<Refused> read_redirects(const Authority& authority, const Json& body, ClientMetadata& metadata);
Result<wire::RedirectUri, std::string> read_redirect(const Authority& authority, const std::string& text);
/// What is the same for every port of a loopback URI, sorted, each once.
std::vector<std::string> distinct(const std::vector<wire::RedirectUri>& uris);
std::vector<std::string> kept_texts(const std::vector<wire::RedirectUri>& uris);
std::optional<Refused> read_auth_method(const Json& body, ClientMetadata& metadata);
/// RFC 7591 s. 2: by value or by reference, not both; needed for private_key_jwt.
std::optional<Refused> read_keys(const Json& body, ClientMetadata& metadata);
std::optional<Refused> read_name_and_uri(const Json& body, ClientMetadata& metadata);
std::optional<Refused> read_scope(const Authority& authority, const Json& body, ClientMetadata& metadata);
/// Where the member is there, it is an array of strings with `needed` among them.
std::optional<Refused> check_types(const Json& body, std::string_view name, std::string_view needed);
Refused wrong_type(std::string_view name, std::string_view expected, const Json& received);
std::string cut(std::string_view text, std::size_t bytes);

}  // namespace

Result<ClientMetadata, Refused> read_client_metadata(const Authority& authority, const HttpRequest& request) {
  const auto body = read_metadata_body(request);
  if (!body) return body.error();
  auto metadata = client_metadata_of(authority, *body);
  if (!metadata) return metadata.error();
  if (auto refused = read_scope(authority, *body, metadata.value())) return *refused;
  return metadata;
}

Result<Json, Refused> read_metadata_body(const HttpRequest& request) {
  const std::string* field = wire::find_header(request.headers, "Content-Type");
  const auto type = field == nullptr ? std::nullopt : wire::parse_media_type(*field);
  if (!type || type->type != "application/json") {
    return Refused{Refusal::malformed_metadata, "expected Content-Type application/json, received " +
                                                    (field == nullptr ? "none" : wire::display_name(*field))};
  }
  auto body = wire::parse_json(request.body);
  if (!body) return Refused{Refusal::malformed_metadata, body.error().what};
  return std::move(body).value();
}

Result<ClientMetadata, Refused> client_metadata_of(const Authority& authority, const Json& body) {
  if (!body.is_object()) return wrong_type("the body", "an object", body);
  ClientMetadata metadata;
  if (auto refused = read_redirects(authority, body, metadata)) return *refused;
  if (auto refused = read_auth_method(body, metadata)) return *refused;
  if (auto refused = read_keys(body, metadata)) return *refused;
  if (auto refused = check_types(body, "grant_types", "authorization_code")) return *refused;
  if (auto refused = check_types(body, "response_types", "code")) return *refused;
  if (auto refused = read_name_and_uri(body, metadata)) return *refused;
  return metadata;
}

store::Client record_of(const ClientMetadata& metadata, const Lifetimes& lifetimes, UnixSeconds now) {
  store::Client client;
  client.name = metadata.name;
  client.uri = metadata.uri;
  client.redirect_uris = kept_texts(metadata.redirect_uris);
  client.auth_method = metadata.auth_method;
  client.grant_types = {"authorization_code", "refresh_token"};
  client.jwks = metadata.jwks;
  client.jwks_uri = metadata.jwks_uri;
  client.created = now;
  client.expires = now + lifetimes.unused_client;
  return client;
}

std::string public_client_id(const ClientMetadata& metadata) {
  const Json canonical{"public client", metadata.name, metadata.uri, distinct(metadata.redirect_uris)};
  return wire::identifier(crypto::sha256(wire::dump_json(canonical)));
}

namespace {

std::optional<Refused> read_redirects(const Authority& authority, const Json& body, ClientMetadata& metadata) {
  const Json* list = wire::member(body, "redirect_uris");
  if (list == nullptr) return Refused{Refusal::no_redirect_uri, "expected redirect_uris, received none"};
  if (!list->is_array()) {
    return Refused{Refusal::bad_redirect_uri, wrong_type("redirect_uris", "an array of strings", *list).detail};
  }
  if (list->empty()) return Refused{Refusal::no_redirect_uri, "expected at least one redirect URI, received none"};
  const auto too_many = [](std::size_t received) {
    return Refused{Refusal::bad_redirect_uri,
                   "expected at most 20 redirect URIs, received " + std::to_string(received)};
  };
  if (list->size() > max_listed) return too_many(list->size());
  std::vector<std::string> problems;
  for (const Json& element : *list) {
    const auto* text = element.get_ptr<const std::string*>();
    if (text == nullptr) {
      return Refused{Refusal::bad_redirect_uri, wrong_type("a redirect URI", "a string", element).detail};
    }
    auto uri = read_redirect(authority, *text);
    if (uri) {
      metadata.redirect_uris.push_back(std::move(uri).value());
    } else {
      problems.push_back(uri.error());
    }
  }
  if (metadata.redirect_uris.empty()) return Refused{Refusal::bad_redirect_uri, problems.front()};
  const std::size_t count = distinct(metadata.redirect_uris).size();
  if (count > most_redirect_uris) return too_many(count);
  if (!problems.empty()) metadata.left_out = "left out " + std::to_string(problems.size()) + " redirect URIs";
  for (std::size_t i = 0; i < std::min(problems.size(), max_told); ++i) metadata.left_out += "; " + problems[i];
  return std::nullopt;
}

Result<wire::RedirectUri, std::string> read_redirect(const Authority& authority, const std::string& text) {
  if (text.size() > longest_uri) {
    return "expected a redirect URI of at most 2048 bytes, received " + std::to_string(text.size());
  }
  auto uri = wire::RedirectUri::parse(text, {authority.allow_private_use_redirects});
  if (!uri) return uri.error().what + ": " + wire::display_name(text, 100);
  return std::move(uri).value();
}

std::vector<std::string> distinct(const std::vector<wire::RedirectUri>& uris) {
  std::vector<std::string> texts;
  for (const wire::RedirectUri& uri : uris) texts.push_back(uri.without_loopback_port());
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
  return texts;
}

// The first of each that differs in more than a loopback port, and of the others as many as there is room for: who sent
// several has more than one here, so that a request without redirect_uri stays ambiguous (OAuth 2.1 s. 4.1.1).
std::vector<std::string> kept_texts(const std::vector<wire::RedirectUri>& uris) {
  std::vector<std::string> missing = distinct(uris);
  std::size_t spare = most_redirect_uris - std::min(most_redirect_uris, missing.size());
  std::vector<std::string> texts;
  for (const wire::RedirectUri& uri : uris) {
    const auto first = std::find(missing.begin(), missing.end(), uri.without_loopback_port());
    if (first != missing.end()) {
      missing.erase(first);
    } else if (spare == 0) {
      continue;
    } else {
      --spare;
    }
    texts.push_back(uri.text());
  }
  return texts;
}

std::optional<Refused> read_auth_method(const Json& body, ClientMetadata& metadata) {
  metadata.auth_method = "client_secret_basic";
  const Json* method = wire::member(body, "token_endpoint_auth_method");
  if (method == nullptr || method->is_null()) return std::nullopt;
  const auto* text = method->get_ptr<const std::string*>();
  if (text == nullptr) return wrong_type("token_endpoint_auth_method", "a string", *method);
  for (const std::string_view known : {"none", "client_secret_basic", "client_secret_post", "private_key_jwt"}) {
    if (*text != known) continue;
    metadata.auth_method = known;
    return std::nullopt;
  }
  return Refused{Refusal::unsupported_auth_method,
                 "expected token_endpoint_auth_method none, client_secret_basic, client_secret_post or "
                 "private_key_jwt, received " +
                     wire::display_name(*text)};
}

std::optional<Refused> read_keys(const Json& body, ClientMetadata& metadata) {
  if (metadata.auth_method != "private_key_jwt") return std::nullopt;
  const Json* keys = wire::member(body, "jwks");
  const std::string* uri = wire::string_member(body, "jwks_uri");
  if ((keys != nullptr) == (uri != nullptr)) {
    return Refused{Refusal::malformed_metadata, "expected jwks or jwks_uri for private_key_jwt"};
  }
  if (uri != nullptr) {
    const auto parsed = wire::Uri::parse(*uri);
    if (uri->size() > longest_uri || !parsed || parsed->scheme != "https") {
      return Refused{Refusal::malformed_metadata, "expected jwks_uri as an https URL"};
    }
    metadata.jwks_uri = *uri;
    return std::nullopt;
  }
  metadata.jwks = wire::dump_json(*keys);
  if (metadata.jwks.size() > largest_key_set || read_jwks(*keys).empty()) {
    return Refused{Refusal::malformed_metadata, "expected jwks with a public key for ES256, RS256 or PS256"};
  }
  return std::nullopt;
}

std::optional<Refused> read_name_and_uri(const Json& body, ClientMetadata& metadata) {
  for (const std::string_view name : {"client_name", "client_uri"}) {
    const Json* value = wire::member(body, name);
    if (value == nullptr || value->is_null()) continue;
    const auto* text = value->get_ptr<const std::string*>();
    if (text == nullptr) return wrong_type(name, "a string", *value);
    (name == "client_name" ? metadata.name : metadata.uri) = *text;
  }
  metadata.name = cut(metadata.name, longest_name);
  if (metadata.uri.empty()) return std::nullopt;
  const auto uri = wire::Uri::parse(metadata.uri);
  if (metadata.uri.size() > longest_uri || !uri || (uri->scheme != "https" && uri->scheme != "http")) {
    return Refused{Refusal::malformed_metadata,
                   "expected client_uri as an http or https URL, received " + wire::display_name(metadata.uri, 100)};
  }
  return std::nullopt;
}

std::optional<Refused> read_scope(const Authority& authority, const Json& body, ClientMetadata& metadata) {
  const Json* value = wire::member(body, "scope");
  if (value == nullptr || value->is_null()) return std::nullopt;
  const auto* text = value->get_ptr<const std::string*>();
  if (text == nullptr) return wrong_type("scope", "a string", *value);
  auto known = known_scopes(authority, *text);
  if (!known) return Refused{Refusal::malformed_metadata, known.error().detail};
  if (text->find_first_not_of(' ') == std::string::npos) return std::nullopt;
  metadata.scopes = known->empty() ? authority.default_scopes : std::move(known).value();
  return std::nullopt;
}

std::optional<Refused> check_types(const Json& body, std::string_view name, std::string_view needed) {
  const Json* list = wire::member(body, name);
  if (list == nullptr || list->is_null()) return std::nullopt;
  if (!list->is_array()) return wrong_type(name, "an array of strings", *list);
  bool there = false;
  for (const Json& element : *list) {
    const auto* text = element.get_ptr<const std::string*>();
    if (text == nullptr) return wrong_type(name, "an array of strings", element);
    there = there || *text == needed;
  }
  // RFC 7591 s. 2: what more is asked for is left out of the answer, which tells what was registered.
  if (there) return std::nullopt;
  return Refused{Refusal::unsupported_metadata, "expected " + std::string(name) + " with " + std::string(needed) +
                                                    ", received " + wire::display_name(wire::dump_json(*list), 100)};
}

Refused wrong_type(std::string_view name, std::string_view expected, const Json& received) {
  return Refused{Refusal::malformed_metadata, "expected " + std::string(name) + " as " + std::string(expected) +
                                                  ", received " + received.type_name()};
}

std::string cut(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return std::string(text);
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xc0) == 0x80) --bytes;
  return std::string(text.substr(0, bytes));
}

}  // namespace
}  // namespace postern::oauth
