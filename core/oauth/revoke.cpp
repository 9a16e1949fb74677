#include "core/oauth/client_assertion.hpp"
#include "core/oauth/endpoints.hpp"
#include "core/oauth/grant.hpp"
#include "core/oauth/held_token.hpp"
#include "core/oauth/replies.hpp"

namespace postern::oauth {
namespace {

constexpr std::string_view what = "token.revoke";

Outcome dispatch(const Authority& authority, const HttpRequest& request, const Facts& facts);
Outcome revoke_for(const Authority& authority, const wire::Form& form, const ClientCredentials& credentials,
                   const Facts& facts);

}  // namespace

Outcome revoke(const Authority& authority, const HttpRequest& request, const Facts& facts) {
  if (request.method != "POST") return refuse_method(what, request, "POST");
  return with_basic_challenge(dispatch(authority, request, facts), request);
}

namespace {

Outcome dispatch(const Authority& authority, const HttpRequest& request, const Facts& facts) {
  const auto form = read_form(request);
  if (!form) return refuse_json(what, form.error());
  const auto credentials = read_client(request, *form);
  if (!credentials) return refuse_json(what, credentials.error());
  if (form->get("token").empty()) return refuse_json(what, missing("token"));
  return with_proof(authority, what, *credentials, facts,
                    [&](const ClientCredentials& proved) { return revoke_for(authority, *form, proved, facts); });
}

Outcome revoke_for(const Authority& authority, const wire::Form& form, const ClientCredentials& credentials,
                   const Facts& facts) {
  Ask ask{facts};
  const auto client = store::load<store::Client>(ask, store::Client::key(credentials.id));
  const HeldToken held = load_held_token(authority, form.get("token"), ask);
  if (ask.pending()) return ask.needs();

  if (auto refused = check_client(credentials, client)) return refuse_json(what, *refused);
  Answer answer{json_reply(200, Json::object()), {}, {}, {}};
  AuditEvent event{std::string(what), "ok", credentials.id, {}, {}};
  if (!held.known()) {
    event.outcome = "ok_unknown";  // RFC 7009 s. 2.2: it is not good, which is what was wanted.
  } else if (held.grant->client != credentials.id) {
    return refuse_json(what, {Refusal::token_of_another_client, {}, credentials.id});
  } else if (end_grant(answer.commit, held.grant, held.listed, authority.lifetimes, ask)) {
    event.subject = held.grant->subject;
    answer.topics.push_back({Topic::Kind::grant_ended, held.grant->subject, held.grant_id()});
  }
  if (ask.pending()) return ask.needs();
  answer.audit.push_back(std::move(event));
  return answer;
}

}  // namespace
}  // namespace postern::oauth
