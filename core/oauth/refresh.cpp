#include "core/oauth/clients.hpp"
#include "core/oauth/grant.hpp"
#include "core/oauth/replies.hpp"
#include "core/oauth/requested_scopes.hpp"
#include "core/oauth/token_request.hpp"
#include "core/oauth/tokens.hpp"
#include "core/oauth/upstream_check.hpp"
#include "core/store/record.hpp"
#include "core/wire/text.hpp"

namespace postern::oauth {
namespace {

constexpr std::string_view what = "token.refresh";

/// What one round of reading gives: all that a refresh stands on.
struct Read {
  RefreshToken token;
  store::Found<store::Client> client;
  store::Found<store::Grant> grant;
  store::Found<store::GrantOf> listed;
  store::Found<store::Upstream> upstream = {};  ///< Of a grant with a provider.
  UpstreamCheck check = {};
};

std::optional<Refused> check_bindings(const TokenRequest& request, const Read& read);
Result<ScopeSet, Refused> scopes_of(const TokenRequest& request, const store::Grant& grant);
Outcome refused_by_provider(const TokenRequest& request, const Read& read);
Outcome rotate(const TokenRequest& request, const Read& read, const ScopeSet& scopes, const Facts& facts);
Outcome give_again(const TokenRequest& request, const Read& read, const ScopeSet& scopes, const Facts& facts);
Outcome replayed(const TokenRequest& request, const Read& read, Ask& ask);

}  // namespace

Outcome refresh(const TokenRequest& request, const Facts& facts) {
  const std::string_view text = request.form.get("refresh_token");
  if (text.empty()) return refuse_json(what, missing("refresh_token"));
  const std::optional<RefreshToken> token = open_refresh_token(request.authority, text);

  Ask ask{facts};
  Read read;
  read.client = store::load<store::Client>(ask, store::Client::key(request.client.id));
  if (token) {
    read.token = *token;
    read.grant = store::load<store::Grant>(ask, store::Grant::key(token->grant));
    read.listed = store::load<store::GrantOf>(ask, store::GrantOf::key(token->subject, token->grant));
  }
  if (ask.pending()) return ask.needs();

  if (auto refused = check_client(request.client, read.client)) return refuse_json(what, *refused);
  if (auto refused = check_bindings(request, read)) return refuse_json(what, *refused);
  const auto scopes = scopes_of(request, *read.grant);
  if (!scopes) return refuse_json(what, scopes.error());

  const GrantEvent event = refresh_event(*read.grant, read.token.generation, facts.now());
  const auto next = transition(state_of(*read.grant, facts.now()), event);
  if (!next) {
    const bool ahead = event == GrantEvent::refresh_unknown && lives(*read.grant, facts.now());
    return refuse_json(
        what,
        {ahead ? Refusal::refresh_ahead_of_store : Refusal::grant_ended, {}, request.client.id, read.grant->subject});
  }
  if (*next == GrantState::revoked) return replayed(request, read, ask);
  read.check = check_upstream(request.authority, read.token.grant, read.grant, ask);
  const bool has_provider = !read.grant->provider.empty();
  if (has_provider) read.upstream = store::load<store::Upstream>(ask, store::Upstream::key(read.token.grant));
  if (ask.pending()) return ask.needs();
  if (read.check.verdict != UpstreamCheck::Verdict::good) return refused_by_provider(request, read);
  return event == GrantEvent::refresh_current ? rotate(request, read, *scopes, facts)
                                              : give_again(request, read, *scopes, facts);
}

namespace {

std::optional<Refused> check_bindings(const TokenRequest& request, const Read& read) {
  const std::string& id = request.client.id;
  if (!read.grant || read.grant->subject != read.token.subject) return Refused{Refusal::unknown_refresh_token, {}, id};
  if (read.grant->client != id) return Refused{Refusal::token_of_another_client, {}, id};
  if (auto refused = check_resource(request.authority, request.form, read.grant->resource)) return refused;
  return std::nullopt;
}

// OAuth 2.1 s. 4.3: what was not granted can't be had here; what is left out at /authorize is left out again. It narrows
// this access token, not the grant.
Result<ScopeSet, Refused> scopes_of(const TokenRequest& request, const store::Grant& grant) {
  auto wanted = known_scopes(request.authority, request.form.get("scope"), grant.scopes);
  if (!wanted) return Refused{wanted.error().why, wanted.error().detail, grant.client, grant.subject};
  if (wanted->empty()) return grant.scopes;
  if (request.authority.scopes.allows(grant.scopes, *wanted)) return std::move(wanted).value();
  return Refused{Refusal::scope_widened,
                 "expected at most scope " + grant.scopes.to_string() + ", received " +
                     wire::display_name(wanted->to_string(), 200),
                 grant.client, grant.subject};
}

// The provider does not let this user in any more, or can't be asked for too long.
Outcome refused_by_provider(const TokenRequest& request, const Read& read) {
  if (read.check.verdict == UpstreamCheck::Verdict::unreachable) {
    Answer answer = upstream_unreachable(request.authority, what, *read.grant);
    answer.commit = read.check.commit;
    keep_checked(answer.commit, read.grant, read.check);
    return answer;
  }
  Answer answer = refuse_json(what, {Refusal::grant_ended, {}, request.client.id, read.grant->subject});
  answer.commit = read.check.commit;
  answer.topics = read.check.topics;
  answer.audit.insert(answer.audit.begin(), read.check.audit.begin(), read.check.audit.end());
  return answer;
}

Outcome rotate(const TokenRequest& request, const Read& read, const ScopeSet& scopes, const Facts& facts) {
  const Lifetimes& lifetimes = request.authority.lifetimes;
  store::Grant grant = read.check.grant;
  grant.used = facts.now();
  grant.generation += 1;
  grant.previous_until = facts.now() + lifetimes.refresh_grace;
  grant.expires = facts.now() + lifetimes.refresh;

  Commit commit = read.check.commit;
  store::replace(commit, read.grant, grant, grant.expires);
  if (read.upstream) {
    store::replace(commit, read.upstream, read.check.renewed ? *read.check.renewed : *read.upstream, grant.expires);
  }
  store::replace(commit, read.listed, store::GrantOf{grant.created}, grant.expires);
  keep_used_client(commit, read.client, lifetimes, facts.now());
  return Answer{token_reply(request.authority, read.token.grant, grant, scopes, facts),
                std::move(commit.durable()),
                {},
                {AuditEvent{std::string(what), "ok", grant.client, grant.subject, {}}}};
}

// The successor is out and unused: the same text again, beside a new access token. Nothing changes, but it stands on
// the grant as it was read, so a rotation or an end that comes between makes this start over.
Outcome give_again(const TokenRequest& request, const Read& read, const ScopeSet& scopes, const Facts& facts) {
  Commit commit = read.check.commit;
  store::require(commit, read.grant);
  keep_checked(commit, read.grant, read.check);
  return Answer{token_reply(request.authority, read.token.grant, *read.grant, scopes, facts),
                std::move(commit),
                {},
                {AuditEvent{std::string(what), "ok_again", read.grant->client, read.grant->subject, {}}}};
}

Outcome replayed(const TokenRequest& request, const Read& read, Ask& ask) {
  Answer answer = refuse_json(what, {Refusal::refresh_replayed, {}, request.client.id, read.grant->subject});
  if (end_grant(answer.commit, read.grant, read.listed, request.authority.lifetimes, ask)) {
    answer.topics.push_back({Topic::Kind::grant_ended, read.grant->subject, read.token.grant});
  }
  if (ask.pending()) return ask.needs();
  return answer;
}

}  // namespace
}  // namespace postern::oauth
