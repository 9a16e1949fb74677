#include "core/oauth/upstream_check.hpp"

#include <algorithm>

#include "core/oauth/grant.hpp"
#include "core/oauth/identity.hpp"
#include "core/oauth/provider_endpoints.hpp"
#include "core/oauth/replies.hpp"
#include "core/oauth/upstream.hpp"
#include "core/wire/json.hpp"

namespace postern::oauth {
namespace {

constexpr Seconds early{60};  // Before its end a provider's token is not relied on any more.
/// After the provider did not answer.
Seconds ask_again(const Lifetimes& lifetimes) { return std::min(Seconds{30}, lifetimes.provider_check); }

using Verdict = UpstreamCheck::Verdict;

/// All that a check stands on.
struct Subject {
  const Authority& authority;
  const Provider& provider;
  const std::string& grant_id;
  const store::Found<store::Grant>& grant;
  const store::Found<store::Upstream>& upstream;
  UpstreamTokens tokens;
};

/// What the provider said.
struct Said {
  Verdict verdict = Verdict::unreachable;
  std::optional<UpstreamTokens> new_tokens = {};
  std::string why = {};
};

Said ask_provider(const Subject& subject, Ask& ask, Commit& kept);
Said refresh_there(const Subject& subject, const ProviderEndpoints& endpoints, Ask& ask);
Said look_at_profile(const Subject& subject, const std::string& url, Reach reach, Ask& ask);
UpstreamCheck good(const Subject& subject, const Said& said, const Facts& facts);
UpstreamCheck unanswered(const Subject& subject, const Facts& facts);
/// Without an answer a grant is honoured for a while.
bool is_patient(const Authority& authority, const store::Grant& grant, UnixSeconds now);

}  // namespace

UpstreamCheck check_upstream(const Authority& authority, const std::string& grant_id,
                             const store::Found<store::Grant>& grant, Ask& ask) {
  UpstreamCheck fine;
  fine.grant = *grant;
  if (grant->provider.empty()) return fine;
  if (ask.facts().now() < grant->check_due) {
    if (!is_patient(authority, *grant, ask.facts().now())) fine.verdict = Verdict::unreachable;
    return fine;
  }
  const Provider* provider = authority.provider(grant->provider);
  if (provider == nullptr)
    return end_for_provider(authority, grant_id, grant, "the provider is not configured any more", ask);

  const auto upstream = store::load<store::Upstream>(ask, store::Upstream::key(grant_id));
  if (ask.pending()) return fine;
  auto tokens = upstream ? open_upstream(authority, upstream->tokens) : std::nullopt;
  if (!tokens) return end_for_provider(authority, grant_id, grant, "the provider's tokens can't be read", ask);

  const Subject subject{authority, *provider, grant_id, grant, upstream, std::move(*tokens)};
  Commit kept;
  const Said said = ask_provider(subject, ask, kept);
  if (ask.pending()) return fine;
  UpstreamCheck check;
  switch (said.verdict) {
    case Verdict::good:
      check = good(subject, said, ask.facts());
      break;
    case Verdict::gone:
      check = end_for_provider(authority, grant_id, grant, said.why, ask);
      break;
    case Verdict::unreachable:
      check = unanswered(subject, ask.facts());
      break;
  }
  check.upstream = upstream;
  check.commit.join(std::move(kept));
  return check;
}

void keep_checked(Commit& commit, const store::Found<store::Grant>& grant, const UpstreamCheck& check) {
  if (check.changed) store::replace(commit, grant, check.grant, check.grant.expires);
  if (!check.renewed) return;
  store::replace(commit, check.upstream, *check.renewed, check.grant.expires);
  commit.durable();  // The old refresh token is no good any more.
}

UpstreamCheck end_for_provider(const Authority& authority, const std::string& grant_id,
                               const store::Found<store::Grant>& grant, const std::string& why, Ask& ask) {
  UpstreamCheck check;
  check.verdict = Verdict::gone;
  check.grant = *grant;
  const auto listed = store::load<store::GrantOf>(ask, store::GrantOf::key(grant->subject, grant_id));
  if (end_grant(check.commit, grant, listed, authority.lifetimes, ask)) {
    check.topics.push_back({Topic::Kind::grant_ended, grant->subject, grant_id});
  }
  if (ask.pending()) return check;
  check.audit.push_back(
      {"provider.check", std::string(name_of(Refusal::upstream_gone)), grant->client, grant->subject, why});
  return check;
}

Answer upstream_unreachable(const Authority& authority, std::string_view what, const store::Grant& grant) {
  Answer answer = refuse_json(what, {Refusal::upstream_unreachable, {}, grant.client, grant.subject});
  answer.reply.headers.push_back({"Retry-After", std::to_string(ask_again(authority.lifetimes).count)});
  return answer;
}

namespace {

Said ask_provider(const Subject& subject, Ask& ask, Commit& kept) {
  const auto endpoints = endpoints_of(subject.provider, ask, kept);
  if (ask.pending() || !endpoints) return {};
  const bool runs_out = subject.tokens.expires.count > 0 && ask.facts().now() + early >= subject.tokens.expires;
  if (runs_out && !subject.tokens.refresh.empty()) return refresh_there(subject, *endpoints, ask);
  switch (subject.provider.kind) {
    case Provider::Kind::github:
      return look_at_profile(subject, subject.provider.api_url + "/user", Reach::configured, ask);
    case Provider::Kind::oauth2:
      return look_at_profile(subject, subject.provider.api_url, Reach::configured, ask);
    case Provider::Kind::oidc:
      break;
  }
  if (!endpoints->userinfo.empty()) {
    return look_at_profile(subject, endpoints->userinfo, endpoints->reach_of(endpoints->userinfo), ask);
  }
  if (!subject.tokens.refresh.empty()) return refresh_there(subject, *endpoints, ask);
  return {Verdict::good};  // There is nothing that could be asked: the grant ends by its own time.
}

Said refresh_there(const Subject& subject, const ProviderEndpoints& endpoints, Ask& ask) {
  ask(Claim{subject.upstream.key()});
  if (ask.pending()) return {};
  Fetch fetch = token_fetch(endpoints.provider, endpoints.token,
                            {{"grant_type", "refresh_token"}, {"refresh_token", subject.tokens.refresh}});
  fetch.reach = endpoints.reach_of(endpoints.token);
  const Fetched* fetched = ask(std::move(fetch));
  if (fetched == nullptr) return {};
  TokenAnswer answer = read_token_answer(*fetched, ask.facts().now());
  if (answer.kind == TokenAnswer::Kind::tokens) {
    if (answer.tokens.refresh.empty()) answer.tokens.refresh = subject.tokens.refresh;  // RFC 6749 s. 6
    return {Verdict::good, std::move(answer.tokens)};
  }
  // Only what says that this grant is over ends it: a wrong client secret is our own trouble, and may be mended.
  if (answer.error == "invalid_grant" || answer.error == "bad_refresh_token") return {Verdict::gone, {}, answer.error};
  return {};
}

Said look_at_profile(const Subject& subject, const std::string& url, Reach reach, Ask& ask) {
  Fetch fetch = profile_fetch(subject.provider, url, subject.tokens.access);
  fetch.reach = reach;
  const Fetched* fetched = ask(std::move(fetch));
  if (fetched == nullptr) return {};
  if (fetched->status == 401) return {Verdict::gone, {}, "the provider answered 401"};
  const auto profile = wire::parse_json(fetched->body);
  if (fetched->status != 200 || !profile || !profile->is_object()) return {};
  // Never by accident: then this token would be another user's. OpenID Connect Core 1.0 s. 5.3.2.
  const Said another{Verdict::gone, {}, "the token is of another user"};
  if (subject.provider.kind == Provider::Kind::oidc) {
    const std::string* there = wire::string_member(*profile, "sub");
    if (there == nullptr) return {};
    return subject_of(subject.provider, *there) == subject.grant->subject ? Said{Verdict::good} : another;
  }
  const auto identity = identity_of_profile(subject.provider, *profile);
  if (!identity) return {Verdict::gone, {}, std::string(name_of(identity.error().why))};
  return identity->subject == subject.grant->subject ? Said{Verdict::good} : another;
}

UpstreamCheck good(const Subject& subject, const Said& said, const Facts& facts) {
  UpstreamCheck check;
  const UpstreamTokens& tokens = said.new_tokens ? *said.new_tokens : subject.tokens;
  check.grant = *subject.grant;
  check.grant.verified = facts.now();
  check.grant.check_due = next_check(subject.authority, tokens, facts.now());
  check.changed = true;
  if (said.new_tokens) {
    check.renewed = store::Upstream{subject.upstream->provider,
                                    seal(subject.authority, tokens, facts, "upstream tokens"), tokens.expires};
  }
  return check;
}

UpstreamCheck unanswered(const Subject& subject, const Facts& facts) {
  UpstreamCheck check;
  check.verdict = is_patient(subject.authority, *subject.grant, facts.now()) ? Verdict::good : Verdict::unreachable;
  check.grant = *subject.grant;
  check.grant.check_due = facts.now() + ask_again(subject.authority.lifetimes);
  check.changed = true;
  return check;
}

bool is_patient(const Authority& authority, const store::Grant& grant, UnixSeconds now) {
  return now < grant.verified + Seconds{2 * authority.lifetimes.provider_check.count};
}

}  // namespace
}  // namespace postern::oauth
