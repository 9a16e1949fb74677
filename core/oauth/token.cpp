#include <algorithm>
#include <iterator>

#include "core/oauth/client_assertion.hpp"
#include "core/oauth/endpoints.hpp"
#include "core/oauth/replies.hpp"
#include "core/oauth/token_request.hpp"
#include "core/oauth/tokens.hpp"
#include "core/wire/text.hpp"

namespace postern::oauth {
namespace {

constexpr std::string_view what = "token";

Outcome dispatch(const Authority& authority, const HttpRequest& request, const Facts& facts);
std::string shown_grant_type(std::string_view text);

}  // namespace

Outcome token(const Authority& authority, const HttpRequest& request, const Facts& facts) {
  if (request.method != "POST") return refuse_method(what, request, "POST");
  return with_basic_challenge(dispatch(authority, request, facts), request);
}

Reply token_reply(const Authority& authority, const std::string& grant_id, const store::Grant& grant,
                  const ScopeSet& scopes, const Facts& facts) {
  // Nothing outlives the grant: whatever is kept of it may then be dropped with it.
  const UnixSeconds expires = std::min(facts.now() + authority.lifetimes.access, grant.expires);
  const AccessToken access{grant_id, grant.client,   grant.subject, grant.user_name,
                           scopes,   grant.resource, facts.now(),   expires};
  return json_reply(200,
                    Json{{"access_token", print(authority, access, facts)},
                         {"token_type", "Bearer"},
                         {"expires_in", (expires - facts.now()).count},
                         {"refresh_token", print(authority, RefreshToken{grant_id, grant.generation, grant.subject})},
                         {"scope", scopes.to_string()}});
}

namespace {

Outcome dispatch(const Authority& authority, const HttpRequest& request, const Facts& facts) {
  const auto form = read_form(request);
  if (!form) return refuse_json(what, form.error());
  const std::string_view grant_type = form->get("grant_type");
  if (grant_type.empty()) return refuse_json(what, missing("grant_type"));
  const bool is_code = grant_type == "authorization_code";
  if (!is_code && grant_type != "refresh_token") {
    return refuse_json(
        what, {Refusal::unsupported_grant_type,
               "expected grant_type authorization_code or refresh_token, received " + shown_grant_type(grant_type)});
  }
  const auto client = read_client(request, *form);
  if (!client) return refuse_json(what, client.error());
  return with_proof(authority, what, *client, facts, [&](const ClientCredentials& credentials) {
    const TokenRequest of_client{authority, *form, credentials};
    return is_code ? redeem_code(of_client, facts) : refresh(of_client, facts);
  });
}

// A client that mixes its fields up may have put its code here, and what is told goes into the log.
std::string shown_grant_type(std::string_view text) {
  constexpr std::string_view known[] = {"client_credentials", "password", "implicit"};
  const bool is_known = std::find(std::begin(known), std::end(known), text) != std::end(known);
  return is_known || text.starts_with("urn:ietf:params:oauth:grant-type:") ? wire::display_name(text) : "another one";
}

}  // namespace
}  // namespace postern::oauth
