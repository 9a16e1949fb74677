// What is stored: every record, its key, its fields, how long it lives. docs/records.md is the same table for people.
//
// A dump of the store gives an attacker nothing to use: secrets are here only as hashes, and what is sealed or derived
// needs the key ring, which is not in the store.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/time.hpp"
#include "core/flow/scope.hpp"

namespace postern::store {

/// A user of the server's own. Lives until removed.
struct User {
  std::string subject;   ///< Random, for good: a new user of the same name is somebody else.
  std::string name;      ///< What is typed at login.
  std::string password;  ///< PHC string.
  UnixSeconds created;
  std::int64_t epoch = 0;  ///< Counts password changes; a login cookie of an older epoch is void.
  bool one_time = false;   ///< The password was given out: it opens nothing but the page that changes it.

  static std::string key(std::string_view name) { return std::string("user/").append(name); }
  template <class V, class Self>
  static void fields(V& visit, Self& self) {
    visit.field(1, "subject", self.subject);
    visit.field(2, "name", self.name);
    visit.field(3, "password", self.password);
    visit.field(4, "created", self.created);
    visit.field(5, "epoch", self.epoch);
    visit.field(6, "one_time", self.one_time);
  }
};

/// Failed logins under one name, known or not. Lives 15 minutes after the last failure.
struct Throttle {
  std::int64_t failures = 0;
  UnixSeconds closed_until;  ///< No password is looked at before.

  static std::string key(std::string_view name_hash) { return std::string("throttle/").append(name_hash); }
  template <class V, class Self>
  static void fields(V& visit, Self& self) {
    visit.field(1, "failures", self.failures);
    visit.field(2, "closed_until", self.closed_until);
  }
};

/// A registered client (RFC 7591), or what a client ID metadata document said. Lives a day unless it is used; a used one
/// as long as it goes on being used.
struct Client {
  std::string name;                        ///< As it came: hostile text.
  std::string uri;                         ///< client_uri, as it came.
  std::vector<std::string> redirect_uris;  ///< As registered.
  std::string auth_method;                 ///< none, client_secret_basic, client_secret_post, private_key_jwt
  std::string secret_hash;                 ///< SHA-256 of the secret; empty for a public client.
  std::vector<std::string> grant_types;
  UnixSeconds created;
  bool used = false;     ///< A user has allowed something to it.
  UnixSeconds expires;   ///< Of this record; moves while the client goes on being used.
  std::string jwks;      ///< private_key_jwt: the keys, as JSON text; or
  std::string jwks_uri;  ///< where they are.

  static std::string key(std::string_view id) { return std::string("client/").append(id); }
  template <class V, class Self>
  static void fields(V& visit, Self& self) {
    visit.field(1, "name", self.name);
    visit.field(2, "uri", self.uri);
    visit.field(3, "redirect_uris", self.redirect_uris);
    visit.field(4, "auth_method", self.auth_method);
    visit.field(5, "secret_hash", self.secret_hash);
    visit.field(6, "grant_types", self.grant_types);
    visit.field(7, "created", self.created);
    visit.field(8, "used", self.used);
    visit.field(9, "expires", self.expires);
    visit.field(10, "jwks", self.jwks);
    visit.field(11, "jwks_uri", self.jwks_uri);
  }
};

/// An authorization code, under the hash of itself. Good until it expires; the record lives as long as a flow (ten
/// minutes) after that, redeemed or not: a replay must be seen, and a consent form sent again must not make it anew.
struct Code {
  std::string client;
  std::string redirect_uri;
  std::string challenge;  ///< S256 code_challenge.
  std::string resource;
  std::string subject;
  std::string user_name;
  ScopeSet scopes;
  UnixSeconds expires;
  std::string redeemed_by;  ///< The grant that it gave. Empty: not redeemed.
  std::string provider;     ///< Where the user logged in. Empty: here.
  std::string upstream;     ///< What the provider gave: sealed UpstreamTokens (core/oauth/upstream.hpp).

  static std::string key(std::string_view hash) { return std::string("code/").append(hash); }
  template <class V, class Self>
  static void fields(V& visit, Self& self) {
    visit.field(1, "client", self.client);
    visit.field(2, "redirect_uri", self.redirect_uri);
    visit.field(3, "challenge", self.challenge);
    visit.field(4, "resource", self.resource);
    visit.field(5, "subject", self.subject);
    visit.field(6, "user_name", self.user_name);
    visit.field(7, "scopes", self.scopes);
    visit.field(8, "expires", self.expires);
    visit.field(9, "redeemed_by", self.redeemed_by);
    visit.field(10, "provider", self.provider);
    visit.field(11, "upstream", self.upstream);
  }
};

/// An authorization request that was denied, under the hash of itself and of the browser: no page of it can allow it any more.
/// Lives as long as a page.
struct Denial {
  UnixSeconds denied;

  static std::string key(std::string_view hash) { return std::string("denial/").append(hash); }
  template <class V, class Self>
  static void fields(V& visit, Self& self) {
    visit.field(1, "denied", self.denied);
  }
};

/// What a user gave to a client: everything issued hangs on it. Lives as long as its refresh token can; revoked, as
/// long as an access token of it might.
struct Grant {
  std::string client;
  std::string subject;
  std::string user_name;
  ScopeSet scopes;
  std::string resource;
  UnixSeconds created;
  UnixSeconds expires;          ///< Of the refresh token; moves with each rotation.
  std::int64_t generation = 0;  ///< Of the refresh token that is current.
  UnixSeconds previous_until;   ///< Until then generation - 1 gives the current one again.
  std::int64_t state = 0;       ///< core/oauth/grant.hpp: GrantState.
  UnixSeconds used;             ///< Last use of a token of it, to within an hour.
  std::string provider;         ///< Where the user logged in. Empty: here.
  UnixSeconds verified;         ///< The provider last said that its own grant lives.
  UnixSeconds check_due;        ///< From then on it is asked again.

  static std::string key(std::string_view id) { return std::string("grant/").append(id); }
  template <class V, class Self>
  static void fields(V& visit, Self& self) {
    visit.field(1, "client", self.client);
    visit.field(2, "subject", self.subject);
    visit.field(3, "user_name", self.user_name);
    visit.field(4, "scopes", self.scopes);
    visit.field(5, "resource", self.resource);
    visit.field(6, "created", self.created);
    visit.field(7, "expires", self.expires);
    visit.field(8, "generation", self.generation);
    visit.field(9, "previous_until", self.previous_until);
    visit.field(10, "state", self.state);
    visit.field(11, "used", self.used);
    visit.field(12, "provider", self.provider);
    visit.field(13, "verified", self.verified);
    visit.field(14, "check_due", self.check_due);
  }
};

/// A login that is on its way through a provider, under the hash of its `state`. Made only when the user has allowed the
/// client; lives as long as a flow, used or not: a second callback must be seen.
struct Pending {
  std::string flow;      ///< ConsentFlow::id; code, state, verifier and nonce are MACs of it.
  std::string query;     ///< Of the authorization request. Empty: a login to the account page.
  std::string provider;  ///< Provider::id
  ScopeSet scopes;       ///< As shown and allowed.
  std::string browser;   ///< Browser::hash(): whoever allowed has to be who comes back.
  UnixSeconds expires;
  bool used = false;

  static std::string key(std::string_view state_hash) { return std::string("pending/").append(state_hash); }
  template <class V, class Self>
  static void fields(V& visit, Self& self) {
    visit.field(1, "flow", self.flow);
    visit.field(2, "query", self.query);
    visit.field(3, "provider", self.provider);
    visit.field(4, "scopes", self.scopes);
    visit.field(5, "browser", self.browser);
    visit.field(6, "expires", self.expires);
    visit.field(7, "used", self.used);
  }
};

/// What a provider gave for one grant. Lives as long as the grant.
struct Upstream {
  std::string provider;
  std::string tokens;   ///< Sealed UpstreamTokens (core/oauth/upstream.hpp).
  UnixSeconds expires;  ///< The provider's access token does; zero: it does not say.

  static std::string key(std::string_view grant) { return std::string("upstream/").append(grant); }
  template <class V, class Self>
  static void fields(V& visit, Self& self) {
    visit.field(1, "provider", self.provider);
    visit.field(2, "tokens", self.tokens);
    visit.field(3, "expires", self.expires);
  }
};

/// A public document of another server (discovery, keys), under the hash of its URL. Lives a day after it was fresh.
struct Document {
  std::string url;
  std::string body;  ///< JSON text, checked.
  UnixSeconds fetched;
  UnixSeconds fresh_until;
  UnixSeconds refetched;  ///< Last time that it was read again before its time, or that reading it failed.

  static std::string key(std::string_view url_hash) { return std::string("document/").append(url_hash); }
  template <class V, class Self>
  static void fields(V& visit, Self& self) {
    visit.field(1, "url", self.url);
    visit.field(2, "body", self.body);
    visit.field(3, "fetched", self.fetched);
    visit.field(4, "fresh_until", self.fresh_until);
    visit.field(5, "refetched", self.refetched);
  }
};

/// A client's signed assertion that was used, under the hash of client and jti: it does not come twice. Lives until the
/// assertion expires.
struct Assertion {
  UnixSeconds expires;

  static std::string key(std::string_view hash) { return std::string("assertion/").append(hash); }
  template <class V, class Self>
  static void fields(V& visit, Self& self) {
    visit.field(1, "expires", self.expires);
  }
};

/// What the authorization server elsewhere said about a token (RFC 7662), under the token's hash. Lives 15 seconds.
struct Introspection {
  std::string body;  ///< Its answer, JSON text.

  static std::string key(std::string_view token_hash) { return std::string("introspection/").append(token_hash); }
  template <class V, class Self>
  static void fields(V& visit, Self& self) {
    visit.field(1, "body", self.body);
  }
};

/// Which grants a user has given: one empty record for each, found by scanning `grant-of/<subject>/`.
struct GrantOf {
  UnixSeconds created;

  static std::string prefix(std::string_view subject) { return std::string("grant-of/").append(subject) + '/'; }
  static std::string key(std::string_view subject, std::string_view grant) { return prefix(subject).append(grant); }
  template <class V, class Self>
  static void fields(V& visit, Self& self) {
    visit.field(1, "created", self.created);
  }
};

/// An MCP session of the revisions up to 2025-11-25, under the hash of its id. Lives 24 hours after its last renewal.
struct Session {
  std::string subject;  ///< Bound to its owner: subject and client.
  std::string client;
  std::string protocol_version;
  std::string client_capabilities;  ///< JSON text of `capabilities` as the client sent it.
  std::string log_level;            ///< Empty: not set.
  std::vector<std::string> subscriptions;
  UnixSeconds renewed;

  static std::string key(std::string_view hash) { return std::string("session/").append(hash); }
  template <class V, class Self>
  static void fields(V& visit, Self& self) {
    visit.field(1, "subject", self.subject);
    visit.field(2, "client", self.client);
    visit.field(3, "protocol_version", self.protocol_version);
    visit.field(4, "client_capabilities", self.client_capabilities);
    visit.field(5, "log_level", self.log_level);
    visit.field(6, "subscriptions", self.subscriptions);
    visit.field(7, "renewed", self.renewed);
  }
};

/// A note of a user (the default server's tools). Lives until deleted.
struct Note {
  std::string title;
  std::string text;
  UnixSeconds updated;

  static std::string prefix(std::string_view subject) { return std::string("note/").append(subject) + '/'; }
  static std::string key(std::string_view subject, std::string_view id) { return prefix(subject).append(id); }
  template <class V, class Self>
  static void fields(V& visit, Self& self) {
    visit.field(1, "title", self.title);
    visit.field(2, "text", self.text);
    visit.field(3, "updated", self.updated);
  }
};

/// What a list of notes shows, beside each note: lists need not read the texts. Lives as long as its note.
struct NoteTitle {
  std::string title;
  UnixSeconds updated;

  static std::string prefix(std::string_view subject) { return std::string("note-title/").append(subject) + '/'; }
  static std::string key(std::string_view subject, std::string_view id) { return prefix(subject).append(id); }
  template <class V, class Self>
  static void fields(V& visit, Self& self) {
    visit.field(1, "title", self.title);
    visit.field(2, "updated", self.updated);
  }
};

}  // namespace postern::store
