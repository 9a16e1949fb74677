#include "core/oauth/client_assertion.hpp"
#include "core/oauth/endpoints.hpp"
#include "core/oauth/grant.hpp"
#include "core/oauth/held_token.hpp"
#include "core/oauth/replies.hpp"

namespace postern::oauth {
namespace {

constexpr std::string_view what = "token.introspect";

Outcome dispatch(const Authority& authority, const HttpRequest& request, const Facts& facts);
Outcome introspect_for(const Authority& authority, const wire::Form& form, const ClientCredentials& caller,
                       const Facts& facts);
const ResourceServer* find_resource_server(const Authority& authority, std::string_view id);
bool is_good(const HeldToken& held, const Authority& authority, UnixSeconds now);
Json describe(const HeldToken& held, const Authority& authority);

}  // namespace

Outcome introspect(const Authority& authority, const HttpRequest& request, const Facts& facts) {
  if (request.method != "POST") return refuse_method(what, request, "POST");
  return with_basic_challenge(dispatch(authority, request, facts), request);
}

namespace {

Outcome dispatch(const Authority& authority, const HttpRequest& request, const Facts& facts) {
  const auto form = read_form(request);
  if (!form) return refuse_json(what, form.error());
  const auto caller = read_client(request, *form);
  if (!caller) return refuse_json(what, caller.error());
  // RFC 7662 s. 2.1: without proof of who asks, this would be a place to try stolen tokens.
  if (caller->method == "none") return refuse_json(what, {Refusal::not_a_resource_server, {}, caller->id});
  if (form->get("token").empty()) return refuse_json(what, missing("token"));
  return with_proof(authority, what, *caller, facts,
                    [&](const ClientCredentials& proved) { return introspect_for(authority, *form, proved, facts); });
}

Outcome introspect_for(const Authority& authority, const wire::Form& form, const ClientCredentials& caller,
                       const Facts& facts) {
  const ResourceServer* server = find_resource_server(authority, caller.id);
  Ask ask{facts};
  store::Found<store::Client> client;
  if (server == nullptr) client = store::load<store::Client>(ask, store::Client::key(caller.id));
  const HeldToken held = load_held_token(authority, form.get("token"), ask);
  if (ask.pending()) return ask.needs();

  if (server == nullptr) {
    if (auto refused = check_client(caller, client)) return refuse_json(what, *refused);
  } else if (!is_secret(caller.secret, server->secret_hash)) {
    return refuse_json(what, {Refusal::wrong_client_secret, {}, caller.id});
  }
  const bool may_know = server != nullptr || (held.known() && held.grant->client == caller.id);
  const bool active = may_know && is_good(held, authority, facts.now());
  return Answer{json_reply(200, active ? describe(held, authority) : Json{{"active", false}}),
                {},
                {},
                {AuditEvent{std::string(what), active ? "ok" : "ok_inactive", caller.id, {}, {}}}};
}

const ResourceServer* find_resource_server(const Authority& authority, std::string_view id) {
  for (const ResourceServer& server : authority.resource_servers) {
    if (server.id == id) return &server;
  }
  return nullptr;
}

bool is_good(const HeldToken& held, const Authority& authority, UnixSeconds now) {
  if (!held.known() || !lives(*held.grant, now)) return false;
  if (held.access) {
    return now < held.access->expires && held.access->audience == authority.resource &&
           held.access->subject == held.grant->subject && held.access->client == held.grant->client;
  }
  return transition(GrantState::active, refresh_event(*held.grant, held.refresh->generation, now)) ==
         GrantState::active;
}

// RFC 7662 s. 2.2.
Json describe(const HeldToken& held, const Authority& authority) {
  const store::Grant& grant = *held.grant;
  Json body{{"active", true},
            {"iss", authority.issuer},
            {"client_id", grant.client},
            {"sub", grant.subject},
            {"username", grant.user_name},
            {"aud", grant.resource},
            {"scope", (held.access ? held.access->scopes : grant.scopes).to_string()},
            {"iat", (held.access ? held.access->issued : grant.created).count},
            {"exp", (held.access ? held.access->expires : grant.expires).count}};
  if (held.access) body["token_type"] = "Bearer";
  return body;
}

}  // namespace
}  // namespace postern::oauth
