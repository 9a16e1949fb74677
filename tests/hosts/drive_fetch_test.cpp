// The loop round an evaluation that asks other servers, and tools that ask them as their user.
#include <atomic>
#include <mutex>
#include <string>
#include <vector>

#include "core/flow/ask.hpp"
#include "core/server/evaluate.hpp"
#include "tests/hosts/drive_fixture.hpp"

namespace postern {
namespace {

using DriveFetchTest = DriveTest;

TEST_F(DriveFetchTest, AnotherServerIsAskedOnceAlsoWhenCommitsAreLost) {
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
TEST_F(DriveFetchTest, WhatAToolSendsInItsUsersNameIsSentOnce) {
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

TEST_F(DriveFetchTest, ARequestWithEffectsThatHasBecomeAnotherIsRefused) {
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

TEST_F(DriveFetchTest, AToolAsksInItsUsersNameAndHasTheAnswer) {
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

TEST_F(DriveFetchTest, AToolIsToldWhyThereIsNoAnswer) {
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
TEST_F(DriveFetchTest, AToolsRequestKnowsWhatItsCallHoldsAndHasDone) {
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

TEST_F(DriveFetchTest, WhereTheGrantHasEndedTheCallReadsAnew) {
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

TEST_F(DriveFetchTest, AHostWithoutANetworkRefuses) {
  const Driven driven = run([](const HttpRequest&, const Facts& facts) -> Outcome {
    Ask ask(facts);
    const Fetched* fetched = ask(Fetch{"GET", "https://a.example/"});
    if (ask.pending()) return ask.needs();
    return ok(fetched->problem == FetchProblem::refused ? "refused" : "?");
  });
  EXPECT_EQ(driven.reply.body, "refused");
}

}  // namespace
}  // namespace postern
