// Why a client does not go on: the exact reason, the clause behind it, and a sentence for the user. What a server wrote
// into an error is none of these, and is shown to nobody.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace postern::client {

enum class ClientRefusal : std::uint8_t {
  // What we were given.
  bad_server_url,
  bad_redirect_uri,
  bad_client_document,
  out_of_turn,  ///< The machine has no rule for this event now.
  // Any HTTP answer.
  unsafe_url,   ///< Not to be fetched or opened: not https off loopback, javascript:, somebody's private network.
  unreachable,  ///< No answer, or 5xx.
  redirected,   ///< 3xx: what was checked is not what would be reached.
  too_large,
  host_failed,  ///< Our own host could not fetch.
  // Discovery.
  no_resource_metadata,
  malformed_resource_metadata,
  resource_differs,
  no_authorization_server,
  no_server_metadata,
  malformed_server_metadata,
  issuer_differs,
  pkce_not_offered,
  code_flow_not_offered,
  // Registration.
  credentials_of_another_issuer,
  no_way_to_register,
  registration_refused,
  malformed_registration,
  no_common_auth_method,
  // The authorization response.
  malformed_callback,
  state_differs,
  flow_expired,
  response_issuer_missing,
  response_issuer_differs,
  denied_by_user,
  authorization_refused,
  code_missing,
  // The token endpoint.
  malformed_token_response,
  grant_refused,
  client_refused,
  token_refused,
  // The resource.
  rejected_again,   ///< New tokens are refused as the old ones were.
  scope_not_given,  ///< Asked for the scopes already, and they were not enough.
  too_many_step_ups
};

/// The enumerator's own name.
std::string_view name_of(ClientRefusal refusal);
std::optional<ClientRefusal> refusal_by_name(std::string_view name);

/// Where it is written that this is refused.
std::string_view clause_of(ClientRefusal refusal);

/// One fixed sentence for whoever sits in front of the client.
std::string_view sentence_for(ClientRefusal refusal);

}  // namespace postern::client
