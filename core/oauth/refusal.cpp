#include "core/oauth/refusal.hpp"

#include "core/oauth/replies.hpp"

namespace postern::oauth {
namespace {

struct Faces {
  std::string_view name;
  WireError wire;
};

Faces faces(Refusal refusal);

}  // namespace

std::string_view name_of(Refusal refusal) { return faces(refusal).name; }

WireError to_wire(Refusal refusal) { return faces(refusal).wire; }

AuditEvent audit(std::string_view what, const Refused& refused) {
  return AuditEvent{std::string(what), std::string(name_of(refused.why)), refused.client, refused.subject,
                    description_of(refused)};
}

Answer refuse_json(std::string_view what, const Refused& refused) {
  const WireError wire = to_wire(refused.why);
  Json body{{"error", wire.error}, {"error_description", fit_description(description_of(refused))}};
  return Answer{json_reply(wire.status, body), {}, {}, {audit(what, refused)}};
}

std::string fit_description(std::string_view text) {
  constexpr std::size_t longest = 300;
  std::string fit;
  for (const char c : text.substr(0, longest)) {
    if (c == '"') {
      fit += '\'';
    } else if (c >= 0x20 && c < 0x7f && c != '\\') {
      fit += c;
    } else {
      fit += '?';
    }
  }
  return fit;
}

std::string description_of(const Refused& refused) {
  return refused.detail.empty() ? std::string(to_wire(refused.why).description) : refused.detail;
}

namespace {

// One list for both faces, without default: a new refusal does not compile until it has said what it tells whom.
Faces faces(Refusal refusal) {
  switch (refusal) {
    case Refusal::wrong_method:
      return {"wrong_method", {405, "invalid_request", "This method is not served here; see Allow."}};
    case Refusal::wrong_content_type:
      return {"wrong_content_type", {400, "invalid_request", "The body has another media type than expected."}};
    case Refusal::malformed_request:
      return {"malformed_request", {400, "invalid_request", "The request can not be read."}};
    case Refusal::repeated_parameter:
      return {"repeated_parameter", {400, "invalid_request", "A parameter came more than once."}};
    case Refusal::missing_parameter:
      return {"missing_parameter", {400, "invalid_request", "A required parameter is missing."}};

    case Refusal::unknown_client:
      return {"unknown_client", {401, "invalid_client", "This client is not registered here; register again."}};
    case Refusal::two_client_authentications:
      return {"two_client_authentications",
              {400, "invalid_request", "Expected one way of client authentication, received two."}};
    case Refusal::client_id_differs:
      return {"client_id_differs",
              {400, "invalid_request", "The client_id in the body is not the one in the Authorization field."}};
    case Refusal::malformed_basic:
      return {
          "malformed_basic",
          {401, "invalid_client", "Expected Authorization: Basic base64(client_id:client_secret), both form-encoded."}};
    case Refusal::wrong_auth_method:
      return {"wrong_auth_method",
              {401, "invalid_client", "The client is registered for another token_endpoint_auth_method."}};
    case Refusal::wrong_client_secret:
      return {"wrong_client_secret", {401, "invalid_client", "Client authentication failed."}};
    case Refusal::wrong_assertion:
      return {"wrong_assertion", {401, "invalid_client", "The client assertion is not good."}};
    case Refusal::assertion_replayed:
      return {"assertion_replayed", {401, "invalid_client", "This client assertion was used before."}};
    case Refusal::bad_client_document:
      return {"bad_client_document",
              {400, "invalid_client", "The client's metadata document can not be read or is not good."}};
    case Refusal::not_a_resource_server:
      return {"not_a_resource_server", {401, "invalid_client", "Only an authenticated caller may ask here."}};

    case Refusal::malformed_metadata:
      return {"malformed_metadata", {400, "invalid_client_metadata", "The client metadata can not be read."}};
    case Refusal::no_redirect_uri:
      return {"no_redirect_uri", {400, "invalid_redirect_uri", "Expected redirect_uris with at least one URI."}};
    case Refusal::bad_redirect_uri:
      return {"bad_redirect_uri", {400, "invalid_redirect_uri", "A redirect URI is not acceptable."}};
    case Refusal::unsupported_auth_method:
      return {"unsupported_auth_method",
              {400, "invalid_client_metadata", "This token_endpoint_auth_method is not supported."}};
    case Refusal::unsupported_metadata:
      return {"unsupported_metadata",
              {400, "invalid_client_metadata", "The client metadata ask for what is not here."}};

    case Refusal::missing_redirect:
      return {"missing_redirect", {400, "invalid_request", "Expected redirect_uri: the client has more than one."}};
    case Refusal::unmatched_redirect:
      return {"unmatched_redirect",
              {400, "invalid_request", "The redirect URI is not one that the client registered."}};
    case Refusal::unsupported_response_type:
      return {"unsupported_response_type", {303, "unsupported_response_type", "Expected response_type=code."}};
    case Refusal::unsupported_response_mode:
      return {"unsupported_response_mode", {303, "invalid_request", "Expected response_mode=query, or none."}};
    case Refusal::request_object:
      return {"request_object", {303, "request_not_supported", "Request objects are not supported."}};
    case Refusal::request_by_reference:
      return {"request_by_reference", {303, "request_uri_not_supported", "request_uri is not supported."}};
    case Refusal::missing_challenge:
      return {"missing_challenge", {303, "invalid_request", "Expected code_challenge: PKCE is required."}};
    case Refusal::challenge_not_s256:
      return {"challenge_not_s256", {303, "invalid_request", "Expected code_challenge_method=S256."}};
    case Refusal::malformed_challenge:
      return {"malformed_challenge",
              {303, "invalid_request", "Expected code_challenge as 43 characters of base64url: a SHA-256."}};
    case Refusal::malformed_scope:
      return {"malformed_scope", {400, "invalid_scope", "Expected scope as at most 64 scope tokens."}};
    case Refusal::wrong_resource:
      return {"wrong_resource", {400, "invalid_target", "The resource is not one that is protected here."}};
    case Refusal::bad_prompt:
      return {"bad_prompt", {303, "invalid_request", "prompt=none can not be combined with another prompt."}};
    case Refusal::login_required:
      return {"login_required", {303, "login_required", "Nobody is logged in, and prompt=none forbids to ask."}};
    case Refusal::consent_required:
      return {"consent_required", {303, "consent_required", "The user has to decide, and prompt=none forbids to ask."}};
    case Refusal::denied_by_user:
      return {"denied_by_user", {303, "access_denied", "The user did not allow it."}};

    case Refusal::broken_flow:
      return {"broken_flow", {400, "invalid_request", "This form was not made by this server, or was changed."}};
    case Refusal::scope_not_offered:
      return {"scope_not_offered", {400, "invalid_request", "The form names a scope that its page did not offer."}};
    case Refusal::expired_flow:
      return {"expired_flow", {400, "invalid_request", "This page was open for too long."}};
    case Refusal::other_browser:
      return {"other_browser", {403, "access_denied", "This page was made for another browser, or cookies are off."}};
    case Refusal::cross_site:
      return {"cross_site", {403, "access_denied", "This form was sent by another site."}};
    case Refusal::not_logged_in:
      return {"not_logged_in", {403, "access_denied", "The login that this page stands on has ended."}};
    case Refusal::already_redeemed:
      return {"already_redeemed", {400, "invalid_request", "This request has already been completed."}};
    case Refusal::already_denied:
      return {"already_denied", {400, "access_denied", "You have denied this request already."}};
    case Refusal::already_allowed:
      return {"already_allowed", {400, "invalid_request", "You have allowed this request already."}};
    case Refusal::wrong_password:
      return {"wrong_password", {401, "access_denied", "User name or password is wrong."}};
    case Refusal::login_throttled:
      return {"login_throttled", {429, "access_denied", "Too many failed attempts."}};
    case Refusal::bad_new_password:
      return {"bad_new_password", {400, "invalid_request", "This can not be the new password."}};
    case Refusal::not_your_grant:
      return {"not_your_grant", {404, "invalid_request", "This application is not connected to your account."}};

    case Refusal::unknown_state:
      return {"unknown_state", {400, "invalid_request", "This answer belongs to no login that was started here."}};
    case Refusal::provider_not_configured:
      return {"provider_not_configured", {400, "invalid_request", "This way to log in is not offered any more."}};
    case Refusal::provider_refused:
      return {"provider_refused", {303, "server_error", "The login service did not accept this login."}};
    case Refusal::provider_unreachable:
      return {"provider_unreachable",
              {303, "temporarily_unavailable", "The login service can not be reached. Try again later."}};
    case Refusal::wrong_provider_issuer:
      return {"wrong_provider_issuer", {303, "server_error", "The answer did not come from the login service."}};
    case Refusal::wrong_id_token:
      return {"wrong_id_token", {303, "server_error", "What the login service signed can not be believed."}};
    case Refusal::wrong_profile:
      return {"wrong_profile", {303, "server_error", "The login service did not say who the user is."}};
    case Refusal::user_not_allowed:
      return {"user_not_allowed", {303, "access_denied", "This user may not use this server."}};
    case Refusal::upstream_gone:
      return {"upstream_gone", {401, "invalid_token", "The login service has ended this access; log in again."}};
    case Refusal::upstream_unreachable:
      return {"upstream_unreachable",
              {503, "temporarily_unavailable", "The login service can not be reached. Try again later."}};

    case Refusal::external_unreachable:
      return {"external_unreachable",
              {503, "temporarily_unavailable", "The authorization server can not be reached. Try again later."}};
    case Refusal::wrong_external_token:
      return {"wrong_external_token", {401, "invalid_token", "The access token can not be believed."}};
    case Refusal::inactive_token:
      return {"inactive_token", {401, "invalid_token", "The authorization server says that the token is not active."}};
    case Refusal::no_registration_there:
      return {"no_registration_there", {404, "invalid_request", "The authorization server registers no clients."}};

    case Refusal::unsupported_grant_type:
      return {"unsupported_grant_type",
              {400, "unsupported_grant_type", "Expected grant_type authorization_code or refresh_token."}};
    case Refusal::unknown_code:
      return {"unknown_code", {400, "invalid_grant", "The code is unknown or has expired."}};
    case Refusal::code_of_another_client:
      return {"code_of_another_client", {400, "invalid_grant", "The code was issued to another client."}};
    case Refusal::wrong_redirect_uri:
      return {"wrong_redirect_uri",
              {400, "invalid_grant", "The redirect_uri is not the one of the authorization request."}};
    case Refusal::wrong_verifier:
      return {"wrong_verifier", {400, "invalid_grant", "The code_verifier does not fit the code_challenge."}};
    case Refusal::expired_code:
      return {"expired_code", {400, "invalid_grant", "The code is unknown or has expired."}};
    case Refusal::code_replayed:
      return {"code_replayed", {400, "invalid_grant", "The code was used before; what it gave has been revoked."}};
    case Refusal::user_gone:
      return {"user_gone", {400, "invalid_grant", "The user of this code is not known any more."}};
    case Refusal::unknown_refresh_token:
      return {"unknown_refresh_token", {400, "invalid_grant", "The refresh token is unknown or has expired."}};
    case Refusal::token_of_another_client:
      return {"token_of_another_client", {400, "invalid_grant", "The token was issued to another client."}};
    case Refusal::refresh_replayed:
      return {"refresh_replayed",
              {400, "invalid_grant", "The refresh token was used before; its grant has been revoked."}};
    case Refusal::refresh_ahead_of_store:
      return {"refresh_ahead_of_store", {400, "invalid_grant", "The refresh token is unknown or has expired."}};
    case Refusal::grant_ended:
      return {"grant_ended", {400, "invalid_grant", "The grant was revoked or has expired."}};
    case Refusal::scope_widened:
      return {"scope_widened", {400, "invalid_scope", "The scope goes beyond what the user has granted."}};

    case Refusal::no_token:
      return {"no_token", {401, "invalid_token", "Expected Authorization: Bearer with an access token."}};
    case Refusal::token_in_query:
      return {"token_in_query",
              {401, "invalid_token", "Expected the token in the Authorization field; in the URL it is not read."}};
    case Refusal::two_authorizations:
      return {"two_authorizations", {400, "invalid_request", "Expected one Authorization field, received several."}};
    case Refusal::malformed_authorization:
      return {"malformed_authorization", {401, "invalid_token", "Expected Authorization: Bearer with one token."}};
    case Refusal::unknown_token:
      return {"unknown_token", {401, "invalid_token", "The access token was not issued here."}};
    case Refusal::expired_token:
      return {"expired_token", {401, "invalid_token", "The access token has expired."}};
    case Refusal::token_of_ended_grant:
      return {"token_of_ended_grant",
              {401, "invalid_token", "The grant of the access token was revoked or has expired."}};
    case Refusal::wrong_audience:
      return {"wrong_audience", {401, "invalid_token", "The access token is for another resource."}};
    case Refusal::too_little_scope:
      return {"too_little_scope", {403, "insufficient_scope", "The call needs scopes that the token does not have."}};
  }
  __builtin_trap();  // No other value can be made without a cast.
}

}  // namespace
}  // namespace postern::oauth
