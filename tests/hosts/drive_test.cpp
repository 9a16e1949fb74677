// The loop round an evaluation, with evaluations made for the test.
#include "host-native/drive.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>

#include "core/flow/ask.hpp"
#include "core/server/evaluate.hpp"
#include "tests/hosts/fixture.hpp"

namespace postern {
namespace {

Reply ok(std::string body = "ok") { return Reply{200, {}, std::move(body), std::nullopt}; }

Answer writing(std::string key, std::string bytes) {
  Answer answer{ok(), {}, {}, {}};
  answer.commit.puts.push_back(Put{std::move(key), std::move(bytes), std::nullopt});
  return answer;
}

struct DriveTest : ::testing::Test, TestHost {
  RecordedEvents events;
  Driven run(const Evaluate& evaluate) { return drive(host, evaluate, HttpRequest{}, events); }
};

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

TEST_F(DriveTest, AnotherServerIsAskedOnceAlsoWhenCommitsAreLost) {
  struct Counting final : Fetcher {
    Fetched fetch(const Fetch& wanted) override {
      ++count;
      return Fetched{200, {}, wanted.url, FetchProblem::none};
    }
    std::atomic<int> count{0};
  } fetcher;
  host.fetcher = &fetcher;
  store.losses = 2;
  const Driven driven = run([](const HttpRequest&, const Facts& facts) -> Outcome {
    Ask ask(facts);
    const Fetched* one = ask(Fetch{"GET", "https://a.example/"});
    const Fetched* other = ask(Fetch{"GET", "https://b.example/"});
    if (ask.pending()) return ask.needs();
    return writing("k", one->body + other->body);
  });
  EXPECT_EQ(driven.reply.status, 200);
  EXPECT_EQ(fetcher.count, 2);
  EXPECT_EQ(store.inner->load({"k"}, time).front().record->bytes, "https://a.example/https://b.example/");
}

struct CountingFetcher final : Fetcher {
  Fetched fetch(const Fetch& wanted) override {
    const std::lock_guard<std::mutex> lock(mutex);
    sent.push_back(wanted);
    return Fetched{201, {}, "answer " + std::to_string(sent.size()), FetchProblem::none};
  }
  std::vector<Fetch> sent;
  std::mutex mutex;  // What one round asks for is fetched at the same time.
};

Fetch in_the_users_name(std::string method, std::string token, std::string body = {}, std::uint32_t step = 1) {
  Fetch fetch{std::move(method), "https://a.example/"};
  fetch.headers = {{"Authorization", "Bearer " + token}};
  fetch.body = std::move(body);
  fetch.step = step;
  return fetch;
}

// RFC 9110 s. 9.2.2: what has effects is not sent again, although the token is another one by now.
TEST_F(DriveTest, WhatAToolSendsInItsUsersNameIsSentOnce) {
  CountingFetcher fetcher;
  host.fetcher = &fetcher;
  store.losses = 2;
  int attempt = 0;
  const Driven driven = run([&](const HttpRequest&, const Facts& facts) -> Outcome {
    Ask ask(facts);
    const std::string token = "token " + facts.entropy();
    const Fetched* one = ask(in_the_users_name("POST", token, "the same"));
    const Fetched* other = ask(in_the_users_name("POST", token, "the same", 2));
    if (ask.pending()) return ask.needs();
    ++attempt;
    return writing("k", one->body + ", " + other->body);
  });
  EXPECT_EQ(driven.reply.status, 200);
  EXPECT_EQ(attempt, 3);
  EXPECT_EQ(fetcher.sent.size(), 2u) << "two of one content are two";
  EXPECT_EQ(store.inner->load({"k"}, time).front().record->bytes.size(), std::string("answer 1, answer 2").size());
}

TEST_F(DriveTest, ARequestWithEffectsThatHasBecomeAnotherIsRefused) {
  CountingFetcher fetcher;
  host.fetcher = &fetcher;
  store.losses = 1;
  int attempt = 0;
  const Driven driven = run([&](const HttpRequest&, const Facts& facts) -> Outcome {
    Ask ask(facts);
    const Fetched* one = ask(in_the_users_name("PUT", "t", "drawn " + facts.entropy()));
    if (ask.pending()) return ask.needs();
    ++attempt;
    return writing("k", one->problem == FetchProblem::refused ? "refused" : one->body);
  });
  EXPECT_EQ(driven.reply.status, 200);
  EXPECT_EQ(attempt, 2);
  EXPECT_EQ(fetcher.sent.size(), 1u);
  EXPECT_EQ(store.inner->load({"k"}, time).front().record->bytes, "refused");
  store.losses = 1;
  run([&](const HttpRequest&, const Facts& facts) -> Outcome {
    Ask ask(facts);
    ask(in_the_users_name("GET", "drawn " + facts.entropy()));
    if (ask.pending()) return ask.needs();
    return writing("k2", "v");
  });
  EXPECT_EQ(fetcher.sent.size(), 3u) << "a read may be read again";
}

/// The outcome of a request of a tool, as `fetch_as_user` words it.
Reply told(std::string outcome, int status, std::string body) {
  return Reply{status, {{std::string(upstream_outcome), std::move(outcome)}, {"X-A", "b"}}, std::move(body), {}};
}

/// Runs the tool `t`, and says what it gave.
Outcome run_t(const Facts& facts) {
  Ask ask(facts);
  Principal principal;
  principal.subject = "me";
  const ToolRan* ran = ask(RunTool{"t", "{}", principal});
  if (ask.pending()) return ask.needs();
  return ok(ran->result);
}

TEST_F(DriveTest, AToolAsksInItsUsersNameAndHasTheAnswer) {
  std::vector<UpstreamRequest> wanted;
  host.fetch_as_user = [&](const Principal& principal, const UpstreamRequest& request, const Facts&) -> Outcome {
    EXPECT_EQ(principal.subject, "me");
    wanted.push_back(request);
    return told("answered github", 404, "not there");
  };
  UpstreamResponse response;
  int runs = 0;
  tools["t"] = [&](const Json&, ToolContext& context) {
    ++runs;
    EXPECT_EQ(context.principal.subject, "me");
    response = context.fetch_as_user({"POST", "/a", {{"X-B", "c"}}, "body"});
    return mcp::ToolResult::text(response.body);
  };
  const Driven driven = run([](const HttpRequest&, const Facts& facts) { return run_t(facts); });
  EXPECT_NE(driven.reply.body.find("not there"), std::string::npos);
  EXPECT_EQ(wanted, (std::vector<UpstreamRequest>{{"POST", "/a", {{"X-B", "c"}}, "body"}}));
  EXPECT_EQ(response,
            (UpstreamResponse{UpstreamResponse::Kind::answered, "github", 404, {{"X-A", "b"}}, "not there", ""}));
  EXPECT_EQ(runs, 1);
}

TEST_F(DriveTest, AToolIsToldWhyThereIsNoAnswer) {
  std::vector<UpstreamResponse> responses;
  tools["t"] = [&](const Json&, ToolContext& context) {
    responses.push_back(context.fetch_as_user({"GET", "/a"}));
    return mcp::ToolResult::text("x");
  };
  const auto of = [&](Outcome outcome) {
    host.fetch_as_user = [outcome](const Principal&, const UpstreamRequest&, const Facts&) { return outcome; };
    run([](const HttpRequest&, const Facts& facts) { return run_t(facts); });
    return responses.back();
  };
  const UpstreamResponse refused = of(told("refused ", 0, "why"));
  EXPECT_EQ(refused.kind, UpstreamResponse::Kind::refused);
  EXPECT_EQ(refused.problem, "why");
  EXPECT_EQ(refused.body, "");
  EXPECT_EQ(of(told("unreachable github", 0, "why")).kind, UpstreamResponse::Kind::unreachable);
  EXPECT_EQ(of(unavailable()).kind, UpstreamResponse::Kind::unreachable);
  host.fetch_as_user = {};
  run([](const HttpRequest&, const Facts& facts) { return run_t(facts); });
  EXPECT_EQ(responses.back().kind, UpstreamResponse::Kind::none);
}

// The gate has renewed the tokens in this request, and nothing of that is written yet: the tool's request finds what was
// done, writes it, and the call reads anew.
TEST_F(DriveTest, AToolsRequestKnowsWhatItsCallHoldsAndHasDone) {
  CountingFetcher fetcher;
  host.fetcher = &fetcher;
  const auto renewed = [](Ask& ask) {
    ask(Claim{"upstream/g"});
    return ask.pending() ? nullptr : ask(Fetch{"POST", "https://a.example/token", {}, "refresh token 1"});
  };
  int inner = 0;
  host.fetch_as_user = [&](const Principal&, const UpstreamRequest&, const Facts& facts) -> Outcome {
    Ask ask(facts);
    const Fetched* tokens = renewed(ask);
    if (ask.pending()) return ask.needs();
    ++inner;
    Answer answer{told("answered github", 200, tokens->body), {}, {}, {}};
    answer.commit.expects.push_back(Expect{"tokens", std::nullopt});
    answer.commit.puts.push_back(Put{"tokens", tokens->body, std::nullopt});
    return answer;
  };
  int runs = 0;
  std::string heard;
  tools["t"] = [&](const Json&, ToolContext& context) {
    ++runs;
    heard = context.fetch_as_user({"GET", "/a"}).body;
    return mcp::ToolResult::text(heard);
  };
  std::vector<bool> seen;
  const Driven driven = run([&](const HttpRequest&, const Facts& facts) -> Outcome {
    Ask ask(facts);
    const Loaded* tokens = ask(Load{"tokens"});
    if (ask.pending()) return ask.needs();
    if (!tokens->record) renewed(ask);
    if (ask.pending()) return ask.needs();
    seen.push_back(tokens->record.has_value());
    return run_t(facts);
  });
  EXPECT_EQ(driven.reply.status, 200);
  EXPECT_EQ(heard, "answer 1");
  EXPECT_EQ(fetcher.sent.size(), 1u) << "a refresh token is good once";
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(inner, 1);
  EXPECT_TRUE(seen.back()) << "what was read before the tool wrote is forgotten";
  EXPECT_TRUE(store.inner->scan("claim/", 10, time).records.empty()) << "and what was held is given back";
}

TEST_F(DriveTest, WhereTheGrantHasEndedTheCallReadsAnew) {
  host.fetch_as_user = [](const Principal&, const UpstreamRequest&, const Facts&) -> Outcome {
    return told("gone github", 0, "the provider answered 401");
  };
  int runs = 0;
  tools["t"] = [&](const Json&, ToolContext& context) {
    ++runs;
    return mcp::ToolResult::text(context.fetch_as_user({"GET", "/a"}).problem);
  };
  int loads = 0;
  run([&](const HttpRequest&, const Facts& facts) -> Outcome {
    Ask ask(facts);
    if (ask(Load{"grant"}) == nullptr) {
      ++loads;
      return ask.needs();
    }
    return run_t(facts);
  });
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(loads, 2);
}

TEST_F(DriveTest, AHostWithoutANetworkRefuses) {
  const Driven driven = run([](const HttpRequest&, const Facts& facts) -> Outcome {
    Ask ask(facts);
    const Fetched* fetched = ask(Fetch{"GET", "https://a.example/"});
    if (ask.pending()) return ask.needs();
    return ok(fetched->problem == FetchProblem::refused ? "refused" : "?");
  });
  EXPECT_EQ(driven.reply.body, "refused");
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
