// The authorization server elsewhere: it has the users and issues the tokens; this server only judges them. No token of
// ours is issued then, and none of theirs is passed on.
//
// Theory. The resource's metadata name that server, and clients go there by themselves. Its access tokens are judged here:
// signed ones (RFC 9068) by its keys, others by asking it (RFC 7662). Clients of MCP 2025-03-26 look for everything at the
// root of this host: they find its metadata there, are led on from /authorize, and /token and /register hand on what they
// send to it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.hpp"
#include "core/base/result.hpp"
#include "core/base/secret.hpp"
#include "core/flow/ask.hpp"
#include "core/flow/commit.hpp"

namespace postern::oauth {

struct External {
  std::string issuer;  ///< As its tokens and its metadata name it. https, or http on loopback.
  /// RFC 7662: where tokens are asked about. Empty: tokens are JWTs (RFC 9068) and judged by the issuer's keys.
  std::string introspection_url;
  std::string client_id;  ///< Of ours there, for introspection.
  Secret client_secret;
  std::string audience;                 ///< That tokens must name. Empty: our resource.
  std::vector<std::string> algorithms;  ///< Of JWTs: ES256, RS256, PS256. Empty: all of these.
  /// `typ` of JWTs, without "application/", in any case. Empty: at+jwt (RFC 9068 s. 2.1). Another one has to be asked for: an ID token
  /// is a JWT of the same issuer.
  std::vector<std::string> token_types;
  std::string subject_claim;  ///< Empty: sub.
  std::string
      name_claim;  ///< For people; empty: preferred_username, name, email, the subject, the first that is there.
};

/// The reason, in one line, why it can't be used; or with its defaults filled in.
Result<External, std::string> complete(External external);

/// What its metadata say.
struct ExternalServer {
  std::string authorize;
  std::string token;
  std::string registration;  ///< Empty: it registers nobody.
  std::string keys;          ///< Empty: it publishes none.
  Json document;             ///< All of it.
};

/// Where it is, by its own document. The error: why that is not known, in words. It means nothing while `ask.pending()`.
Result<ExternalServer, std::string> external_server(const External& external, Ask& ask, Commit& commit);

}  // namespace postern::oauth
