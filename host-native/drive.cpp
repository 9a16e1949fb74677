#include "host-native/drive.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "core/flow/ask.hpp"
#include "core/server/evaluate.hpp"

namespace postern {
namespace {

constexpr Seconds claim_life{30};
constexpr std::uint32_t claim_step_ms = 100;
constexpr std::uint32_t longest_claim_wait_ms = 15'000;
constexpr std::size_t most_claims = 8;

class NoEvents final : public EventSink {
 public:
  void begin(const wire::Headers&) override {}
  void send(std::string_view) override {}
};

// One request on its way: what was done for it, and what its client has seen, survive a lost commit.
class Drive {
 public:
  Drive(const Host& host, const Evaluate& evaluate, const HttpRequest& request, EventSink& events,
        std::string_view request_id)
      : host_(host), evaluate_(evaluate), request_(request), events_(events), request_id_(request_id) {
    done_.fetch_as_user = [this](const Principal& principal, const UpstreamRequest& wanted) {
      return fetch_as_user(principal, wanted);
    };
  }

  Driven run() {
    Reply reply = decide();
    give_claims_back();
    // The client is in the middle of an event stream: an error that is no event can't be told any more.
    if (began_ && reply.status != 200) reply.body.clear();
    return Driven{std::move(reply), began_};
  }

 private:
  Reply decide() {
    try {
      for (int attempt = 0; attempt < most_attempts;) {
        switch (Step step = attempt_once(); step.kind) {
          case Step::Kind::replied:
            return std::move(step.reply);
          case Step::Kind::lost:
            ++attempt;
            break;
          case Step::Kind::stale:
            break;
        }
      }
      host_.log.write(Log::Level::warning, "request.busy", {{"attempts", std::int64_t{most_attempts}}});
    } catch (const std::exception& error) {  // no memory
      host_.log.write(Log::Level::error, "request.failed", {{"reason", error.what()}});
    }
    return unavailable();
  }

  struct Step {
    enum class Kind {
      replied,
      lost,  ///< Somebody else was first.
      stale  ///< More is claimed than was, or a tool's request has written: what was read before may not be true.
    };
    Kind kind = Kind::lost;
    Reply reply = {};
  };

  Step attempt_once() {
    Facts facts(host_.now(), host_.entropy());
    for (const std::string& key : claimed_) facts.learn(Claim{key}, Claimed{});
    for (const std::string& key : lent_) facts.learn(Claim{key}, Claimed{});
    for (int rounds = 0; rounds < most_rounds;) {
      Outcome outcome = evaluate_(request_, facts);
      send_new(outcome);
      if (Answer* answer = outcome.answer()) return finish(std::move(*answer));
      const Needs& needs = *outcome.needs();
      if (wants_claims(needs)) {
        if (claim(needs)) return {Step::Kind::stale};
        return {Step::Kind::replied, unavailable()};
      }
      if (!takes_time(needs)) ++rounds;
      perform(host_, needs, facts, done_);
      if (is_stale_.exchange(false)) return {Step::Kind::stale};
    }
    host_.log.write(Log::Level::error, "request.endless", {{"rounds", std::int64_t{most_rounds}}});
    return {Step::Kind::replied, unavailable()};
  }

  static bool wants_claims(const Needs& needs) {
    return std::any_of(needs.list.begin(), needs.list.end(),
                       [](const Need& need) { return std::holds_alternative<Claim>(need); });
  }

  // False: the store is in trouble, or others have kept it for too long.
  bool claim(const Needs& needs) {
    if (owner_.empty()) owner_ = host_.entropy();
    for (const Need& need : needs.list) {
      const auto* wanted = std::get_if<Claim>(&need);
      if (wanted == nullptr) continue;
      if (claimed_.size() >= most_claims || !claim_one(wanted->key)) return false;
    }
    return true;
  }

  bool claim_one(const std::string& key) {
    try {
      while (waited_ms_ < longest_claim_wait_ms) {
        const UnixSeconds now = host_.now();
        Commit commit;
        commit.expects.push_back({claim_key(key), std::nullopt});
        commit.puts.push_back({claim_key(key), owner_, now + claim_life});
        if (host_.store.commit(commit, now) == Store::Result::held) {
          claimed_.push_back(key);
          return true;
        }
        waited_ms_ += claim_step_ms;
        if (!host_.pause.wait(claim_step_ms)) return false;
      }
      host_.log.write(Log::Level::warning, "claim.busy", {});
    } catch (const StoreFailure& failure) {
      host_.log.write(Log::Level::error, "store.failed", {{"reason", failure.what()}});
    }
    return false;
  }

  // What can't be given back ends by itself. One that has ended meanwhile may be another request's by now.
  void give_claims_back() {
    try {
      for (const std::string& key : claimed_) {
        const UnixSeconds now = host_.now();
        const std::vector<Loaded> found = host_.store.load({claim_key(key)}, now);
        if (found.empty() || !found.front().record || found.front().record->bytes != owner_) continue;
        Commit commit;
        commit.expects.push_back({claim_key(key), found.front().record->version});
        commit.deletes.push_back(claim_key(key));
        host_.store.commit(commit, now);
      }
    } catch (const std::exception& error) {
      host_.log.write(Log::Level::warning, "store.failed", {{"reason", error.what()}});
    }
  }

  static std::string claim_key(const std::string& key) { return "claim/" + key; }

  static bool takes_time(const Needs& needs) {
    for (const Need& need : needs.list) {
      if (std::holds_alternative<Sleep>(need) || std::holds_alternative<RunTool>(need)) return true;
      const auto* fetch = std::get_if<Fetch>(&need);
      if (fetch != nullptr && fetch->step > 0) return true;
    }
    return false;
  }

  // An evaluation of its own while a tool runs, since that may take longer than its token lives. It knows what this one
  // holds and has done: a refresh token that the gate has used just now is good once. A tool may ask by several threads.
  UpstreamResponse fetch_as_user(const Principal& principal, const UpstreamRequest& wanted) {
    if (!host_.fetch_as_user) return {};
    const Evaluate evaluate = [&](const HttpRequest&, const Facts& facts) {
      return host_.fetch_as_user(principal, wanted, facts);
    };
    NoEvents nobody;
    Drive inner(host_, evaluate, request_, nobody, request_id_);
    inner.done_.facts = done_.facts;
    inner.lent_ = claimed_;
    UpstreamResponse response = response_of(inner.run().reply);
    if (inner.has_written_ || response.kind == UpstreamResponse::Kind::gone) is_stale_ = true;
    return response;
  }

  static UpstreamResponse response_of(Reply reply) {
    UpstreamResponse response{UpstreamResponse::Kind::unreachable};
    response.problem = "this server can not do it now";
    if (reply.headers.empty() || reply.headers.front().name != upstream_outcome) return response;
    const std::string outcome = std::move(reply.headers.front().value);
    const std::string_view word = std::string_view(outcome).substr(0, outcome.find(' '));
    for (std::size_t i = 0; i < upstream_words.size(); ++i) {
      if (upstream_words[i] == word) response.kind = static_cast<UpstreamResponse::Kind>(i);
    }
    response.provider = outcome.substr(word.size() + 1);
    response.status = reply.status;
    reply.headers.erase(reply.headers.begin());
    response.headers = std::move(reply.headers);
    const bool answered = response.kind == UpstreamResponse::Kind::answered;
    response.body = answered ? std::move(reply.body) : std::string();
    response.problem = answered ? std::string() : std::move(reply.body);
    return response;
  }

  // A later evaluation gives the same frames first.
  void send_new(const Outcome& outcome) {
    for (; sent_ < outcome.events.size(); ++sent_) {
      if (!began_) events_.begin(outcome.event_headers);
      began_ = true;
      events_.send(outcome.events[sent_]);
    }
  }

  Step finish(Answer answer) {
    if (!answer.commit.empty()) {
      try {
        if (host_.store.commit(answer.commit, host_.now()) == Store::Result::lost) return {Step::Kind::lost};
      } catch (const StoreFailure& failure) {
        host_.log.write(Log::Level::error, "store.failed", {{"reason", failure.what()}});
        return {Step::Kind::replied, unavailable()};
      }
      has_written_ = true;
    }
    for (const AuditEvent& event : answer.audit) {
      if (host_.audit != nullptr) host_.audit->write(request_id_, event);
      // What its author has to mend is no matter of every day.
      const auto level = event.outcome == "tool_faulty" ? Log::Level::error : Log::Level::info;
      host_.log.write(level, event.what,
                      {{"id", request_id_},
                       {"outcome", event.outcome},
                       {"client", event.client},
                       {"subject", event.subject},
                       {"detail", event.detail}});
    }
    answer.topics.insert(answer.topics.end(), done_.topics.begin(), done_.topics.end());
    if (!answer.topics.empty() && host_.publish) host_.publish(answer.topics);
    return {Step::Kind::replied, std::move(answer.reply)};
  }

  const Host& host_;
  const Evaluate& evaluate_;
  const HttpRequest& request_;
  EventSink& events_;
  const std::string_view request_id_;
  Done done_;
  std::vector<std::string> claimed_;
  std::vector<std::string> lent_;  ///< Claimed by the request whose tool this one is for; it gives them back.
  std::atomic<bool> is_stale_ = false;
  bool has_written_ = false;
  std::string owner_;  ///< Stands in the claims of this request.
  std::uint32_t waited_ms_ = 0;
  std::size_t sent_ = 0;
  bool began_ = false;
};

}  // namespace

Driven drive(const Host& host, const Evaluate& evaluate, const HttpRequest& request, EventSink& events,
             std::string_view request_id) {
  return Drive(host, evaluate, request, events, request_id).run();
}

Reply drive(const Host& host, const Evaluate& evaluate, const HttpRequest& request, std::string_view request_id) {
  NoEvents nobody;
  return drive(host, evaluate, request, nobody, request_id).reply;
}

}  // namespace postern
