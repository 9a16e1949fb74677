#include "core/oauth/users.hpp"

#include <algorithm>

#include "core/oauth/grants.hpp"
#include "core/oauth/replies.hpp"
#include "core/store/record.hpp"
#include "core/store/records.hpp"
#include "core/wire/base64.hpp"
#include "core/wire/text.hpp"

namespace postern::oauth {
namespace {

constexpr std::uint32_t most_users = 1000;
constexpr std::size_t most_erased = 200;  // In one commit.
constexpr std::uint32_t most_scanned = 100'000;
constexpr std::size_t longest_name = 64;        // Code points.
constexpr std::size_t shortest_password = 8;    // Code points.
constexpr std::size_t longest_password = 1024;  // Bytes.

Outcome refuse(int status, std::string why);
Outcome done(std::string_view what, const std::string& subject, Json body, Commit commit);
std::optional<std::string> name_fault(std::string_view name);
std::size_t code_points(std::string_view utf8);

Outcome no_such_user(std::string_view name);

}  // namespace

Outcome add_user(std::string_view name, const Secret& password, const Facts& facts, PasswordKind kind) {
  if (auto fault = name_fault(name)) return refuse(400, *fault);
  if (auto fault = password_fault(password)) return refuse(400, *fault);
  Ask ask{facts};
  const auto known = store::load<store::User>(ask, store::User::key(name));
  if (ask.pending()) return ask.needs();
  if (known) return refuse(409, "there is a user of this name already: " + std::string(name));
  const PasswordHashed* hashed = ask(HashPassword{password});
  if (ask.pending()) return ask.needs();

  store::User user;
  user.subject = wire::identifier(facts.draw("subject").substr(0, 16));
  user.name = name;
  user.password = hashed->phc;
  user.created = facts.now();
  user.one_time = kind == PasswordKind::one_time;
  Commit commit;
  store::create(commit, known.key(), user);
  return done("user.add", user.subject, Json{{"subject", user.subject}, {"name", user.name}}, std::move(commit));
}

Outcome set_password(std::string_view name, const Secret& password, const Facts& facts, PasswordKind kind) {
  if (auto fault = password_fault(password)) return refuse(400, *fault);
  Ask ask{facts};
  const auto known = store::load<store::User>(ask, store::User::key(name));
  if (ask.pending()) return ask.needs();
  if (!known) return no_such_user(name);
  const PasswordHashed* hashed = ask(HashPassword{password});
  if (ask.pending()) return ask.needs();

  store::User user = *known;
  user.password = hashed->phc;
  user.epoch += 1;
  user.one_time = kind == PasswordKind::one_time;
  Commit commit;
  store::replace(commit, known, user);
  return done("user.passwd", user.subject, Json{{"subject", user.subject}, {"name", user.name}}, std::move(commit));
}

Outcome list_users(const Facts& facts) {
  Ask ask{facts};
  const Scanned* scanned = ask(Scan{store::User::key(""), most_users + 1});
  if (ask.pending()) return ask.needs();
  Json users = Json::array();
  for (const ScannedRecord& found : scanned->records) {
    const auto user = store::decode<store::User>(found.record.bytes);
    if (!user || users.size() == most_users) continue;
    users.push_back({{"name", user->name},
                     {"subject", user->subject},
                     {"created", user->created.count},
                     {"one_time", user->one_time}});
  }
  return json_reply(200, Json{{"users", std::move(users)}, {"more", scanned->records.size() > most_users}});
}

Outcome remove_user(std::string_view name, const Lifetimes& lifetimes, const Facts& facts) {
  Ask ask{facts};
  const auto known = store::load<store::User>(ask, store::User::key(name));
  if (ask.pending()) return ask.needs();
  if (!known) return no_such_user(name);
  Answer answer;
  const UserGrants found = load_grants(ask, known->subject);
  if (ask.pending()) return ask.needs();
  end_grants(found.grants, lifetimes, {}, ask, answer);
  if (ask.pending()) return ask.needs();
  store::erase(answer.commit, known);
  answer.commit.durable();
  answer.reply =
      json_reply(200, Json{{"subject", known->subject}, {"name", known->name}, {"ended", found.grants.size()}});
  answer.audit.push_back({"user.remove", "ok", {}, known->subject, {}});
  return answer;
}

Outcome end_grants_of(std::string_view subject, const Lifetimes& lifetimes, const Facts& facts) {
  Ask ask{facts};
  Answer answer;
  const UserGrants found = load_grants(ask, subject);
  if (ask.pending()) return ask.needs();
  end_grants(found.grants, lifetimes, {}, ask, answer);
  if (ask.pending()) return ask.needs();
  answer.commit.durable();
  answer.reply = json_reply(200, Json{{"ended", found.grants.size()}});
  answer.audit.push_back({"user.end_grants", "ok", {}, std::string(subject), {}});
  return answer;
}

Outcome erase_data_of(std::string_view subject, const std::vector<std::string>& kinds, const Facts& facts) {
  if (subject.empty()) return refuse(400, "expected a subject");
  Ask ask{facts};
  Answer answer;
  std::size_t erased = 0;
  const auto erase_one = [&](const ScannedRecord& found) {
    if (erased == most_erased) return;
    store::erase(answer.commit, found);
    ++erased;
  };
  for (const std::string& kind : kinds) {
    const Scanned* found = ask(Scan{kind + '/' + std::string(subject) + '/', most_erased});
    if (found == nullptr) continue;
    for (const ScannedRecord& one : found->records) erase_one(one);
  }
  if (const Scanned* sessions = ask(Scan{store::Session::key(""), most_scanned})) {
    for (const ScannedRecord& one : sessions->records) {
      const auto session = store::decode<store::Session>(one.record.bytes);
      if (session && session->subject == subject) erase_one(one);
    }
  }
  if (ask.pending()) return ask.needs();
  answer.commit.durable();
  answer.reply = json_reply(200, Json{{"erased", erased}});
  if (erased > 0) {
    answer.audit.push_back({"user.erase_data", "ok", {}, std::string(subject), std::to_string(erased) + " records"});
  }
  return answer;
}

std::optional<std::string> password_fault(const Secret& password) {
  const std::string_view bytes = password.expose_for(Reason::hashing);
  if (bytes.size() > longest_password) {
    return "expected a password of at most 1024 bytes, received " + std::to_string(bytes.size());
  }
  if (code_points(bytes) < shortest_password) return "expected a password of at least 8 characters, received fewer";
  // A form can't carry these (core/wire/form.hpp), so nobody could ever log in with them.
  if (!wire::valid_utf8(bytes) || bytes.find('\0') != std::string_view::npos) {
    return "expected a password of UTF-8 text without NUL";
  }
  return std::nullopt;
}

namespace {

std::optional<std::string> name_fault(std::string_view name) {
  const std::size_t points = code_points(name);
  if (points < 1 || points > longest_name) {
    return "expected a user name of 1 to 64 characters, received " + std::to_string(points);
  }
  // What a page would not show as it stands could be taken for somebody else's name.
  if (wire::display_name(name, longest_name) != name) {
    return "expected a user name without control or invisible characters and without spaces at its ends or in a row";
  }
  return std::nullopt;
}

std::size_t code_points(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::count_if(utf8.begin(), utf8.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

Outcome no_such_user(std::string_view name) {
  return refuse(404, "there is no user of this name: " + wire::display_name(name, longest_name));
}

Outcome refuse(int status, std::string why) { return json_reply(status, Json{{"error", std::move(why)}}); }

Outcome done(std::string_view what, const std::string& subject, Json body, Commit commit) {
  return Answer{
      json_reply(200, body), std::move(commit.durable()), {}, {AuditEvent{std::string(what), "ok", {}, subject, {}}}};
}

}  // namespace
}  // namespace postern::oauth
