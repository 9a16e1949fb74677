#include "core/oauth/documents.hpp"

#include <gtest/gtest.h>

#include <string>

#include "core/wire/json.hpp"
#include "tests/support/world.hpp"

namespace postern::oauth {
namespace {

using test::World;

constexpr std::string_view url = "https://issuer.example/keys";

/// An endpoint that answers with the document as text, or "none".
World::Endpoint reader(Freshness freshness = Freshness::cached) {
  return [freshness](const HttpRequest&, const Facts& facts) -> Outcome {
    Ask ask(facts);
    Commit commit;
    const auto found = document(ask, commit, url, Reach::stranger, freshness);
    if (ask.pending()) return ask.needs();
    return Answer{Reply{200, {}, found ? wire::dump_json(*found) : "none", {}}, std::move(commit), {}, {}};
  };
}

std::string read(World& world, Freshness freshness = Freshness::cached) {
  return world.send(reader(freshness), {}).body;
}

/// A server that says a new number each time.
void serve_numbers(World& world, std::string cache_control = "") {
  world.elsewhere = [&world, cache_control](const Fetch&) {
    Fetched fetched{200, {}, R"({"n":)" + std::to_string(world.fetches.size()) + "}", FetchProblem::none};
    if (!cache_control.empty()) fetched.headers.push_back({"Cache-Control", cache_control});
    return fetched;
  };
}

TEST(Documents, AreFetchedOnceWhileFresh) {
  World world;
  serve_numbers(world, "public, max-age=600");
  EXPECT_EQ(read(world), R"({"n":1})");
  world.pass(599);
  EXPECT_EQ(read(world), R"({"n":1})");
  world.pass(1);
  EXPECT_EQ(read(world), R"({"n":2})");
  ASSERT_EQ(world.fetches.size(), 2u);
  EXPECT_EQ(world.fetches[0].url, url);
  EXPECT_EQ(world.fetches[0].reach, Reach::stranger);
}

TEST(Documents, StayFreshWithinBoundsWhateverTheirServerSays) {
  const struct {
    const char* cache_control;
    std::int64_t fresh;
  } rows[] = {
      {"", 300},          {"max-age=1", 300},          {"no-store", 300},    {"max-age=999999999", 86400},
      {"max-age=x", 300}, {"max-age=-5", 300},         {"MAX-AGE=400", 400}, {"max-age=99999999999999999999", 300},
      {"max-age=", 300},  {"private,max-age=500", 500}};
  for (const auto& row : rows) {
    World world;
    serve_numbers(world, row.cache_control);
    read(world);
    world.pass(row.fresh - 1);
    EXPECT_EQ(read(world), R"({"n":1})") << row.cache_control;
    world.pass(1);
    EXPECT_EQ(read(world), R"({"n":2})") << row.cache_control;
  }
}

TEST(Documents, AnOldCopyServesADayWhereTheServerIsAway) {
  World world;
  serve_numbers(world);
  read(world);
  world.elsewhere = {};
  world.pass(300 + 3600);
  EXPECT_EQ(read(world), R"({"n":1})");
  EXPECT_EQ(world.fetches.size(), 2u);
  EXPECT_EQ(read(world), R"({"n":1})");  // It is not asked by every request.
  EXPECT_EQ(world.fetches.size(), 2u);
  world.pass(60);
  EXPECT_EQ(read(world), R"({"n":1})");
  EXPECT_EQ(world.fetches.size(), 3u);
  world.pass(86400);
  EXPECT_EQ(read(world), "none");
}

TEST(Documents, AnOldCopyDoesNotServeWhereTheServerSaysThatItIsGone) {
  for (const int status : {404, 410, 301, 308}) {
    World world;
    serve_numbers(world);
    EXPECT_EQ(read(world), R"({"n":1})");
    world.pass(300);
    world.elsewhere = [status](const Fetch&) { return Fetched{status, {}, "{}", FetchProblem::none}; };
    EXPECT_EQ(read(world), "none") << status;
    world.elsewhere = {};
    world.pass(60);
    EXPECT_EQ(read(world), "none") << status;
  }
}

TEST(Documents, AnOldCopyServesADayWhereTheServerChallengesOrIsInTrouble) {
  const struct {
    int status;
    const char* type;
    const char* body;
  } rows[] = {{401, "application/json", "{}"},
              {403, "text/html", "<!doctype html><title>Just a moment...</title>"},
              {403, "application/json", R"({"error":"blocked"})"},
              {451, "text/html", ""},
              {200, "text/html", "<!doctype html><title>Just a moment...</title>"},
              {503, "text/html", "<!doctype html><title>Attention Required!</title>"},
              {302, "text/html", ""},
              {307, "text/html", ""},
              {429, "text/plain", "slower"},
              {500, "", ""},
              {502, "text/html", "<html>"}};
  for (const auto& row : rows) {
    SCOPED_TRACE(row.status);
    World world;
    serve_numbers(world);
    EXPECT_EQ(read(world), R"({"n":1})");
    world.elsewhere = [&row](const Fetch&) {
      return Fetched{
          row.status, {{"Content-Type", row.type}, {"Cache-Control", "max-age=86400"}}, row.body, FetchProblem::none};
    };
    // However often it is asked meanwhile, the day counts from when the copy was fresh.
    for (int hour = 0; hour < 24; ++hour) {
      world.pass(hour == 0 ? 300 : 3600);
      EXPECT_EQ(read(world), R"({"n":1})") << hour;
    }
    EXPECT_EQ(world.fetches.size(), 25u);
    world.pass(3599);
    EXPECT_EQ(read(world), R"({"n":1})");
    world.pass(1);
    EXPECT_EQ(read(world), "none");
  }
}

TEST(Documents, AServerInTroubleIsAskedOnceAMinute) {
  World world;
  for (int i = 0; i < 10; ++i) EXPECT_EQ(read(world), "none");
  EXPECT_EQ(world.fetches.size(), 1u);
  world.pass(60);
  serve_numbers(world);
  EXPECT_EQ(read(world), R"({"n":2})");
}

TEST(Documents, AreReadAgainBeforeTheirTimeOnceAMinute) {
  World world;
  serve_numbers(world, "max-age=86400");
  EXPECT_EQ(read(world), R"({"n":1})");
  EXPECT_EQ(read(world, Freshness::read_again), R"({"n":2})");
  for (int i = 0; i < 10; ++i) EXPECT_EQ(read(world, Freshness::read_again), R"({"n":2})");
  world.pass(60);
  EXPECT_EQ(read(world, Freshness::read_again), R"({"n":3})");
  EXPECT_EQ(world.fetches.size(), 3u);
}

TEST(Documents, WhatIsNoObjectIsNoDocument) {
  const struct {
    int status;
    const char* body;
  } rows[] = {
      {200, ""},      {200, "[]"},    {200, "{"},    {200, R"({"a":1,"a":2})"}, {200, "\xef\xbb\xbf{}"}, {301, "{}"},
      {404, R"({})"}, {500, R"({})"}, {204, R"({})"}};
  for (const auto& row : rows) {
    World world;
    world.elsewhere = [&row](const Fetch&) { return Fetched{row.status, {}, row.body, FetchProblem::none}; };
    EXPECT_EQ(read(world), "none") << row.status << row.body;
  }
}

// A stranger names the URL of a provider's keys as a client_id.
TEST(Documents, WhatAStrangerReadIsInNobodysWay) {
  const auto reader_of = [](Reach reach, const DocumentLimits& limits) -> World::Endpoint {
    return [=](const HttpRequest&, const Facts& facts) -> Outcome {
      Ask ask(facts);
      Commit commit;
      const auto found = document(ask, commit, url, reach, Freshness::cached, limits);
      if (ask.pending()) return ask.needs();
      return Answer{Reply{200, {}, found ? "some" : "none", {}}, std::move(commit), {}, {}};
    };
  };
  World world;
  world.elsewhere = [](const Fetch& fetch) {
    if (fetch.reach == Reach::stranger && fetch.most_bytes < 6000) return Fetched{0, {}, {}, FetchProblem::too_large};
    return Fetched{200, {}, "{}", FetchProblem::none};
  };
  EXPECT_EQ(world.send(reader_of(Reach::stranger, {5000, 1000}), {}).body, "none");
  EXPECT_EQ(world.send(reader_of(Reach::configured, {}), {}).body, "some");
  EXPECT_EQ(world.send(reader_of(Reach::stranger, {}), {}).body, "some");
  EXPECT_EQ(world.send(reader_of(Reach::stranger, {5000, 1000}), {}).body, "none");
  EXPECT_EQ(world.fetches.size(), 3u);
}

TEST(Documents, TwoThatReadAtOnceKeepOneCopy) {
  World world;
  serve_numbers(world);
  world.before_commit = [&world] { read(world); };
  EXPECT_EQ(read(world), R"({"n":2})");  // The other's, which is the kept one.
  EXPECT_EQ(world.lost_commits, 1);
}

}  // namespace
}  // namespace postern::oauth
