#include "host-native/drive.hpp"

#include <exception>
#include <utility>

#include "core/flow/ask.hpp"

namespace postern {
namespace {

// One request on its way: what was done for it, and what its client has seen, survive a lost commit.
class Drive {
 public:
  Drive(const Host& host, const Evaluate& evaluate, const HttpRequest& request, EventSink& events)
      : host_(host), evaluate_(evaluate), request_(request), events_(events) {}

  Driven run() {
    Reply reply = decide();
    // The client is in the middle of an event stream: an error that is no event can't be told any more.
    if (began_ && reply.status != 200) reply.body.clear();
    return Driven{std::move(reply), began_};
  }

 private:
  Reply decide() {
    try {
      for (int attempt = 0; attempt < most_attempts; ++attempt) {
        if (auto reply = attempt_once()) return std::move(*reply);
      }
      host_.log.write(Log::Level::warning, "request.busy", {{"attempts", std::int64_t{most_attempts}}});
    } catch (const std::exception& error) {  // no memory
      host_.log.write(Log::Level::error, "request.failed", {{"reason", error.what()}});
    }
    return unavailable();
  }

  // Nothing: somebody else was first.
  std::optional<Reply> attempt_once() {
    Facts facts(host_.now(), host_.entropy());
    for (int rounds = 0; rounds < most_rounds;) {
      Outcome outcome = evaluate_(request_, facts);
      send_new(outcome);
      if (Answer* answer = outcome.answer()) return finish(std::move(*answer));
      const Needs& needs = *outcome.needs();
      if (!takes_time(needs)) ++rounds;
      perform(host_, needs, facts, done_);
    }
    host_.log.write(Log::Level::error, "request.endless", {{"rounds", std::int64_t{most_rounds}}});
    return unavailable();
  }

  static bool takes_time(const Needs& needs) {
    for (const Need& need : needs.list) {
      if (std::holds_alternative<Sleep>(need) || std::holds_alternative<RunTool>(need)) return true;
    }
    return false;
  }

  // A later evaluation gives the same frames first.
  void send_new(const Outcome& outcome) {
    for (; sent_ < outcome.events.size(); ++sent_) {
      if (!began_) events_.begin(outcome.event_headers);
      began_ = true;
      events_.send(outcome.events[sent_]);
    }
  }

  std::optional<Reply> finish(Answer answer) {
    if (!answer.commit.empty()) {
      try {
        if (host_.store.commit(answer.commit, host_.now()) == Store::Result::lost) return std::nullopt;
      } catch (const StoreFailure& failure) {
        host_.log.write(Log::Level::error, "store.failed", {{"reason", failure.what()}});
        return unavailable();
      }
    }
    for (const AuditEvent& event : answer.audit) {
      host_.log.write(
          Log::Level::info, event.what,
          {{"outcome", event.outcome}, {"client", event.client}, {"subject", event.subject}, {"detail", event.detail}});
    }
    answer.topics.insert(answer.topics.end(), done_.topics.begin(), done_.topics.end());
    if (!answer.topics.empty() && host_.publish) host_.publish(answer.topics);
    return std::move(answer.reply);
  }

  const Host& host_;
  const Evaluate& evaluate_;
  const HttpRequest& request_;
  EventSink& events_;
  Done done_;
  std::size_t sent_ = 0;
  bool began_ = false;
};

class NoEvents final : public EventSink {
 public:
  void begin(const wire::Headers&) override {}
  void send(std::string_view) override {}
};

}  // namespace

Driven drive(const Host& host, const Evaluate& evaluate, const HttpRequest& request, EventSink& events) {
  return Drive(host, evaluate, request, events).run();
}

Reply drive(const Host& host, const Evaluate& evaluate, const HttpRequest& request) {
  NoEvents nobody;
  return drive(host, evaluate, request, nobody).reply;
}

}  // namespace postern
