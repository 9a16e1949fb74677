#include "core/oauth/client_document.hpp"

#include <algorithm>

#include "core/oauth/client_metadata.hpp"
#include "core/oauth/documents.hpp"
#include "core/store/record.hpp"
#include "core/wire/json.hpp"
#include "core/wire/text.hpp"
#include "core/wire/uri.hpp"

namespace postern::oauth {
namespace {

constexpr std::size_t longest_id = 1024;
// Section 4.2 of the draft: no error is kept; a document that is not good is not kept either.
constexpr DocumentLimits limits{5 << 10, 3000, false};
constexpr std::string_view way_out =
    "; where this server has no way out to the Internet, whoever runs it starts it with --client-documents=false, and "
    "applications register here instead";

/// Why this id is none that a document may lie at.
std::optional<std::string> judge_id(const Authority& authority, std::string_view client_id);
Result<store::Client, Refused> read_client_document(const Authority& authority, std::string_view client_id,
                                                    const Json& document, UnixSeconds now);
/// token_endpoint_auth_method; where that is none of the two that a public document can have, the better one of
/// token_endpoint_auth_methods_supported (OpenID Connect RP Metadata Choices 1.0): a signature where there are keys to
/// check it by, since a client is held to what is chosen here. Nothing said: none (MCP 2025-11-25).
Json auth_method_of(const Json& document);
/// "d" is the private part of every asymmetric key, "k" a symmetric one (RFC 7518 s. 6).
bool holds_secret_key(const Json& document);
Refused bad_document(std::string_view client_id, std::string detail);
/// The record says what the document says; how it was used stays.
void keep(ClientLookup& lookup, const store::Found<store::Client>& kept, const Lifetimes& lifetimes, UnixSeconds now);
bool same_metadata(const store::Client& left, const store::Client& right);

}  // namespace

bool names_document(std::string_view client_id) {
  return client_id.starts_with("https://") || client_id.starts_with("http://");
}

ClientLookup find_client(const Authority& authority, std::string_view client_id, Ask& ask) {
  ClientLookup lookup;
  if (!names_document(client_id)) {
    if (const auto kept = store::load<store::Client>(ask, store::Client::key(client_id))) lookup.client = *kept;
    return lookup;
  }
  if (!authority.client_documents) return lookup;  // Not even one whose record is left from another configuration.
  if (auto problem = judge_id(authority, client_id)) {
    lookup.refused = bad_document(client_id, std::move(*problem));
    return lookup;
  }
  const auto kept = store::load<store::Client>(ask, store::Client::key(client_id));
  const auto found = document(ask, lookup.commit, client_id, Reach::stranger, Freshness::cached, limits);
  if (ask.pending()) return lookup;
  if (!found) {
    std::string detail = "the client's metadata document: " + std::string(found.error().why);
    if (found.error().unreachable) detail += way_out;
    lookup.refused = bad_document(client_id, std::move(detail));
    return lookup;
  }
  auto client = read_client_document(authority, client_id, *found, ask.facts().now());
  if (!client) {
    lookup.commit = {};
    lookup.refused = client.error();
    return lookup;
  }
  lookup.client = std::move(client).value();
  keep(lookup, kept, authority.lifetimes, ask.facts().now());
  return lookup;
}

namespace {

// Section 3 of the draft. Only what can be wrong with the text; where it leads is for the egress policy to judge.
std::optional<std::string> judge_id(const Authority& authority, std::string_view client_id) {
  if (client_id.size() > longest_id) return "expected a client_id of at most 1024 bytes";
  const auto uri = wire::Uri::parse(client_id);
  if (!uri || uri->scheme != "https") return "expected an https URL as client_id";
  if (uri->path.size() < 2) return "expected a client_id with a path";
  if (uri->userinfo || uri->fragment || wire::has_dot_segment(uri->path)) {
    return "expected a client_id without user, fragment and dot segments";
  }
  // Asked for its own authorization endpoint, with another such URL in it, this server would ask itself on and on.
  const auto own = wire::Uri::parse(authority.issuer);
  if (own && own->origin() == uri->origin() && uri->path.starts_with(authority.path + '/')) {
    return "expected a client_id that lies elsewhere";
  }
  const auto& hosts = authority.client_hosts;
  if (!hosts.empty() && std::find(hosts.begin(), hosts.end(), uri->host) == hosts.end()) {
    return "clients of " + wire::display_name(uri->host, 100) + " are not let in here";
  }
  return std::nullopt;
}

// Section 4: it names itself, and shares no secret with anybody, since anybody can read it.
Result<store::Client, Refused> read_client_document(const Authority& authority, std::string_view client_id,
                                                    const Json& document, UnixSeconds now) {
  const std::string* itself = wire::string_member(document, "client_id");
  if (itself == nullptr || *itself != client_id) {
    return bad_document(client_id, "expected the client_id in the document to be its own URL");
  }
  if (wire::member(document, "client_secret") != nullptr ||
      wire::member(document, "client_secret_expires_at") != nullptr) {
    return bad_document(client_id, "expected no client_secret in a public document");
  }
  if (holds_secret_key(document)) return bad_document(client_id, "expected no private key in a public document");
  Json described = document;
  described["token_endpoint_auth_method"] = auth_method_of(document);
  const auto metadata = client_metadata_of(authority, described);
  if (!metadata) return bad_document(client_id, metadata.error().detail);
  if (metadata->auth_method != "none" && metadata->auth_method != "private_key_jwt") {
    return bad_document(client_id, "expected token_endpoint_auth_method none or private_key_jwt");
  }
  return record_of(*metadata, authority.lifetimes, now);
}

Json auth_method_of(const Json& document) {
  const Json* one = wire::member(document, "token_endpoint_auth_method");
  if (one != nullptr && (*one == "none" || *one == "private_key_jwt")) return *one;
  const Json otherwise = one == nullptr || one->is_null() ? Json("none") : *one;
  const Json* several = wire::array_member(document, "token_endpoint_auth_methods_supported");
  if (several == nullptr) return otherwise;
  const auto offers = [several](std::string_view method) {
    return std::find(several->begin(), several->end(), Json(method)) != several->end();
  };
  const bool has_keys = wire::member(document, "jwks") != nullptr || wire::member(document, "jwks_uri") != nullptr;
  if (has_keys && offers("private_key_jwt")) return "private_key_jwt";
  if (offers("none")) return "none";
  return several->empty() ? otherwise : several->front();  // refused by its name
}

bool holds_secret_key(const Json& document) {
  const Json* set = wire::object_member(document, "jwks");
  const Json* keys = set == nullptr ? nullptr : wire::array_member(*set, "keys");
  return keys != nullptr && std::any_of(keys->begin(), keys->end(), [](const Json& key) {
           return wire::member(key, "d") != nullptr || wire::member(key, "k") != nullptr;
         });
}

Refused bad_document(std::string_view client_id, std::string detail) {
  return Refused{Refusal::bad_client_document, std::move(detail), wire::display_name(client_id, 200)};
}

void keep(ClientLookup& lookup, const store::Found<store::Client>& kept, const Lifetimes& lifetimes, UnixSeconds now) {
  store::Client& client = *lookup.client;
  if (kept) {
    client.created = kept->created;
    client.used = kept->used;
    client.expires = kept->expires;
    const Seconds life = kept->used ? lifetimes.used_client : lifetimes.unused_client;
    const bool lives_long = (kept->expires - now).count * 2 >= life.count;
    if (lives_long && same_metadata(client, *kept)) return;
    if (!lives_long) client.expires = now + life;
  }
  store::replace(lookup.commit, kept, client, client.expires);
}

bool same_metadata(const store::Client& left, const store::Client& right) {
  return left.name == right.name && left.uri == right.uri && left.redirect_uris == right.redirect_uris &&
         left.auth_method == right.auth_method && left.jwks == right.jwks && left.jwks_uri == right.jwks_uri;
}

}  // namespace
}  // namespace postern::oauth
