#include "core/oauth/operator.hpp"

#include <cstdint>
#include <map>
#include <vector>

#include "core/oauth/grant.hpp"
#include "core/oauth/grants.hpp"
#include "core/oauth/replies.hpp"
#include "core/store/record.hpp"
#include "core/store/records.hpp"
#include "core/wire/text.hpp"

namespace postern::oauth {
namespace {

constexpr std::uint32_t most_listed = 100'000;
constexpr std::string_view what_revokes = "grants.revoke";

/// Every record under the prefix, by the rest of its key. Empty while `ask.pending()`.
template <class Record>
std::vector<std::pair<std::string, store::Found<Record>>> scan_all(Ask& ask, bool& more);
bool is_chosen(const GrantChoice& choice, const std::string& id, const store::Grant& grant);
/// The first of those that are chosen and alive, with their places in the lists of their users.
std::vector<UserGrant> choose(const GrantChoice& choice, Ask& ask);
Json describe(const std::string& id, const store::Grant& grant, const std::string& client_name);
Json describe(const std::string& id, const store::Client& client, std::int64_t grants);
Outcome refuse(int status, std::string why);

}  // namespace

Outcome list_grants(const GrantChoice& choice, const Facts& facts) {
  Ask ask{facts};
  bool more = false;
  bool more_clients = false;
  const auto grants = scan_all<store::Grant>(ask, more);
  std::map<std::string, std::string> names;
  for (const auto& [id, client] : scan_all<store::Client>(ask, more_clients)) names[id] = client->name;
  if (ask.pending()) return ask.needs();
  Json list = Json::array();
  for (const auto& [id, grant] : grants) {
    if (lives(*grant, facts.now()) && is_chosen(choice, id, *grant)) {
      list.push_back(describe(id, *grant, names[grant->client]));
    }
  }
  return json_reply(200, Json{{"grants", std::move(list)}, {"more", more}});
}

Outcome revoke_grants(const GrantChoice& choice, const Lifetimes& lifetimes, const Facts& facts) {
  Ask ask{facts};
  const std::vector<UserGrant> chosen = choose(choice, ask);
  if (ask.pending()) return ask.needs();
  if (chosen.empty() && !choice.id.empty()) {
    return refuse(404, "there is no living grant " + wire::display_name(choice.id));
  }
  Answer answer;
  end_grants(chosen, lifetimes, what_revokes, ask, answer);
  if (ask.pending()) return ask.needs();
  answer.reply = json_reply(200, Json{{"ended", chosen.size()}});
  return answer;
}

Outcome list_clients(const Facts& facts) {
  Ask ask{facts};
  bool more = false;
  bool more_grants = false;
  const auto clients = scan_all<store::Client>(ask, more);
  std::map<std::string, std::int64_t> grants;
  for (const auto& [id, grant] : scan_all<store::Grant>(ask, more_grants)) {
    if (lives(*grant, facts.now())) ++grants[grant->client];
  }
  if (ask.pending()) return ask.needs();
  Json list = Json::array();
  for (const auto& [id, client] : clients) list.push_back(describe(id, *client, grants[id]));
  return json_reply(200, Json{{"clients", std::move(list)}, {"more", more}});
}

Outcome remove_client(std::string_view id, const Lifetimes& lifetimes, const Facts& facts) {
  Ask ask{facts};
  const auto client = store::load<store::Client>(ask, store::Client::key(id));
  const std::vector<UserGrant> chosen = choose({{}, {}, std::string(id)}, ask);
  if (ask.pending()) return ask.needs();
  if (!client) return refuse(404, "there is no client " + wire::display_name(id, 200));
  Answer answer;
  end_grants(chosen, lifetimes, what_revokes, ask, answer);
  if (ask.pending()) return ask.needs();
  store::erase(answer.commit, client);
  answer.commit.durable();
  answer.reply = json_reply(200, Json{{"ended", chosen.size()}});
  answer.audit.push_back({"clients.remove", "ok", std::string(id), {}, {}});
  return answer;
}

namespace {

template <class Record>
std::vector<std::pair<std::string, store::Found<Record>>> scan_all(Ask& ask, bool& more) {
  std::vector<std::pair<std::string, store::Found<Record>>> found;
  const std::string prefix = Record::key("");
  const Scanned* scanned = ask(Scan{prefix, most_listed});
  if (scanned == nullptr) return found;
  more = scanned->records.size() == most_listed;
  for (const ScannedRecord& one : scanned->records) {
    std::optional<Record> record = store::decode<Record>(one.record.bytes);
    if (!record) continue;
    found.emplace_back(one.key.substr(prefix.size()),
                       store::Found<Record>(one.key, one.record.version, std::move(*record)));
  }
  return found;
}

bool is_chosen(const GrantChoice& choice, const std::string& id, const store::Grant& grant) {
  if (!choice.id.empty() && choice.id != id) return false;
  if (!choice.user.empty() && choice.user != grant.user_name && choice.user != grant.subject) return false;
  return choice.client.empty() || choice.client == grant.client;
}

std::vector<UserGrant> choose(const GrantChoice& choice, Ask& ask) {
  std::vector<UserGrant> chosen;
  bool more = false;
  for (auto& [id, grant] : scan_all<store::Grant>(ask, more)) {
    if (chosen.size() == most_grants) break;
    if (!lives(*grant, ask.facts().now()) || !is_chosen(choice, id, *grant)) continue;
    auto listed = store::load<store::GrantOf>(ask, store::GrantOf::key(grant->subject, id));
    chosen.push_back({id, std::move(listed), std::move(grant)});
  }
  return chosen;
}

Json describe(const std::string& id, const store::Grant& grant, const std::string& client_name) {
  return Json{{"id", id},
              {"user", grant.user_name},
              {"subject", grant.subject},
              {"client", grant.client},
              {"client_name", client_name},
              {"scopes", grant.scopes.to_string()},
              {"granted", grant.created.count},
              {"used", grant.used.count},
              {"provider", grant.provider}};
}

Json describe(const std::string& id, const store::Client& client, std::int64_t grants) {
  return Json{{"id", id},
              {"name", client.name},
              {"redirect_uris", client.redirect_uris},
              {"auth_method", client.auth_method},
              {"created", client.created.count},
              {"used", client.used},
              {"grants", grants}};
}

Outcome refuse(int status, std::string why) { return json_reply(status, Json{{"error", std::move(why)}}); }

}  // namespace
}  // namespace postern::oauth
