// What the operator sees and ends, for the command line: evaluations like any endpoint, driven by the same loop.
//
// The answer's reply is for the program that asked: status 200, or 400, 404 with {"error": "<one line>"}.
#pragma once

#include <string>
#include <string_view>

#include "core/flow/facts.hpp"
#include "core/flow/outcome.hpp"
#include "core/oauth/authority.hpp"

namespace postern::oauth {

/// Which grants. What is empty does not matter; all empty: every one.
struct GrantChoice {
  std::string id;
  std::string user;  ///< A user's name, whoever said so (this server, or a provider), or a subject.
  std::string client;
};

/// 200 {"grants": [{"id", "user", "subject", "client", "client_name", "scopes", "granted", "used", "provider"}],
/// "more": bool}: those that are alive, in the order of their ids; times in seconds.
Outcome list_grants(const GrantChoice& choice, const Facts& facts);

/// 200 {"ended": n}: up to 200 of them end in one commit; the caller goes on until it ends none. 404: `choice.id` is no
/// living grant's.
Outcome revoke_grants(const GrantChoice& choice, const Lifetimes& lifetimes, const Facts& facts);

/// 200 {"clients": [{"id", "name", "redirect_uris", "auth_method", "created", "used", "grants"}], "more": bool}.
Outcome list_clients(const Facts& facts);

/// 200 {"ended": n}: the client is gone, and up to 200 of its grants are. From then on nothing is issued to it, so the
/// caller then calls `revoke_grants` until it ends none. 404: there is none.
Outcome remove_client(std::string_view id, const Lifetimes& lifetimes, const Facts& facts);

}  // namespace postern::oauth
