#include "core/client/refusal.hpp"

namespace postern::client {
namespace {

struct Words {
  std::string_view name;
  std::string_view clause;
  std::string_view sentence;
};

constexpr std::string_view misconfigured = "This client is not set up correctly.";
constexpr std::string_view not_reached = "The server can not be reached now.";
constexpr std::string_view unusable = "The server's description of its authorization can not be used.";
constexpr std::string_view not_trusted = "Something that came does not belong to this login. It was not used.";
constexpr std::string_view no_login = "The authorization server did not complete the login.";

Words words_of(ClientRefusal refusal) {
  using R = ClientRefusal;
  switch (refusal) {
    case R::bad_server_url:
      return {"bad_server_url", "MCP authorization, communication security", misconfigured};
    case R::bad_redirect_uri:
      return {"bad_redirect_uri", "MCP authorization, communication security", misconfigured};
    case R::bad_client_document:
      return {"bad_client_document", "Client ID Metadata Document s. 3", misconfigured};
    case R::out_of_turn:
      return {"out_of_turn", "core/client/machine.hpp", not_trusted};
    case R::unsafe_url:
      return {"unsafe_url", "OAuth 2.1 s. 1.5", "The server names an address that is not safe to use."};
    case R::unreachable:
      return {"unreachable", "RFC 9110 s. 15.6", not_reached};
    case R::redirected:
      return {"redirected", "MCP security best practices, SSRF", "The server leads elsewhere. It was not followed."};
    case R::too_large:
      return {"too_large", "MCP security best practices, SSRF", "The server's answer is too large."};
    case R::host_failed:
      return {"host_failed", "core/flow/facts.hpp", not_reached};
    case R::no_resource_metadata:
      return {"no_resource_metadata", "RFC 9728 s. 3", unusable};
    case R::malformed_resource_metadata:
      return {"malformed_resource_metadata", "RFC 9728 s. 3.2", unusable};
    case R::resource_differs:
      return {"resource_differs", "RFC 9728 s. 3.3", "The server describes another server than the one you chose."};
    case R::no_authorization_server:
      return {"no_authorization_server", "RFC 9728 s. 2", unusable};
    case R::no_server_metadata:
      return {"no_server_metadata", "RFC 8414 s. 3", unusable};
    case R::malformed_server_metadata:
      return {"malformed_server_metadata", "RFC 8414 s. 3.2", unusable};
    case R::issuer_differs:
      return {"issuer_differs", "RFC 8414 s. 3.3", "The authorization server is not who it says it is."};
    case R::pkce_not_offered:
      return {"pkce_not_offered", "MCP authorization, code protection",
              "The authorization server does not protect logins as it must (PKCE)."};
    case R::code_flow_not_offered:
      return {"code_flow_not_offered", "RFC 8414 s. 2", unusable};
    case R::credentials_of_another_issuer:
      return {"credentials_of_another_issuer", "MCP client registration, authorization server binding",
              "The server uses another authorization server than the one your credentials are for."};
    case R::no_way_to_register:
      return {"no_way_to_register", "MCP client registration",
              "The authorization server wants clients to be known beforehand."};
    case R::registration_refused:
      return {"registration_refused", "RFC 7591 s. 3.2.2", "The authorization server does not take this client."};
    case R::malformed_registration:
      return {"malformed_registration", "RFC 7591 s. 3.2.1", unusable};
    case R::no_common_auth_method:
      return {"no_common_auth_method", "RFC 8414 s. 2", unusable};
    case R::malformed_callback:
      return {"malformed_callback", "OAuth 2.1 s. 4.1.2", not_trusted};
    case R::state_differs:
      return {"state_differs", "RFC 6749 s. 10.12", not_trusted};
    case R::flow_expired:
      return {"flow_expired", "RFC 6749 s. 10.12", "The login took too long. Start again."};
    case R::response_issuer_missing:
      return {"response_issuer_missing", "RFC 9207 s. 2.4", not_trusted};
    case R::response_issuer_differs:
      return {"response_issuer_differs", "RFC 9207 s. 2.4", not_trusted};
    case R::denied_by_user:
      return {"denied_by_user", "OAuth 2.1 s. 4.1.2.1", "Access was denied."};
    case R::authorization_refused:
      return {"authorization_refused", "OAuth 2.1 s. 4.1.2.1", no_login};
    case R::code_missing:
      return {"code_missing", "OAuth 2.1 s. 4.1.2", no_login};
    case R::malformed_token_response:
      return {"malformed_token_response", "OAuth 2.1 s. 3.2.3", no_login};
    case R::grant_refused:
      return {"grant_refused", "OAuth 2.1 s. 3.2.4", no_login};
    case R::client_refused:
      return {"client_refused", "OAuth 2.1 s. 3.2.4", "The authorization server does not know this client any more."};
    case R::token_refused:
      return {"token_refused", "OAuth 2.1 s. 3.2.4", no_login};
    case R::rejected_again:
      return {"rejected_again", "RFC 6750 s. 3.1", "The server does not accept the login that it asked for."};
    case R::scope_not_given:
      return {"scope_not_given", "MCP authorization, step-up", "This was not allowed at the login."};
    case R::too_many_step_ups:
      return {"too_many_step_ups", "MCP authorization, step-up", "The server asks for more rights again and again."};
  }
  return {};
}

}  // namespace

std::string_view name_of(ClientRefusal refusal) { return words_of(refusal).name; }
std::string_view clause_of(ClientRefusal refusal) { return words_of(refusal).clause; }
std::string_view sentence_for(ClientRefusal refusal) { return words_of(refusal).sentence; }

std::optional<ClientRefusal> refusal_by_name(std::string_view name) {
  for (std::uint8_t i = 0; i <= static_cast<std::uint8_t>(ClientRefusal::too_many_step_ups); ++i) {
    if (name_of(static_cast<ClientRefusal>(i)) == name) return static_cast<ClientRefusal>(i);
  }
  return std::nullopt;
}

}  // namespace postern::client
