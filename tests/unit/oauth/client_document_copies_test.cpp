// What is kept of a client's metadata document, for how long, and what is kept where there is none.
#include "core/oauth/client_document.hpp"

#include "tests/unit/oauth/client_document_fixture.hpp"

namespace postern::oauth {
namespace {

TEST_F(ClientDocumentTest, AnErrorIsNoDocumentAndIsNotKept) {
  const wire::Headers elsewhere = {{"Location", "https://app.example/moved.json"}, {"Cache-Control", "max-age=86400"}};
  const std::string good = document.dump();
  const Fetched rows[] = {{301, elsewhere, good},
                          {302, elsewhere, good},
                          {303, elsewhere, good},
                          {307, elsewhere, good},
                          {308, elsewhere, good},
                          {404, {}, good},
                          {410, {}, good},
                          {403, {}, good},
                          {500, {}, good},
                          {503, {}, good},
                          {201, {}, good},
                          {204, {}, ""},
                          {200, {}, ""},
                          {200, {}, "<!doctype html>"},
                          {200, {}, "[" + good + "]"},
                          {200, {}, "\"" + std::string(url) + "\""},
                          {200, {}, good.substr(0, good.size() - 1)},
                          {200, {}, good + good},
                          {200, {}, "{\"client_id\":\"x\"," + good.substr(1)},
                          {200, {}, "\xef\xbb\xbf" + good}};
  std::size_t asked = 0;
  for (const Fetched& row : rows) {
    SCOPED_TRACE(std::to_string(row.status) + row.body);
    serve(row);
    expect_refused(ask());
    EXPECT_EQ(world.fetches.size(), ++asked);
    EXPECT_TRUE(world.last_commit.empty());
  }
  for (const Fetch& fetch : world.fetches) EXPECT_EQ(fetch.url, url);
}

TEST_F(ClientDocumentTest, WhereNobodyAnswersItIsTriedOnceAMinute) {
  const struct {
    FetchProblem problem;
    const char* told;
  } rows[] = {{FetchProblem::too_large, "it is too long"},
              {FetchProblem::too_slow, "no answer in time"},
              {FetchProblem::untrusted, "certificate is not trusted"},
              {FetchProblem::unreachable, "can not be reached from here"},
              // Whether a name leads to an address of this network is not told.
              {FetchProblem::refused, "can not be reached from here"}};
  std::size_t asked = 0;
  for (const auto& row : rows) {
    SCOPED_TRACE(row.told);
    serve(Fetched{0, {}, {}, row.problem});
    const Reply reply = ask();
    expect_refused(reply);
    EXPECT_NE(reply.body.find(row.told), std::string::npos) << reply.body;
    EXPECT_EQ(world.fetches.size(), ++asked);
    for (int i = 0; i < 5; ++i) expect_refused(ask());
    EXPECT_EQ(world.fetches.size(), asked);
    EXPECT_EQ(world.keys("document/").size(), 1u);
    world.pass(60);
    EXPECT_TRUE(world.keys("document/").empty());  // A flood of URLs leaves nothing behind.
  }
  serve(document);
  EXPECT_TRUE(goes_on());
}

TEST_F(ClientDocumentTest, ACopyServesItsTimeAndIsReadAgainThen) {
  serve(document, {{"Cache-Control", "max-age=600"}});
  EXPECT_TRUE(goes_on());
  document["client_name"] = "The App, renamed";
  serve(document, {{"Cache-Control", "max-age=600"}});
  world.pass(599);
  EXPECT_NE(ask().body.find("The App<"), std::string::npos);
  EXPECT_EQ(world.fetches.size(), 1u);
  world.pass(1);
  EXPECT_NE(ask().body.find("The App, renamed<"), std::string::npos);
  EXPECT_EQ(world.fetches.size(), 2u);
  EXPECT_EQ(world.get<store::Client>(store::Client::key(url))->name, "The App, renamed");
  EXPECT_EQ(world.keys("client/").size(), 1u);
}

TEST_F(ClientDocumentTest, AfterItsTimeACopyServesOnlyWhereNobodyAnswers) {
  serve(document);
  EXPECT_TRUE(goes_on());
  world.pass(3600);
  world.elsewhere = {};
  EXPECT_TRUE(goes_on());
  world.pass(86400 - 3600 + 300);
  EXPECT_EQ(ask().status, 400);

  world.pass(60);
  serve(document);
  EXPECT_TRUE(goes_on());
  world.pass(300);
  serve(Fetched{404, {}, {}});
  EXPECT_EQ(ask().status, 400);
  world.elsewhere = {};  // It said that there is none: the copy is gone.
  world.pass(60);
  EXPECT_EQ(ask().status, 400);
}

TEST_F(ClientDocumentTest, ACopyServesADayBehindAChallengeAndSaysWhatItSaid) {
  for (const Fetched& answer : {Fetched{401, {}, "{}"}, Fetched{403, {{"Content-Type", "text/html"}}, "<html>"},
                                Fetched{451, {}, ""}, Fetched{200, {{"Content-Type", "text/html"}}, "<html>"},
                                Fetched{503, {{"Content-Type", "text/html"}}, "<html>"}}) {
    SCOPED_TRACE(answer.status);
    world.pass(2 * 86400);
    serve(document);
    EXPECT_TRUE(goes_on());
    serve(answer);
    world.pass(3600);
    EXPECT_TRUE(goes_on());
    // Its redirect URIs are those of the copy.
    EXPECT_EQ(ask({{"redirect_uri", "https://other.example/callback"}}).status, 400);
    EXPECT_EQ(world.last_outcome(), "unmatched_redirect");
    world.pass(86400 - 3600 + 299);
    EXPECT_TRUE(goes_on());
    world.pass(1);
    EXPECT_EQ(ask().status, 400);
    EXPECT_EQ(world.last_outcome(), "bad_client_document");
  }
}

TEST_F(ClientDocumentTest, WhereNothingCanBeReachedThePageAndTheAuditSayWhatToDo) {
  for (const FetchProblem problem : {FetchProblem::unreachable, FetchProblem::too_slow, FetchProblem::refused}) {
    serve(Fetched{0, {}, {}, problem});
    for (const std::int64_t later : {0, 1}) {  // asked for, and not asked for again within the minute
      world.pass(later);
      const Reply reply = ask();
      expect_refused(reply);
      EXPECT_NE(reply.body.find("no way out to the Internet"), std::string::npos) << reply.body;
      EXPECT_NE(reply.body.find("--client-documents=false"), std::string::npos) << reply.body;
      EXPECT_NE(world.audit.back().detail.find("--client-documents=false"), std::string::npos);
      EXPECT_EQ(world.audit.back().client, url);
    }
    world.pass(60);
  }
  // Where something answered, that is not the remedy.
  serve(Fetched{404, {}, {}});
  EXPECT_EQ(ask().body.find("--client-documents"), std::string::npos);
}

}  // namespace
}  // namespace postern::oauth
