#include "core/oauth/external_token.hpp"

#include <algorithm>

#include "core/crypto/hash.hpp"
#include "core/oauth/discovery.hpp"
#include "core/oauth/identity.hpp"
#include "core/oauth/remote_keys.hpp"
#include "core/oauth/upstream.hpp"
#include "core/store/record.hpp"
#include "core/store/records.hpp"
#include "core/wire/base64.hpp"
#include "core/wire/json.hpp"
#include "core/wire/jwt.hpp"
#include "core/wire/text.hpp"

namespace postern::oauth {
namespace {

constexpr Seconds believed{15};  // What introspection said. RFC 7662 s. 4 warns of long ones.

using Judged = Result<Principal, Refused>;

Judged by_keys(const Authority& authority, std::string_view token, Ask& ask, Commit& commit);
/// What introspection said some seconds ago will do, or has to be asked for now.
enum class Said { lately, now };
Judged by_introspection(const Authority& authority, std::string_view token, Said when, Ask& ask, Commit& commit);
Judged judge_introspection(const Authority& authority, const Json& said, UnixSeconds now);
/// What both forms of a token say of its holder, once issuer, audience and time have been looked at.
Judged principal_of(const External& external, const Json& claims, UnixSeconds expires);
std::vector<std::string> audiences_of(const Authority& authority);
Refused refused_for(JwtFault fault);
std::optional<ScopeSet> scopes_in(const Json& claims);
std::string name_in(const External& external, const Json& claims, const std::string& subject);

}  // namespace

Judged principal_elsewhere(const Authority& authority, std::string_view token, Ask& ask, Commit& commit) {
  return authority.external->introspection_url.empty() ? by_keys(authority, token, ask, commit)
                                                       : by_introspection(authority, token, Said::lately, ask, commit);
}

Answer external_unreachable(std::string_view what, const Refused& refused) {
  Answer answer = refuse_json(what, {refused.why});
  answer.reply.headers.push_back({"Retry-After", "5"});
  answer.audit = {audit(what, refused)};
  return answer;
}

void bind_stream(const Authority& authority, std::string_view token, const Principal& principal, const Facts& facts,
                 Stream& stream) {
  stream.expires = principal.expires;
  if (authority.external->introspection_url.empty()) return;
  stream.token = authority.upstream.seal(token, facts.draw("token of a stream"));
}

bool is_still_good(const Authority& authority, const Stream& stream, Ask& ask) {
  if (ask.facts().now() >= stream.expires) return false;
  if (stream.token.empty()) return true;
  const auto token = authority.upstream.open(stream.token);
  if (!token) return false;
  Commit kept;  // What is kept for requests, they keep.
  const Judged judged = by_introspection(authority, *token, Said::now, ask, kept);
  if (judged) return judged->subject == stream.subject;
  return judged.error().why == Refusal::external_unreachable;
}

namespace {

Judged by_keys(const Authority& authority, std::string_view token, Ask& ask, Commit& commit) {
  const External& external = *authority.external;
  // What is no JWT of that issuer by its own words costs nobody a request.
  const auto looks = wire::Jwt::parse(token);
  if (!looks) return Refused{Refusal::unknown_token};
  const std::string* issuer = wire::string_member(looks->claims, "iss");
  if (issuer == nullptr || *issuer != external.issuer) return refused_for(JwtFault::wrong_issuer);

  const auto server = external_server(external, ask, commit);
  if (!server) return Refused{Refusal::external_unreachable, server.error()};
  if (server->keys.empty()) return Refused{Refusal::external_unreachable, "its metadata name no keys"};
  JwtExpectation expected;
  expected.issuer = external.issuer;
  expected.audiences = audiences_of(authority);
  expected.algorithms.clear();
  for (const std::string& name : external.algorithms) {
    if (const auto algorithm = algorithm_by_name(name)) expected.algorithms.push_back(*algorithm);
  }
  expected.types = external.token_types;
  expected.now = ask.facts().now();
  const auto claims =
      verify_by_keys_at(server->keys, reach_from(external.issuer, server->keys), token, expected, ask, commit);
  if (!claims) return refused_for(claims.error());
  return principal_of(external, claims->all, claims->expires);
}

Judged by_introspection(const Authority& authority, std::string_view token, Said when, Ask& ask, Commit& commit) {
  const External& external = *authority.external;
  const std::string key = store::Introspection::key(wire::base64url(crypto::sha256(token)));
  const auto kept = store::load<store::Introspection>(ask, key);
  if (ask.pending()) return Refused{Refusal::external_unreachable};
  if (kept && when == Said::lately) {
    const auto said = wire::parse_json(kept->body);
    return judge_introspection(authority, said ? *said : Json(), ask.facts().now());
  }
  Provider there;
  there.client_id = external.client_id;
  there.client_secret = external.client_secret;
  const Fetched* fetched = ask(token_fetch(there, external.introspection_url,
                                           {{"token", std::string(token)}, {"token_type_hint", "access_token"}}));
  if (fetched == nullptr) return Refused{Refusal::external_unreachable};
  const auto said = wire::parse_json(fetched->body);
  if (fetched->status != 200 || !said || !said->is_object() || !wire::bool_member(*said, "active")) {
    return Refused{Refusal::external_unreachable,
                   "introspection: expected 200 and a JSON object with active, received status " +
                       std::to_string(fetched->status)};
  }
  store::replace(commit, kept, store::Introspection{fetched->body}, ask.facts().now() + believed);
  return judge_introspection(authority, *said, ask.facts().now());
}

// RFC 7662 s. 2.2. What it leaves out that we need is a refusal: who, for whom, through which client.
Judged judge_introspection(const Authority& authority, const Json& said, UnixSeconds now) {
  const External& external = *authority.external;
  if (!wire::bool_member(said, "active").value_or(false)) return Refused{Refusal::inactive_token};
  if (const Json* issuer = wire::member(said, "iss"); issuer != nullptr && *issuer != external.issuer) {
    return refused_for(JwtFault::wrong_issuer);
  }
  if (!names_one_of(said, audiences_of(authority))) return refused_for(JwtFault::wrong_audience);
  const Json* type = wire::member(said, "token_type");
  const std::string* word = wire::string_member(said, "token_type");
  if (type != nullptr && (word == nullptr || wire::lower_case(*word) != "bearer")) {
    return refused_for(JwtFault::wrong_type);
  }
  UnixSeconds expires = now + believed;
  if (wire::member(said, "exp") != nullptr) {
    const auto end = numeric_date(said, "exp");
    if (!end || now >= *end) return refused_for(JwtFault::expired);
    expires = *end;
  }
  return principal_of(external, said, expires);
}

Judged principal_of(const External& external, const Json& claims, UnixSeconds expires) {
  const auto refuse = [](std::string detail) { return Refused{Refusal::wrong_external_token, std::move(detail)}; };
  // RFC 7800: it is good only with the proof of a key, which is not looked at here.
  if (wire::member(claims, "cnf") != nullptr) return refuse("the token is bound to a key, expected a bearer token");
  const std::string* subject = wire::string_member(claims, external.subject_claim);
  if (subject == nullptr || subject->empty()) return refuse("expected " + external.subject_claim + " in the token");
  // RFC 9068 s. 2.2; others write `azp`. Sessions are of one client: without it nobody could be told apart.
  const std::string* client = wire::string_member(claims, "client_id");
  if (client == nullptr) client = wire::string_member(claims, "azp");
  if (client == nullptr || client->empty()) return refuse("expected client_id in the token");
  const auto scopes = scopes_in(claims);
  if (!scopes) return refuse("expected scope as scope tokens");
  Principal principal;
  principal.subject = subject_at("external", external.issuer, *subject);
  principal.user_name = name_in(external, claims, *subject);
  principal.client = *client;
  principal.scopes = *scopes;
  principal.expires = expires;
  return principal;
}

std::vector<std::string> audiences_of(const Authority& authority) {
  if (!authority.external->audience.empty()) return {authority.external->audience};
  std::vector<std::string> names = {authority.resource};
  if (!authority.sse_resource.empty()) names.push_back(authority.sse_resource);
  return names;
}

Refused refused_for(JwtFault fault) {
  switch (fault) {
    case JwtFault::expired:
      return {Refusal::expired_token};
    case JwtFault::wrong_audience:
      return {Refusal::wrong_audience};
    case JwtFault::no_keys:
      return {Refusal::external_unreachable, "its keys can not be read"};
    case JwtFault::malformed:
    case JwtFault::algorithm_not_allowed:
    case JwtFault::unknown_key:
    case JwtFault::bad_signature:
    case JwtFault::wrong_type:
    case JwtFault::wrong_issuer:
    case JwtFault::wrong_party:
    case JwtFault::wrong_nonce:
    case JwtFault::lives_too_long:
    case JwtFault::not_yet_good:
    case JwtFault::no_subject:
      break;
  }
  return {Refusal::wrong_external_token, "the token: " + std::string(name_of(fault))};
}

// RFC 9068 s. 2.2.3, RFC 8693 s. 4.2: one text. Entra and Okta write `scp`, the latter as an array.
std::optional<ScopeSet> scopes_in(const Json& claims) {
  const Json* said = wire::member(claims, "scope");
  if (said == nullptr) said = wire::member(claims, "scp");
  if (said == nullptr) return ScopeSet{};
  std::string all;
  if (said->is_string()) all = said->get<std::string>();
  if (said->is_array()) {
    for (const Json& one : *said) {
      if (one.is_string()) all += (all.empty() ? "" : " ") + one.get<std::string>();
    }
  }
  return said->is_string() || said->is_array() ? ScopeSet::parse(all) : std::nullopt;
}

std::string name_in(const External& external, const Json& claims, const std::string& subject) {
  constexpr std::size_t longest = 64;
  for (const std::string_view claim :
       {std::string_view(external.name_claim), std::string_view("preferred_username"), std::string_view("name"),
        std::string_view("email"), std::string_view("username")}) {
    const std::string* text = claim.empty() ? nullptr : wire::string_member(claims, claim);
    if (text == nullptr) continue;
    std::string name = wire::display_name(*text, longest);
    if (!name.empty()) return name;
  }
  return wire::display_name(subject, longest);
}

}  // namespace
}  // namespace postern::oauth
