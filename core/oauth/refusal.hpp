// Why a request was refused, with two faces: the exact reason (audit, trace, tests) and what the protocol says.
#pragma once

#include <string>
#include <string_view>

#include "core/flow/outcome.hpp"

namespace postern::oauth {

enum class Refusal {
  // The request itself.
  wrong_method,
  wrong_content_type,
  malformed_request,
  repeated_parameter,
  missing_parameter,
  // Client authentication.
  unknown_client,
  two_client_authentications,
  client_id_differs,
  malformed_basic,
  wrong_auth_method,
  wrong_client_secret,
  wrong_assertion,
  assertion_replayed,
  bad_client_document,
  not_a_resource_server,
  // Registration.
  malformed_metadata,
  no_redirect_uri,
  bad_redirect_uri,
  unsupported_auth_method,
  unsupported_metadata,
  // Authorization.
  missing_redirect,
  unmatched_redirect,
  unsupported_response_type,
  unsupported_response_mode,
  request_object,
  request_by_reference,
  missing_challenge,
  challenge_not_s256,
  malformed_challenge,
  malformed_scope,
  wrong_resource,
  bad_prompt,
  login_required,
  consent_required,
  denied_by_user,
  // Pages.
  broken_flow,
  scope_not_offered,
  expired_flow,
  other_browser,
  cross_site,
  not_logged_in,
  already_redeemed,
  already_denied,
  already_allowed,
  wrong_password,
  login_throttled,
  bad_new_password,
  not_your_grant,
  // Providers.
  unknown_state,
  provider_not_configured,
  provider_refused,
  provider_unreachable,
  wrong_provider_issuer,
  wrong_id_token,
  wrong_profile,
  user_not_allowed,
  upstream_gone,
  upstream_unreachable,
  // An authorization server elsewhere.
  external_unreachable,
  wrong_external_token,
  inactive_token,
  no_registration_there,
  // Token.
  unsupported_grant_type,
  unknown_code,
  code_of_another_client,
  wrong_redirect_uri,
  wrong_verifier,
  expired_code,
  code_replayed,
  user_gone,
  unknown_refresh_token,
  token_of_another_client,
  refresh_replayed,
  refresh_ahead_of_store,
  grant_ended,
  scope_widened,
  // Bearer.
  no_token,
  token_in_query,
  two_authorizations,
  malformed_authorization,
  unknown_token,
  expired_token,
  token_of_ended_grant,
  wrong_audience,
  too_little_scope
};

/// The enumerator's own name, for the audit.
std::string_view name_of(Refusal refusal);

struct WireError {
  int status;
  std::string_view error;        ///< OAuth error code.
  std::string_view description;  ///< Says no more than its receiver may know.
};

WireError to_wire(Refusal refusal);

/// One refusal as it is made. `detail` names what was expected and what came; it is shown to the sender and audited,
/// so it never holds a secret. Empty: the description of `to_wire` is all.
struct Refused {
  Refusal why;
  std::string detail = {};
  std::string client = {};
  std::string subject = {};
};

AuditEvent audit(std::string_view what, const Refused& refused);

/// The JSON form of RFC 6749 s. 5.2, not to be stored.
Answer refuse_json(std::string_view what, const Refused& refused);

/// What error_description may hold (RFC 6749 s. 5.2): printable ASCII without quotes and backslash, at most 300 bytes.
std::string fit_description(std::string_view text);

/// The text of an error: the detail, or else the description.
std::string description_of(const Refused& refused);

}  // namespace postern::oauth
