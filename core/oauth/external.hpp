// The authorization server elsewhere: it has the users and issues the tokens; this server only judges them. No token of
// ours is issued then, and none of theirs is passed on.
#pragma once

#include <string>
#include <vector>

#include "core/base/secret.hpp"

namespace postern::oauth {

struct External {
  std::string issuer;  ///< As its tokens and its metadata name it. https, or http on loopback.
  /// RFC 7662: where tokens are asked about. Empty: tokens are JWTs (RFC 9068) and judged by the issuer's keys.
  std::string introspection_url;
  std::string client_id;  ///< Of ours there, for introspection.
  Secret client_secret;
  std::string audience;                 ///< That tokens must name. Empty: our resource.
  std::vector<std::string> algorithms;  ///< Of JWTs: ES256, RS256, PS256. Empty: all of these.
  std::string subject_claim = "sub";
  std::string name_claim;  ///< For people; empty: preferred_username, name, email, sub, the first that is there.
};

}  // namespace postern::oauth
