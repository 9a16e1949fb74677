// A client that proves itself by its signature: private_key_jwt. RFC 7521 s. 4.2, RFC 7523 s. 2.2 and 3.
//
// Theory. The proof is a step before the endpoint: it is judged by the keys that the client's record names, and its jti
// is written with the endpoint's answer, whatever that is, so that it never comes twice. What is left for the endpoint
// is what it checks of every client: that this is the method that was registered.
#pragma once

#include <optional>
#include <string_view>
#include <utility>

#include "core/flow/ask.hpp"
#include "core/flow/commit.hpp"
#include "core/oauth/authority.hpp"
#include "core/oauth/client_auth.hpp"
#include "core/oauth/refusal.hpp"

namespace postern::oauth {

struct AssertionProof {
  bool proved = false;
  std::optional<Refused> refused = {};
  Commit commit = {};  ///< To be joined to the answer, whatever it is.
};

/// Proves credentials whose method is private_key_jwt: signed by a key of the client, from it and about it, for this
/// issuer or its token endpoint, for five minutes at most, never seen before. It means nothing while `ask.pending()`.
/// Credentials of another method need no proof here, and nothing is asked for.
AssertionProof prove_assertion(const Authority& authority, const ClientCredentials& credentials, Ask& ask);

/// `needs`, and the records that the endpoint would load: to save rounds they are read while the proof is still made.
/// Nothing else is done for who has proved nothing yet.
Outcome with_loads_of(const Outcome& endpoint, Outcome needs);

/// The outcome of `endpoint(credentials)`, with what the proof writes; or the refusal of the proof.
template <class Endpoint>
Outcome with_proof(const Authority& authority, std::string_view what, ClientCredentials credentials, const Facts& facts,
                   Endpoint endpoint) {
  Ask ask{facts};
  AssertionProof proof = prove_assertion(authority, credentials, ask);
  credentials.proved = ask.pending() || proof.proved;
  if (ask.pending()) return with_loads_of(endpoint(credentials), ask.needs());
  Outcome outcome = proof.refused ? Outcome(refuse_json(what, *proof.refused)) : endpoint(credentials);
  if (Answer* answer = outcome.answer()) answer->commit.join(std::move(proof.commit));
  return outcome;
}

}  // namespace postern::oauth
