#include "core/oauth/grants.hpp"

#include "core/oauth/grant.hpp"

namespace postern::oauth {

UserGrants load_grants(Ask& ask, std::string_view subject) {
  UserGrants found;
  const std::string prefix = store::GrantOf::prefix(subject);
  const Scanned* scanned = ask(Scan{prefix, most_grants + 1});
  if (scanned == nullptr) return found;
  for (const ScannedRecord& record : scanned->records) {
    if (found.grants.size() == most_grants) {
      found.more = true;
      break;
    }
    std::string id = record.key.substr(prefix.size());
    auto grant = store::load<store::Grant>(ask, store::Grant::key(id));
    found.grants.push_back(
        {std::move(id), store::Found<store::GrantOf>(record.key, record.record.version, {}), std::move(grant)});
  }
  return found;
}

void end_grants(const std::vector<UserGrant>& grants, const Lifetimes& lifetimes, std::string_view what, Ask& ask,
                Answer& answer) {
  for (const UserGrant& one : grants) {
    if (!end_grant(answer.commit, one.grant, one.listed, lifetimes, ask)) {
      store::erase(answer.commit, one.listed);
      continue;
    }
    answer.topics.push_back({Topic::Kind::grant_ended, one.grant->subject, one.id});
    if (what.empty()) continue;
    answer.audit.push_back({std::string(what), "ok", one.grant->client, one.grant->subject, one.id});
  }
}

}  // namespace postern::oauth
