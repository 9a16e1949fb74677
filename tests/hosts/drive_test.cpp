// The loop round an evaluation, with evaluations made for the test.
#include "host-native/drive.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

#include "core/flow/ask.hpp"
#include "core/server/evaluate.hpp"
#include "tests/hosts/drive_fixture.hpp"

namespace postern {
namespace {

TEST_F(DriveTest, PerformsWhatIsNeededAndAsksAgain) {
  store.inner->commit(writing("k", "v").commit, time);
  int rounds = 0;
  const Driven driven = run([&](const HttpRequest&, const Facts& facts) -> Outcome {
    ++rounds;
    Ask ask(facts);
    const Loaded* loaded = ask(Load{"k"});
    const Loaded* none = ask(Load{"none"});
    const Scanned* scanned = ask(Scan{"k", 5});
    if (ask.pending()) return ask.needs();
    return ok(loaded->record->bytes + (none->record ? "?" : "-") + std::to_string(scanned->records.size()));
  });
  EXPECT_EQ(driven.reply.body, "v-1");
  EXPECT_EQ(rounds, 2);
  EXPECT_EQ(store.loads, 1) << "both records are read at once";
}

TEST_F(DriveTest, StartsOverAfterALostCommitWithOtherFactsAndOtherChance) {
  store.losses = 2;
  std::vector<std::string> entropy;
  const Driven driven = run([&](const HttpRequest&, const Facts& facts) -> Outcome {
    Ask ask(facts);
    ask(Load{"k"});
    if (ask.pending()) return ask.needs();
    entropy.push_back(facts.entropy());
    return writing("k", "v");
  });
  EXPECT_EQ(driven.reply.status, 200);
  EXPECT_EQ(store.commits, 3);
  EXPECT_EQ(store.loads, 3) << "what was read before a lost commit is forgotten";
  EXPECT_EQ(entropy.size(), 3u);
  EXPECT_NE(entropy[0], entropy[1]);
}

TEST_F(DriveTest, FiveLossesAreBusy) {
  store.losses = 100;
  const Driven driven = run([](const HttpRequest&, const Facts&) -> Outcome {
    Answer answer = writing("k", "v");
    answer.topics = {Topic{}};
    answer.audit = {AuditEvent{"token.issue", "ok", "", "", ""}};
    return answer;
  });
  EXPECT_EQ(driven.reply.status, 503);
  EXPECT_NE(wire::find_header(driven.reply.headers, "Retry-After"), nullptr);
  EXPECT_EQ(store.commits, most_attempts);
  EXPECT_TRUE(published.empty());
  EXPECT_EQ(lines.str().find("token.issue"), std::string::npos) << "what did not happen is not told";
}

TEST_F(DriveTest, TroubleWithTheStoreIs503AndNothingElse) {
  store.fails = true;
  const auto reading = [](const HttpRequest&, const Facts& facts) -> Outcome {
    Ask ask(facts);
    ask(Load{"k"});
    ask(Scan{"k", 1});
    if (ask.pending()) return ask.needs();
    return ok();
  };
  EXPECT_EQ(run(reading).reply.status, 503);
  store.fails = false;
  store.commit_fails = true;
  EXPECT_EQ(run([](const HttpRequest&, const Facts&) -> Outcome { return writing("k", "v"); }).reply.status, 503);
  EXPECT_NE(lines.str().find("store.failed"), std::string::npos);
}

TEST_F(DriveTest, PublishesAndLogsWhatHasHeld) {
  run([](const HttpRequest&, const Facts&) -> Outcome {
    Answer answer = writing("k", "v");
    answer.topics = {Topic{Topic::Kind::grant_ended, "s", "g"}};
    answer.audit = {AuditEvent{"token.revoke", "ok", "client\nforged line", "subject", ""}};
    return answer;
  });
  EXPECT_EQ(published.size(), 1u);
  EXPECT_NE(lines.str().find("token.revoke outcome=ok client=\"client\\nforged line\" subject=subject"),
            std::string::npos)
      << lines.str();
}

// A tool of the host has effects: however often the decision is made again, it runs once.
TEST_F(DriveTest, AToolRunsOnceAlsoWhenCommitsAreLost) {
  int runs = 0;
  tools["t"] = [&](const Json& arguments, const Principal& principal) {
    ++runs;
    mcp::ToolResult result = mcp::ToolResult::text(principal.subject + arguments.dump());
    result.topics = {Topic{Topic::Kind::resource_updated, "s", "uri"}};
    return result;
  };
  store.losses = 3;
  const Driven driven = run([](const HttpRequest&, const Facts& facts) -> Outcome {
    Ask ask(facts);
    Principal principal;
    principal.subject = "me";
    const ToolRan* ran = ask(RunTool{"t", R"({"a":1})", principal});
    if (ask.pending()) return ask.needs();
    Answer answer = writing("k", "v");
    answer.reply.body = ran->result;
    return answer;
  });
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(driven.reply.status, 200);
  EXPECT_NE(driven.reply.body.find(R"(me{\"a\":1})"), std::string::npos) << driven.reply.body;
  EXPECT_EQ(published.size(), 1u);
}

TEST_F(DriveTest, AToolThatThrowsFailsWithoutTellingItsSecrets) {
  tools["t"] = [](const Json&, const Principal&) -> mcp::ToolResult { throw std::runtime_error("password=hunter2"); };
  const Driven driven = run([](const HttpRequest&, const Facts& facts) -> Outcome {
    Ask ask(facts);
    const ToolRan* ran = ask(RunTool{"t", "{}", {}});
    if (ask.pending()) return ask.needs();
    return ok(ran->result);
  });
  EXPECT_NE(driven.reply.body.find(R"("isError":true)"), std::string::npos);
  EXPECT_EQ(driven.reply.body.find("hunter2"), std::string::npos);
}

TEST_F(DriveTest, PasswordsAreLookedAtOnceAlsoWhenCommitsAreLost) {
  const std::string phc = *passwords.hash(Secret("right password"));
  store.losses = 1;
  const Driven driven = run([&](const HttpRequest&, const Facts& facts) -> Outcome {
    Ask ask(facts);
    const PasswordVerified* right = ask(VerifyPassword{phc, Secret("right password")});
    const PasswordVerified* wrong = ask(VerifyPassword{phc, Secret("wrong password")});
    if (ask.pending()) return ask.needs();
    Answer answer = writing("k", "v");
    answer.reply.body = std::to_string(right->matches) + std::to_string(wrong->matches);
    return answer;
  });
  EXPECT_EQ(driven.reply.body, "10");
}

TEST_F(DriveTest, EventsAreSentAsSoonAsTheyAreNewAndOnce) {
  const Driven driven = run([](const HttpRequest&, const Facts& facts) -> Outcome {
    Ask ask(facts);
    std::vector<std::string> so_far = {"one"};
    if (ask(Sleep{1, 1}) != nullptr) so_far.push_back("two");
    if (so_far.size() == 2 && ask(Sleep{1, 2}) != nullptr) so_far.push_back("three");
    Outcome outcome = ask.pending() ? ask.needs() : Outcome(ok("last"));
    outcome.events = so_far;
    outcome.event_headers = {{"Content-Type", "text/event-stream"}};
    return outcome;
  });
  EXPECT_TRUE(driven.began);
  EXPECT_EQ(events.begins, 1);
  EXPECT_EQ(events.head.size(), 1u);
  EXPECT_EQ(events.sent, (std::vector<std::string>{"one", "two", "three"}));
  EXPECT_EQ(driven.reply.body, "last");
}

TEST_F(DriveTest, EventsAreNotSentAgainAfterALostCommit) {
  store.losses = 2;
  const Driven driven = run([](const HttpRequest&, const Facts&) -> Outcome {
    Outcome outcome(writing("k", "v"));
    outcome.events = {"one", "two"};
    return outcome;
  });
  EXPECT_EQ(events.sent, (std::vector<std::string>{"one", "two"}));
  EXPECT_TRUE(driven.began);
}

// In the middle of an event stream a JSON error would be garbage.
TEST_F(DriveTest, AnErrorAfterEventsHasNoBody) {
  store.commit_fails = true;
  const Driven driven = run([](const HttpRequest&, const Facts&) -> Outcome {
    Outcome outcome(writing("k", "v"));
    outcome.events = {"one"};
    return outcome;
  });
  EXPECT_TRUE(driven.began);
  EXPECT_EQ(driven.reply.body, "");
}

TEST_F(DriveTest, ManyWaitsAreFineAndEndlessQuestionsAreNot) {
  const Driven waited = run([](const HttpRequest&, const Facts& facts) -> Outcome {
    Ask ask(facts);
    for (std::uint32_t step = 0; step < 30 && !ask.pending(); ++step) ask(Sleep{0, step});
    if (ask.pending()) return ask.needs();
    return ok();
  });
  EXPECT_EQ(waited.reply.status, 200);
  const Driven endless = run([](const HttpRequest&, const Facts& facts) -> Outcome {
    Ask ask(facts);
    for (int i = 0; !ask.pending(); ++i) ask(Load{std::to_string(i)});
    return ask.needs();
  });
  EXPECT_EQ(endless.reply.status, 503);
}

// Claims, then does something that must happen once, and writes down that it happened.
Evaluate once_elsewhere(std::atomic<int>& effects) {
  return [&effects](const HttpRequest&, const Facts& facts) -> Outcome {
    Ask ask(facts);
    const Loaded* done = ask(Load{"done"});
    if (ask.pending()) return ask.needs();
    if (done->record) return ok("was done");
    ask(Claim{"k"});
    if (ask.pending()) return ask.needs();
    ++effects;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    Answer answer{ok("did it"), {}, {}, {}};
    answer.commit.expects.push_back(Expect{"done", std::nullopt});
    answer.commit.puts.push_back(Put{"done", "x", std::nullopt});
    return answer;
  };
}

TEST_F(DriveTest, WhatIsClaimedIsDoneOnceWhoeverRaces) {
  std::atomic<int> effects{0};
  const Evaluate evaluate = once_elsewhere(effects);
  std::vector<std::string> bodies(8);
  std::vector<std::thread> racers;
  for (std::string& body : bodies) {
    racers.emplace_back([&] { body = drive(host, evaluate, HttpRequest{}).body; });
  }
  for (std::thread& racer : racers) racer.join();
  EXPECT_EQ(effects, 1);
  EXPECT_EQ(std::count(bodies.begin(), bodies.end(), "did it"), 1);
  EXPECT_EQ(std::count(bodies.begin(), bodies.end(), "was done"), 7);
  EXPECT_TRUE(store.inner->scan("claim/", 10, time).records.empty()) << "it is given back";
}

TEST_F(DriveTest, AClaimThatWasLeftEndsByItself) {
  Commit left;
  left.expects.push_back({"claim/k", std::nullopt});
  left.puts.push_back({"claim/k", "somebody else", time + Seconds{30}});
  ASSERT_EQ(store.inner->commit(left, time), Store::Result::held);
  std::atomic<int> effects{0};
  pause.stop();  // Nothing is waited for.
  EXPECT_EQ(run(once_elsewhere(effects)).reply.status, 503);
  EXPECT_EQ(effects, 0);
  EXPECT_EQ(store.inner->scan("claim/", 10, time).records.size(), 1u) << "another's claim is left alone";
  time = time + Seconds{30};
  EXPECT_EQ(run(once_elsewhere(effects)).reply.body, "did it");
}

TEST_F(DriveTest, UnderAClaimIsReadAnew) {
  int loads = 0;
  const Driven driven = run([&](const HttpRequest&, const Facts& facts) -> Outcome {
    Ask ask(facts);
    const Loaded* loaded = ask(Load{"k"});
    if (ask.pending()) {
      ++loads;
      return ask.needs();
    }
    if (loads == 1) store.inner->commit(writing("k", "new").commit, time);  // What somebody else does meanwhile.
    ask(Claim{"k"});
    if (ask.pending()) return ask.needs();
    return ok(loaded->record ? loaded->record->bytes : "none");
  });
  EXPECT_EQ(driven.reply.body, "new");
  EXPECT_EQ(loads, 2);
}

TEST_F(DriveTest, AWaitEndsWhenTheServerStops) {
  pause.stop();
  const Driven driven = run([](const HttpRequest&, const Facts& facts) -> Outcome {
    Ask ask(facts);
    ask(Sleep{60'000, 1});
    if (ask.pending()) return ask.needs();
    return ok();
  });
  EXPECT_EQ(driven.reply.status, 503);
}

}  // namespace
}  // namespace postern
