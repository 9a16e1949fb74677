// A host made of values: a store in a map, a clock that stands still until it is moved, chance that counts, passwords
// that are compared as text. It performs what an evaluation needs and applies its commit under the guard, so that a
// test reads as the protocol.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/crypto/hash.hpp"
#include "core/flow/ask.hpp"
#include "core/flow/facts.hpp"
#include "core/flow/outcome.hpp"
#include "core/store/fields.hpp"

namespace postern::test {

/// The PHC string of a password in this world.
inline std::string phc_of(std::string_view password) { return "$plain$" + std::string(password); }

class World {
 public:
  using Endpoint = std::function<Outcome(const HttpRequest&, const Facts&)>;

  UnixSeconds now{1'700'000'000};
  bool store_fails = false;  ///< Every read is answered `Unavailable`, no commit is taken.
  /// The rest of the world: what another server answers. Nothing set: nobody is there.
  std::function<Fetched(const Fetch&)> elsewhere = {};
  std::function<void()> before_commit = {};  ///< What others do meanwhile. Called once, then forgotten.

  std::vector<Topic> topics;        ///< Published so far.
  std::vector<AuditEvent> audit;    ///< Told so far.
  Commit last_commit;               ///< The last one that held.
  int rounds = 0;                   ///< Of the last request.
  int lost_commits = 0;             ///< So far.
  int passwords_verified = 0;       ///< So far.
  std::vector<Fetch> fetches;       ///< So far; of one request none comes twice.
  std::vector<std::string> claims;  ///< So far.

  void pass(std::int64_t seconds) { now = now + Seconds{seconds}; }

  /// New facts, as a host draws them for a request.
  Facts facts() { return Facts(now, crypto::sha256("entropy " + std::to_string(++drawn_))); }

  /// The driver's loop. Throws when eight rounds are not enough or five commits are lost: both are broken laws.
  Answer run(const Endpoint& endpoint, const HttpRequest& request) {
    const Within within(*this);  // before_commit may send a request of its own
    for (int attempt = 0; attempt < 5; ++attempt) {
      Facts known = facts();
      for (const std::string& key : held_) known.learn(Claim{key}, Claimed{});
      Answer answer = evaluate(endpoint, request, known);
      if (before_commit) std::exchange(before_commit, {})();
      if (store_fails && !answer.commit.empty()) return Answer{unavailable(), {}, {}, {}};  // as a host does
      if (!commit(answer.commit)) {
        ++lost_commits;
        continue;
      }
      tell(answer);
      return answer;
    }
    throw std::runtime_error("five commits were lost");
  }

  Reply send(const Endpoint& endpoint, const HttpRequest& request) { return run(endpoint, request).reply; }

  /// Performs needs until there is an answer; commits nothing. `known` then holds what was learnt.
  Answer evaluate(const Endpoint& endpoint, const HttpRequest& request, Facts& known) {
    for (rounds = 1; rounds <= 8; ++rounds) {
      Outcome outcome = endpoint(request, known);
      if (Answer* answer = outcome.answer()) return std::move(*answer);
      if (claim(outcome.needs()->list)) {  // what was read before may not be true any more
        known = facts();
        for (const std::string& key : held_) known.learn(Claim{key}, Claimed{});
        rounds = 0;
        continue;
      }
      for (const Need& need : outcome.needs()->list) known.learn(need, perform(need));
    }
    throw std::runtime_error("eight rounds were not enough");
  }

  /// All or nothing. False: somebody was first. Throws where a write stands on nothing: a broken law.
  bool commit(const Commit& commit) {
    for (const Put& put : commit.puts) require_guard(commit, put.key);
    for (const std::string& key : commit.deletes) require_guard(commit, key);
    for (const Expect& expect : commit.expects) {
      if (version_of(expect.key) != expect.version) return false;
    }
    for (const Put& put : commit.puts) {
      records_[put.key] = Entry{StoredRecord{put.bytes, ++version_}, put.expires_at};
    }
    for (const std::string& key : commit.deletes) records_.erase(key);
    last_commit = commit;
    return true;
  }

  /// After a commit that held.
  void tell(const Answer& answer) {
    topics.insert(topics.end(), answer.topics.begin(), answer.topics.end());
    audit.insert(audit.end(), answer.audit.begin(), answer.audit.end());
  }

  /// The exact outcome of the last decision: `ok`, or the name of a refusal.
  std::string last_outcome() const { return audit.empty() ? "" : audit.back().outcome; }

  Fact perform(const Need& need) {
    return std::visit([this](const auto& asked) { return answer(asked); }, need);
  }

  template <class Record>
  void put(const std::string& key, const Record& record, std::optional<UnixSeconds> expires_at = {}) {
    records_[key] = Entry{StoredRecord{store::encode(record), ++version_}, expires_at};
  }
  template <class Record>
  std::optional<Record> get(const std::string& key) {
    const StoredRecord* found = find(key);
    return found == nullptr ? std::nullopt : store::decode<Record>(found->bytes);
  }
  void remove(const std::string& key) { records_.erase(key); }

  /// The keys that are there now and begin with `prefix`, in order.
  std::vector<std::string> keys(std::string_view prefix) {
    std::vector<std::string> found;
    for (const auto& [key, entry] : records_) {
      if (key.substr(0, prefix.size()) == prefix && find(key) != nullptr) found.push_back(key);
    }
    return found;
  }

  /// Every byte that the store holds, keys and values: what a thief of the store would have.
  std::string dump() const {
    std::string all;
    for (const auto& [key, entry] : records_) all += key + '\n' + entry.record.bytes + '\n';
    return all;
  }

  struct Entry {
    StoredRecord record;
    std::optional<UnixSeconds> expires_at;
  };
  const std::map<std::string, Entry>& records() const { return records_; }

 private:
  Fact answer(const Load& load) {
    if (store_fails) return Unavailable{};
    const StoredRecord* found = find(load.key);
    return Loaded{found == nullptr ? std::nullopt : std::optional<StoredRecord>(*found)};
  }

  Fact answer(const Scan& scan) {
    if (store_fails) return Unavailable{};
    Scanned scanned;
    for (const std::string& key : keys(scan.prefix)) {
      if (scanned.records.size() < scan.limit) scanned.records.push_back({key, *find(key)});
    }
    return scanned;
  }

  Fact answer(const VerifyPassword& verify) {
    ++passwords_verified;
    return PasswordVerified{verify.phc == phc_of(verify.password.expose_for(Reason::performing))};
  }
  Fact answer(const HashPassword& hash) { return PasswordHashed{phc_of(hash.password.expose_for(Reason::performing))}; }
  Fact answer(const Sleep& sleep) {
    pass(sleep.milliseconds / 1000);
    return Slept{};
  }
  Fact answer(const RunTool&) { return Unavailable{}; }
  Fact answer(const Fetch& fetch) {
    for (const auto& [asked, fetched] : fetched_) {
      if (asked == fetch) return fetched;
    }
    fetches.push_back(fetch);
    Fetched fetched = elsewhere ? elsewhere(fetch) : Fetched{0, {}, "", FetchProblem::unreachable};
    fetched_.emplace_back(fetch, fetched);
    return fetched;
  }
  Fact answer(const Claim&) { return Claimed{}; }

  // What one request holds and has fetched.
  class Within {
   public:
    explicit Within(World& world)
        : world_(world), held_(std::exchange(world.held_, {})), fetched_(std::exchange(world.fetched_, {})) {}
    ~Within() {
      world_.held_ = std::move(held_);
      world_.fetched_ = std::move(fetched_);
    }
    Within(const Within&) = delete;
    Within& operator=(const Within&) = delete;

   private:
    World& world_;
    std::vector<std::string> held_;
    std::vector<std::pair<Fetch, Fetched>> fetched_;
  };

  /// True: something was claimed that was not held, and the request starts over.
  bool claim(const std::vector<Need>& needs) {
    bool more = false;
    for (const Need& need : needs) {
      const auto* wanted = std::get_if<Claim>(&need);
      if (wanted == nullptr) continue;
      held_.push_back(wanted->key);
      claims.push_back(wanted->key);
      more = true;
    }
    if (held_.size() > 8) throw std::runtime_error("too many claims");
    return more;
  }

  static void require_guard(const Commit& commit, const std::string& key) {
    for (const Expect& expect : commit.expects) {
      if (expect.key == key) return;
    }
    throw std::runtime_error("a write without its guard: " + key);
  }

  const StoredRecord* find(const std::string& key) {
    const auto at = records_.find(key);
    if (at == records_.end() || (at->second.expires_at && now >= *at->second.expires_at)) return nullptr;
    return &at->second.record;
  }
  std::optional<Version> version_of(const std::string& key) {
    const StoredRecord* found = find(key);
    return found == nullptr ? std::nullopt : std::optional<Version>(found->version);
  }

  std::map<std::string, Entry> records_;
  Version version_ = 0;
  int drawn_ = 0;
  std::vector<std::string> held_;
  std::vector<std::pair<Fetch, Fetched>> fetched_;
};

}  // namespace postern::test
