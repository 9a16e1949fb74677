// Dynamic registration, bounded by construction: the same public client always comes to the same row, and a row that no
// user has allowed anything goes away by itself.
#include "core/crypto/hash.hpp"
#include "core/oauth/client_metadata.hpp"
#include "core/oauth/endpoints.hpp"
#include "core/oauth/replies.hpp"
#include "core/store/record.hpp"
#include "core/store/records.hpp"
#include "core/wire/base64.hpp"
#include "core/wire/json.hpp"

namespace postern::oauth {
namespace {

constexpr std::string_view what = "client.register";

Outcome register_public(const Authority& authority, const ClientMetadata& metadata, const Facts& facts);
Outcome register_confidential(const Authority& authority, const ClientMetadata& metadata, const Facts& facts);
Reply registered(const ClientMetadata& metadata, const std::string& id, UnixSeconds created, const Secret& secret);

}  // namespace

Outcome register_client(const Authority& authority, const HttpRequest& request, const Facts& facts) {
  if (request.method != "POST") return refuse_method(what, request, "POST");
  const auto metadata = read_client_metadata(authority, request);
  if (!metadata) return refuse_json(what, metadata.error());
  return metadata->auth_method == "none" ? register_public(authority, *metadata, facts)
                                         : register_confidential(authority, *metadata, facts);
}

namespace {

Outcome register_public(const Authority& authority, const ClientMetadata& metadata, const Facts& facts) {
  Ask ask{facts};
  const std::string id = public_client_id(metadata);
  const auto known = store::load<store::Client>(ask, store::Client::key(id));
  if (ask.pending()) return ask.needs();

  Commit commit;
  store::Client client = known ? *known : record_of(metadata, authority.lifetimes, facts.now());
  const Seconds life = client.used ? authority.lifetimes.used_client : authority.lifetimes.unused_client;
  if (!known) {
    store::create(commit, known.key(), client, client.expires);
  } else if ((client.expires - facts.now()).count * 2 < life.count) {
    client.expires = facts.now() + life;
    store::replace(commit, known, client, client.expires);
  }
  return Answer{registered(metadata, id, client.created, {}),
                std::move(commit.durable()),
                {},
                {AuditEvent{std::string(what), known ? "ok_known" : "ok", id, {}, metadata.left_out}}};
}

Outcome register_confidential(const Authority& authority, const ClientMetadata& metadata, const Facts& facts) {
  const std::string id = wire::identifier(facts.draw("client id").substr(0, 16));
  store::Client client = record_of(metadata, authority.lifetimes, facts.now());
  Secret secret;  // Whoever signs has none.
  if (metadata.auth_method != "private_key_jwt") {
    secret = Secret(wire::base64url(facts.draw("client secret")));
    client.secret_hash = crypto::sha256(secret.expose_for(Reason::hashing));
  }
  Commit commit;
  store::create(commit, store::Client::key(id), client, client.expires);
  return Answer{registered(metadata, id, client.created, secret),
                std::move(commit.durable()),
                {},
                {AuditEvent{std::string(what), "ok", id, {}, metadata.left_out}}};
}

// RFC 7591 s. 3.2.1: what was registered, with the redirect URIs exactly as they were sent, and only those.
Reply registered(const ClientMetadata& metadata, const std::string& id, UnixSeconds created, const Secret& secret) {
  Json uris = Json::array();
  for (const wire::RedirectUri& uri : metadata.redirect_uris) uris.push_back(uri.text());
  Json body{
      {"client_id", id},
      {"client_id_issued_at", created.count},
      {"redirect_uris", std::move(uris)},
      {"token_endpoint_auth_method", metadata.auth_method},
      {"grant_types", Json::array({"authorization_code", "refresh_token"})},
      {"response_types", Json::array({"code"})},
  };
  if (!metadata.scopes.empty()) body["scope"] = metadata.scopes.to_string();
  if (!metadata.name.empty()) body["client_name"] = metadata.name;
  if (!metadata.uri.empty()) body["client_uri"] = metadata.uri;
  if (!metadata.jwks_uri.empty()) body["jwks_uri"] = metadata.jwks_uri;
  if (const auto keys = wire::parse_json(metadata.jwks)) body["jwks"] = *keys;
  if (!secret.empty()) {
    body["client_secret"] = secret.expose_for(Reason::sending_to_its_owner);
    body["client_secret_expires_at"] = 0;  // It does not expire before its registration does.
  }
  return json_reply(201, body);
}

}  // namespace
}  // namespace postern::oauth
