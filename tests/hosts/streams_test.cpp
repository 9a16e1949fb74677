// Open streams, with rules made for the test: "tell" gives the topic's name, "check" looks for a record.
#include "host-native/streams.hpp"

#include <poll.h>

#include <thread>

#include "core/flow/ask.hpp"
#include "tests/hosts/fixture.hpp"

namespace postern {
namespace {

Topic updated(std::string name) { return {Topic::Kind::resource_updated, "", std::move(name)}; }

struct StreamsTest : ::testing::Test, TestHost {
  Streams streams{StreamRules{[](const Stream& stream, const Topic& topic) {
                                if (topic.kind == Topic::Kind::grant_ended)
                                  return StreamStep{"", topic.name == stream.grant};
                                return StreamStep{topic.kind == Topic::Kind::resource_updated ? topic.name : "", false};
                              },
                              [](const Stream& stream, const Facts& facts) -> StreamCheck {
                                Ask ask(facts);
                                const Loaded* grant = ask(Load{"grant/" + stream.grant});
                                const Outcome outcome = ask.needs();
                                if (outcome.needs() != nullptr && !outcome.needs()->list.empty())
                                  return {*outcome.needs()};
                                if (grant == nullptr) return {stream};
                                if (!grant->record) return {std::monostate{}};
                                return {stream};
                              },
                              [](const Stream& stream, const Facts& facts) -> Outcome {
                                Ask ask(facts);
                                const Loaded* session = ask(Load{stream.session});
                                if (session == nullptr) return ask.needs();
                                Answer answer;
                                if (!session->record) return answer;
                                answer.commit.expects.push_back({stream.session, session->record->version});
                                answer.commit.deletes.push_back(stream.session);
                                return answer;
                              }},
                  StreamLimits{100, 1000, std::chrono::milliseconds(50)}};

  static Stream of_grant(std::string grant) {
    Stream stream;
    stream.grant = std::move(grant);
    stream.session = "session";
    return stream;
  }
  static bool awake(const OpenStream& open) {
    pollfd watched{open.descriptor(), POLLIN, 0};
    return ::poll(&watched, 1, 0) == 1;
  }
};

TEST_F(StreamsTest, NewsReachEveryStreamInOrder) {
  const auto one = streams.open(of_grant("a"));
  const auto two = streams.open(of_grant("b"));
  streams.publish({updated("x"), updated("y")});
  streams.publish({updated("z")});
  EXPECT_TRUE(awake(*one) && awake(*two));
  EXPECT_EQ(one->take().bytes, "xyz");
  EXPECT_FALSE(awake(*one));
  EXPECT_EQ(one->take().bytes, "");
  streams.close(two);
  streams.publish({updated("late")});
  EXPECT_EQ(two->take().bytes, "xyz");
  EXPECT_EQ(streams.size(), 1u);
}

TEST_F(StreamsTest, WhenSeveralGrantsEndAtOnceEachStreamIsToldWhicheverComesFirst) {
  const auto one = streams.open(of_grant("a"));
  const auto two = streams.open(of_grant("b"));
  streams.publish({Topic{Topic::Kind::grant_ended, "", "a"}, Topic{Topic::Kind::grant_ended, "", "b"}});
  EXPECT_TRUE(awake(*one));
  EXPECT_TRUE(awake(*two));
  EXPECT_TRUE(one->take().end);
  EXPECT_TRUE(two->take().end);
}

TEST_F(StreamsTest, TheEndOfAGrantEndsItsStreamsAtOnceAndNoOthers) {
  const auto one = streams.open(of_grant("a"));
  const auto two = streams.open(of_grant("b"));
  streams.publish({Topic{Topic::Kind::grant_ended, "", "a"}});
  EXPECT_TRUE(awake(*one));
  EXPECT_TRUE(one->take().end);
  EXPECT_FALSE(awake(*two));
  EXPECT_FALSE(two->take().end);
}

TEST_F(StreamsTest, AClientThatDoesNotReadIsDroppedAndBlocksNobody) {
  const auto lazy = streams.open(of_grant("a"));
  for (int i = 0; i < 1000; ++i) streams.publish({updated("0123456789")});
  const auto taken = lazy->take();
  EXPECT_TRUE(taken.end);
  EXPECT_LE(taken.bytes.size(), 100u);
}

TEST_F(StreamsTest, AStreamThatAnswersComeByHoldsMoreAndStillNotAll) {
  Stream stream = of_grant("a");
  stream.owns_session = true;
  const auto open = streams.open(stream);
  streams.publish({updated(std::string(900, 'x'))});
  const auto taken = open->take();
  EXPECT_EQ(taken.bytes.size(), 900u);
  EXPECT_FALSE(taken.end);
  streams.publish({updated(std::string(900, 'x')), updated(std::string(900, 'x'))});
  EXPECT_TRUE(open->take().end);
}

TEST_F(StreamsTest, ASessionOfItsOwnEndsWithTheStreamAndNoOther) {
  const auto there = [this] { return store.inner->load({"session"}, time).front().record.has_value(); };
  Commit commit;
  commit.puts.push_back(Put{"session", "lives", std::nullopt});
  store.inner->commit(commit, time);
  Stream stream = of_grant("a");
  streams.settle(host, *streams.open(stream));
  EXPECT_TRUE(there());
  stream.owns_session = true;
  store.fails = true;
  streams.settle(host, *streams.open(stream));
  EXPECT_TRUE(there()) << "trouble with the store: it expires by itself";
  store.fails = false;
  streams.settle(host, *streams.open(stream));
  EXPECT_FALSE(there());
}

TEST_F(StreamsTest, OtherSubscriptionsAreASignalToLookAgain) {
  const auto open = streams.open(of_grant("a"));
  streams.publish({Topic{Topic::Kind::session_changed, "", "another"}});
  EXPECT_FALSE(open->take().check);
  streams.publish({Topic{Topic::Kind::session_changed, "", "session"}});
  EXPECT_TRUE(awake(*open));
  EXPECT_TRUE(open->take().check);
}

TEST_F(StreamsTest, ACheckFindsWhatAnotherProcessRevoked) {
  const auto open = streams.open(of_grant("a"));
  EXPECT_FALSE(streams.check(host, *open));
  Commit commit;
  commit.puts.push_back(Put{"grant/a", "lives", std::nullopt});
  store.inner->commit(commit, time);
  EXPECT_TRUE(streams.check(host, *open));
  store.fails = true;
  EXPECT_TRUE(streams.check(host, *open)) << "trouble with the store ends no stream";
}

TEST_F(StreamsTest, AllEndWhenTheServerStopsAlsoThoseThatComeLate) {
  const auto open = streams.open(of_grant("a"));
  streams.end_all();
  EXPECT_TRUE(open->take().end);
  EXPECT_TRUE(streams.open(of_grant("b"))->take().end);
}

TEST_F(StreamsTest, ManyThreadsPublishOpenAndClose) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([this, i] {
      for (int round = 0; round < 200; ++round) {
        const auto open = streams.open(of_grant(std::to_string(i)));
        streams.publish({updated("x"), Topic{Topic::Kind::grant_ended, "", std::to_string(i)}});
        EXPECT_TRUE(open->take().end);
        streams.close(open);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(streams.size(), 0u);
}

}  // namespace
}  // namespace postern
