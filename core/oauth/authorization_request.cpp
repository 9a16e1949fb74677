#include "core/oauth/authorization_request.hpp"

#include <optional>

#include "core/oauth/clients.hpp"
#include "core/oauth/pages.hpp"
#include "core/oauth/pkce.hpp"
#include "core/oauth/replies.hpp"
#include "core/oauth/requested_scopes.hpp"
#include "core/wire/text.hpp"
#include "core/wire/uri.hpp"

namespace postern::oauth {
namespace {

constexpr std::string_view what = "authorize";

std::optional<Refused> check_parameters(const Authority& authority, const wire::Form& query,
                                        AuthorizationRequest& request);
std::optional<Refused> check_response(const wire::Form& query);
std::optional<Refused> check_challenge(const wire::Form& query, AuthorizationRequest& request);
std::optional<Refused> check_scope(const Authority& authority, const wire::Form& query, AuthorizationRequest& request);
std::optional<Refused> check_prompt(const wire::Form& query, AuthorizationRequest& request);

/// What the person before the page can do. The application goes on with what it has stored, so that starting again in it
/// is not enough.
MessagePage unknown_client();

}  // namespace

Result<wire::Form, Refused> read_query(std::string_view query) {
  auto form = wire::Form::parse(query);
  if (!form) return Refused{Refusal::malformed_request, form.error().what};
  for (const std::string_view name : {"client_id", "redirect_uri"}) {
    if (form->repeated(name)) {
      return Refused{Refusal::repeated_parameter, "expected " + std::string(name) + " once, received it several times"};
    }
  }
  if (form->get("client_id").empty()) return missing("client_id");
  return std::move(form).value();
}

Result<AuthorizationRequest, Answer> check_request(const Authority& authority, const wire::Form& query,
                                                   const store::Client* client) {
  const std::string id(query.get("client_id"));
  if (client == nullptr) return refuse_by_page(authority, what, {Refusal::unknown_client, {}, id}, unknown_client());
  auto redirect = redirect_of(authority, *client, query.get("redirect_uri"));
  if (!redirect) {
    return refuse_by_page(authority, what, {redirect.error().why, redirect.error().detail, id});
  }
  AuthorizationRequest request{id, std::move(redirect).value(), {}, {}, {}};
  if (!query.repeated("state")) request.state = query.get("state");
  if (auto refused = check_parameters(authority, query, request)) {
    refused->client = id;
    return refuse_by_redirect(authority, request, *refused);
  }
  return request;
}

Reply redirect_back(const Authority& authority, const AuthorizationRequest& request,
                    std::vector<std::pair<std::string, std::string>> parameters) {
  if (!request.state.empty()) parameters.emplace_back("state", request.state);
  parameters.emplace_back("iss", authority.issuer);
  return see_other(wire::append_query(request.redirect.text(), wire::form_encode(parameters)));
}

Answer refuse_by_redirect(const Authority& authority, const AuthorizationRequest& request, const Refused& refused) {
  return Answer{redirect_back(authority, request,
                              {{"error", std::string(to_wire(refused.why).error)},
                               {"error_description", fit_description(description_of(refused))}}),
                {},
                {},
                {audit(what, refused)}};
}

namespace {

std::optional<Refused> check_parameters(const Authority& authority, const wire::Form& query,
                                        AuthorizationRequest& request) {
  if (auto refused = repeated_parameter(query)) return refused;
  if (query.find("request") != nullptr) return Refused{Refusal::request_object};
  if (query.find("request_uri") != nullptr) return Refused{Refusal::request_by_reference};
  if (auto refused = check_response(query)) return refused;
  if (auto refused = check_challenge(query, request)) return refused;
  if (auto refused = check_resource(authority, query, authority.resource)) return refused;
  if (auto refused = check_scope(authority, query, request)) return refused;
  return check_prompt(query, request);
}

MessagePage unknown_client() {
  return {{},
          "This application is not known here: it has never registered at this server, or its registration is gone, "
          "because "
          "nobody used it for long or because it was removed. " +
              std::string(connect_anew),
          {},
          {}};
}

std::optional<Refused> check_response(const wire::Form& query) {
  const std::string_view type = query.get("response_type");
  if (type.empty()) return missing("response_type");
  if (type != "code") {
    return Refused{Refusal::unsupported_response_type,
                   "expected response_type code, received " + wire::display_name(type)};
  }
  const std::string_view mode = query.get("response_mode");
  if (!mode.empty() && mode != "query") {
    return Refused{Refusal::unsupported_response_mode,
                   "expected response_mode query or none, received " + wire::display_name(mode)};
  }
  return std::nullopt;
}

// The four ways down: no challenge, a method without a challenge, plain, and no method (which means plain, RFC 7636
// s. 4.3). All of them would let a stolen code be used.
std::optional<Refused> check_challenge(const wire::Form& query, AuthorizationRequest& request) {
  const std::string_view challenge = query.get("code_challenge");
  const std::string_view method = query.get("code_challenge_method");
  if (challenge.empty()) return Refused{Refusal::missing_challenge};
  if (method != "S256") {
    return Refused{Refusal::challenge_not_s256, "expected code_challenge_method S256, received " +
                                                    (method.empty() ? "none" : wire::display_name(method))};
  }
  if (!pkce::is_challenge(challenge)) return Refused{Refusal::malformed_challenge};
  request.challenge = challenge;
  return std::nullopt;
}

std::optional<Refused> check_scope(const Authority& authority, const wire::Form& query, AuthorizationRequest& request) {
  auto scopes = known_scopes(authority, query.get("scope"));
  if (!scopes) return scopes.error();
  request.scopes = scopes->empty() ? authority.default_scopes : std::move(scopes).value();
  return std::nullopt;
}

// OpenID Connect Core 1.0 s. 3.1.2.1: a list; `consent` is always done, and what is not known is ignored.
std::optional<Refused> check_prompt(const wire::Form& query, AuthorizationRequest& request) {
  const auto prompts = ScopeSet::parse(query.get("prompt"));
  if (!prompts) return Refused{Refusal::bad_prompt, "expected prompt as a list of words"};
  if (prompts->has("none") && prompts->tokens().size() > 1) return Refused{Refusal::bad_prompt};
  request.may_ask = !prompts->has("none");
  request.must_log_in = prompts->has("login") || prompts->has("select_account");
  return std::nullopt;
}

}  // namespace
}  // namespace postern::oauth
