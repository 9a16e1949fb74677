// Who the client says it is, and the proof. OAuth 2.1 s. 2.4, RFC 6749 s. 2.3.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/base/secret.hpp"
#include "core/oauth/refusal.hpp"
#include "core/store/record.hpp"
#include "core/store/records.hpp"
#include "core/wire/form.hpp"

namespace postern::oauth {

struct ClientCredentials {
  std::string id;
  std::string method;   ///< none, client_secret_basic, client_secret_post, private_key_jwt: what was used.
  Secret secret;        ///< private_key_jwt: the assertion, of which nothing is known yet but
  bool proved = false;  ///< where client_assertion.hpp has proved it.
};

/// Errors: no client_id, two ways at once, a broken Authorization field or assertion, two ids that differ.
Result<ClientCredentials, Refused> read_client(const HttpRequest& request, const wire::Form& form);

/// Why this is not the client; nothing when it is. Who has a secret may send it in the Authorization field or in the body,
/// whichever of the two it registered, at every endpoint: libraries take what suits them from the metadata, which list
/// both. Who signs has to sign, and who has no secret sends none.
std::optional<Refused> check_client(const ClientCredentials& credentials, const store::Found<store::Client>& client);

/// The secret is the one whose SHA-256 is kept. Takes the same time wherever they differ.
bool is_secret(const Secret& presented, std::string_view hash);

/// A 401 to a request that tried the Authorization field names the scheme (RFC 6749 s. 5.2).
Outcome with_basic_challenge(Outcome outcome, const HttpRequest& request);

}  // namespace postern::oauth
