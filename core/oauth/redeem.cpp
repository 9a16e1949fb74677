#include "core/crypto/hash.hpp"
#include "core/oauth/clients.hpp"
#include "core/oauth/grant.hpp"
#include "core/oauth/pkce.hpp"
#include "core/oauth/replies.hpp"
#include "core/oauth/token_request.hpp"
#include "core/oauth/upstream.hpp"
#include "core/store/record.hpp"
#include "core/wire/base64.hpp"

namespace postern::oauth {
namespace {

constexpr std::string_view what = "token.redeem";

using FoundClient = store::Found<store::Client>;
using FoundCode = store::Found<store::Code>;

std::optional<Refused> check_bindings(const TokenRequest& request, const FoundCode& code);
Outcome issue(const TokenRequest& request, Ask& ask, const FoundClient& client, const FoundCode& code);
/// The provider's tokens go from the code to the grant. False: they can't be read any more.
bool bind_upstream(const Authority& authority, const store::Code& code, const std::string& id, store::Grant& grant,
                   Commit& commit, UnixSeconds now);
Outcome replayed(const TokenRequest& request, Ask& ask, const store::Code& code);

}  // namespace

Outcome redeem_code(const TokenRequest& request, const Facts& facts) {
  if (request.form.get("code").empty()) return refuse_json(what, missing("code"));
  if (request.form.get("code_verifier").empty()) return refuse_json(what, missing("code_verifier"));

  Ask ask{facts};
  const auto client = store::load<store::Client>(ask, store::Client::key(request.client.id));
  const std::string hash = wire::base64url(crypto::sha256(request.form.get("code")));
  const auto code = store::load<store::Code>(ask, store::Code::key(hash));
  if (ask.pending()) return ask.needs();

  if (auto refused = check_client(request.client, client)) return refuse_json(what, *refused);
  if (auto refused = check_bindings(request, code)) return refuse_json(what, *refused);
  if (!code->redeemed_by.empty()) return replayed(request, ask, *code);
  if (facts.now() >= code->expires) {
    return refuse_json(what, {Refusal::expired_code, {}, request.client.id, code->subject});
  }
  return issue(request, ask, client, code);
}

namespace {

// Whoever can't show all that the code was bound to changes nothing: neither does the code burn, nor does what it gave
// end. An attacker who saw a code pass by has no verifier.
std::optional<Refused> check_bindings(const TokenRequest& request, const FoundCode& code) {
  const std::string& id = request.client.id;
  if (!code) return Refused{Refusal::unknown_code, {}, id};
  if (code->client != id) return Refused{Refusal::code_of_another_client, {}, id};
  // OAuth 2.1 s. 10.2 no longer asks for it; clients of OAuth 2.0 send it, and then it has to be the same.
  const std::string_view redirect = request.form.get("redirect_uri");
  if (!redirect.empty() && redirect != code->redirect_uri) return Refused{Refusal::wrong_redirect_uri, {}, id};
  if (auto refused = check_resource(request.authority, request.form, code->resource)) return refused;
  if (!pkce::matches(code->challenge, request.form.get("code_verifier"))) {
    return Refused{Refusal::wrong_verifier, {}, id, code->subject};
  }
  return std::nullopt;
}

Outcome issue(const TokenRequest& request, Ask& ask, const FoundClient& client, const FoundCode& code) {
  const bool own = code->provider.empty();
  store::Found<store::User> user;
  if (own) user = store::load<store::User>(ask, store::User::key(code->user_name));
  if (ask.pending()) return ask.needs();
  const bool known =
      own ? user && user->subject == code->subject : request.authority.provider(code->provider) != nullptr;
  if (!known || code->subject.empty()) {
    return refuse_json(what, {Refusal::user_gone, {}, request.client.id, code->subject});
  }

  const Facts& facts = ask.facts();
  const Lifetimes& lifetimes = request.authority.lifetimes;
  const std::string id = wire::identifier(facts.draw("grant").substr(0, 16));
  store::Grant grant;
  grant.client = code->client;
  grant.subject = code->subject;
  grant.user_name = code->user_name;
  grant.scopes = code->scopes;
  grant.resource = code->resource;
  grant.created = facts.now();
  grant.expires = facts.now() + lifetimes.refresh;
  grant.generation = 1;
  grant.state = static_cast<std::int64_t>(GrantState::active);
  grant.used = facts.now();
  store::Code redeemed = *code;
  redeemed.redeemed_by = id;
  redeemed.upstream.clear();

  Commit commit;
  store::replace(commit, code, redeemed, redeemed.expires + lifetimes.flow);
  if (!own && !bind_upstream(request.authority, *code, id, grant, commit, facts.now())) {
    return refuse_json(what, {Refusal::user_gone, {}, request.client.id, code->subject});
  }
  store::create(commit, store::Grant::key(id), grant, grant.expires);
  store::create(commit, store::GrantOf::key(grant.subject, id), store::GrantOf{facts.now()}, grant.expires);
  if (own) store::require(commit, user);  // A user who is being removed meanwhile gets no grant that nobody would find.
  keep_used_client(commit, client, lifetimes, facts.now());
  return Answer{token_reply(request.authority, id, grant, grant.scopes, facts),
                std::move(commit.durable()),
                {},
                {AuditEvent{std::string(what), "ok", grant.client, grant.subject, {}}}};
}

bool bind_upstream(const Authority& authority, const store::Code& code, const std::string& id, store::Grant& grant,
                   Commit& commit, UnixSeconds now) {
  const auto tokens = open_upstream(authority, code.upstream);
  if (!tokens) return false;
  grant.provider = code.provider;
  grant.verified = now;
  grant.check_due = next_check(authority, *tokens, now);
  store::create(commit, store::Upstream::key(id), store::Upstream{code.provider, code.upstream, tokens->expires},
                grant.expires);
  return true;
}

// OAuth 2.1 s. 4.1.3: somebody has both the code and its verifier, twice. What it gave ends.
Outcome replayed(const TokenRequest& request, Ask& ask, const store::Code& code) {
  const auto grant = store::load<store::Grant>(ask, store::Grant::key(code.redeemed_by));
  const auto listed = store::load<store::GrantOf>(ask, store::GrantOf::key(code.subject, code.redeemed_by));
  if (ask.pending()) return ask.needs();
  Answer answer = refuse_json(what, {Refusal::code_replayed, {}, request.client.id, code.subject});
  if (end_grant(answer.commit, grant, listed, request.authority.lifetimes, ask)) {
    answer.topics.push_back({Topic::Kind::grant_ended, code.subject, code.redeemed_by});
  }
  if (ask.pending()) return ask.needs();
  return answer;
}

}  // namespace
}  // namespace postern::oauth
