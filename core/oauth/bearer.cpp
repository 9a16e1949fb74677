#include "core/oauth/bearer.hpp"

#include "core/oauth/external_token.hpp"
#include "core/oauth/grant.hpp"
#include "core/oauth/replies.hpp"
#include "core/oauth/requested_scopes.hpp"
#include "core/oauth/tokens.hpp"
#include "core/store/record.hpp"
#include "core/store/records.hpp"
#include "core/wire/challenge.hpp"
#include "core/wire/form.hpp"
#include "core/wire/http.hpp"

namespace postern::oauth {
namespace {

constexpr std::string_view what = "bearer";

constexpr Seconds use_is_told_within{3600};  // A write for each use would make a read cost a write.

/// By a token of the authorization server elsewhere.
Admission admit_from_elsewhere(const Authority& authority, std::string_view token, Ask& ask);
Answer refuse_token(const Authority& authority, const Refused& refused, const ScopeSet& scopes);
/// The provider has ended it: so do we, and the client may ask the user again.
Answer refuse_gone(const Authority& authority, UpstreamCheck check, const ScopeSet& scopes);
Outcome no_token(const Authority& authority, const HttpRequest& request);
Outcome wrong_field(const Authority& authority, const HttpRequest& request);
bool has_token_in_query(const HttpRequest& request);
std::string metadata_url_of(const Authority& authority, const std::string& resource);

}  // namespace

Admission admit(const Authority& authority, const HttpRequest& request, Ask& ask) {
  const std::string* field = wire::find_header(request.headers, "Authorization");
  if (field == nullptr) return {no_token(authority, request)};
  const std::optional<std::string_view> text = wire::bearer_token(*field);
  // Two fields: which of them a proxy in front has judged is unknown.
  if (!text || wire::count_header(request.headers, "Authorization") != 1) return {wrong_field(authority, request)};

  if (authority.external) return admit_from_elsewhere(authority, *text, ask);
  std::optional<AccessToken> token = open_access_token(authority, *text);
  if (!token) return {refuse_token(authority, {Refusal::unknown_token}, authority.default_scopes)};
  const auto refuse = [&](Refusal why, std::string detail = {}) {
    // It was a token of ours: the next one should not be able to do less.
    return Admission{refuse_token(authority, {why, std::move(detail), token->client, token->subject},
                                  authority.default_scopes.united_with(token->scopes))};
  };
  if (token->subject.empty() || token->grant.empty()) return refuse(Refusal::unknown_token);
  if (ask.facts().now() >= token->expires) return refuse(Refusal::expired_token);
  if (token->audience != authority.resource) {
    return refuse(Refusal::wrong_audience, "expected a token for " + authority.resource);
  }

  const auto grant = store::load<store::Grant>(ask, store::Grant::key(token->grant));
  if (ask.pending()) return {ask.needs()};
  if (!grant || !lives(*grant, ask.facts().now()) || grant->subject != token->subject ||
      grant->client != token->client) {
    return refuse(Refusal::token_of_ended_grant);
  }
  UpstreamCheck check = check_upstream(authority, token->grant, grant, ask);
  if (ask.pending()) return {ask.needs()};
  if (check.verdict == UpstreamCheck::Verdict::gone) {
    return {refuse_gone(authority, std::move(check), authority.default_scopes.united_with(token->scopes))};
  }
  if (ask.facts().now() - grant->used >= use_is_told_within) {
    check.grant.used = ask.facts().now();
    check.changed = true;
  }
  keep_checked(check.commit, grant, check);
  if (check.verdict == UpstreamCheck::Verdict::unreachable) {
    Answer answer = upstream_unreachable(authority, what, *grant);
    answer.commit = std::move(check.commit);
    return {std::move(answer)};
  }
  return {Principal{std::move(token->subject), std::move(token->user_name), std::move(token->client),
                    std::move(token->grant), std::move(token->scopes), token->expires},
          std::move(check.commit), std::move(check.topics), std::move(check.audit)};
}

Answer provider_ended(const Authority& authority, const Principal& principal, UpstreamCheck check) {
  return refuse_gone(authority, std::move(check), authority.default_scopes.united_with(principal.scopes));
}

Answer insufficient_scope(const Authority& authority, const Principal& principal, const ScopeSet& needed) {
  const Refused refused{Refusal::too_little_scope,
                        "expected scope " + needed.to_string() + ", received a token with " +
                            (principal.scopes.empty() ? "none" : principal.scopes.to_string()),
                        principal.client, principal.subject};
  return refuse_token(authority, refused, principal.scopes.united_with(needed));
}

std::string challenge_for(const Authority& authority, const ScopeSet& scopes, std::string_view error,
                          std::string_view description) {
  wire::Challenge challenge{"Bearer", {}, {}};
  if (!error.empty()) challenge.parameters.emplace_back("error", error);
  if (!description.empty()) challenge.parameters.emplace_back("error_description", fit_description(description));
  challenge.parameters.emplace_back("resource_metadata", resource_metadata_url(authority));
  // A token of a server elsewhere may have it, and the resource asks for what is its own.
  const ScopeSet asked = scopes.without({offline_access});
  if (!asked.empty()) challenge.parameters.emplace_back("scope", asked.to_string());
  return wire::print(challenge);
}

std::string resource_metadata_url(const Authority& authority) { return metadata_url_of(authority, authority.resource); }

void lead_to_sse_metadata(const Authority& authority, Reply& reply) {
  for (wire::Header& header : reply.headers) {
    if (header.name != "WWW-Authenticate") continue;
    auto challenges = wire::parse_challenges(header.value);
    if (!challenges || challenges->size() != 1) continue;
    for (auto& [name, value] : challenges->front().parameters) {
      if (name == "resource_metadata") value = metadata_url_of(authority, authority.sse_resource);
    }
    header.value = wire::print(challenges->front());
  }
}

namespace {

Admission admit_from_elsewhere(const Authority& authority, std::string_view token, Ask& ask) {
  Commit kept;
  auto principal = principal_elsewhere(authority, token, ask, kept);
  if (ask.pending()) return {ask.needs()};
  if (principal) return {std::move(principal).value(), std::move(kept)};
  const Refused& refused = principal.error();
  Answer answer = refused.why == Refusal::external_unreachable
                      ? external_unreachable(what, refused)
                      : refuse_token(authority, refused, authority.default_scopes);
  answer.commit = std::move(kept);
  return {std::move(answer)};
}

Answer refuse_token(const Authority& authority, const Refused& refused, const ScopeSet& scopes) {
  Answer answer = refuse_json(what, refused);
  answer.reply.headers.push_back(
      {"WWW-Authenticate", challenge_for(authority, scopes, to_wire(refused.why).error, description_of(refused))});
  return answer;
}

Answer refuse_gone(const Authority& authority, UpstreamCheck check, const ScopeSet& scopes) {
  Answer answer =
      refuse_token(authority, {Refusal::upstream_gone, {}, check.grant.client, check.grant.subject}, scopes);
  answer.commit = std::move(check.commit);
  answer.topics = std::move(check.topics);
  answer.audit.insert(answer.audit.begin(), check.audit.begin(), check.audit.end());
  return answer;
}

// RFC 6750 s. 3.1: a request without a token is told what it needs, and of no error.
Outcome no_token(const Authority& authority, const HttpRequest& request) {
  Answer answer = refuse_json(what, {has_token_in_query(request) ? Refusal::token_in_query : Refusal::no_token});
  answer.reply.headers.push_back({"WWW-Authenticate", challenge_for(authority, authority.default_scopes)});
  return answer;
}

Outcome wrong_field(const Authority& authority, const HttpRequest& request) {
  if (wire::count_header(request.headers, "Authorization") > 1) {
    return refuse_token(authority, {Refusal::two_authorizations}, authority.default_scopes);
  }
  return refuse_token(authority, {Refusal::malformed_authorization}, authority.default_scopes);
}

bool has_token_in_query(const HttpRequest& request) {
  const auto target = wire::parse_target(request.target);
  if (!target) return false;
  const auto form = wire::Form::parse(target->query);
  return form && form->find("access_token") != nullptr;
}

std::string metadata_url_of(const Authority& authority, const std::string& resource) {
  const std::size_t origin = authority.issuer.size() - authority.path.size();
  return authority.issuer.substr(0, origin) + "/.well-known/oauth-protected-resource" + resource.substr(origin);
}

}  // namespace
}  // namespace postern::oauth
