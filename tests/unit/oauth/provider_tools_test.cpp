// Tools that ask at the identity provider, in the name of the user who logged in there.
#include <functional>

#include "core/mcp/catalog.hpp"
#include "tests/unit/oauth/provider_fixture.hpp"

namespace postern::oauth {
namespace {

using Kind = UpstreamResponse::Kind;

class ProviderToolsTest : public ProviderTest {
 protected:
  using Handler = std::function<std::string(mcp::Run&)>;

  std::string access;
  Fetched there = json_answer(Json::array());  ///< What the API answers but for the profile.

  void log_in(Provider provider, const std::string& id) {
    offer(std::move(provider));
    access = text(tokens_from(log_in_at(id)), "access_token");
    world.elsewhere = [this](const Fetch& fetch) {
      const bool of_tool = fetch.step > 0 && !fetch.url.ends_with("/user") && !fetch.url.ends_with("/userinfo");
      return of_tool ? there : answer(fetch);
    };
  }

  /// One call of a tool whose handler says this, as the server makes it.
  Answer run(const Handler& handler) {
    const auto endpoint = [&](const HttpRequest& request, const Facts& facts) -> Outcome {
      Ask gate(facts);
      Admission admission = admit(authority, request, gate);
      if (Outcome* stopped = admission.outcome()) return std::move(*stopped);
      const Principal& principal = *admission.principal();
      std::optional<Answer> ended;
      const mcp::FetchAsUser upstream = [&](Ask& ask, const UpstreamRequest& wanted, std::uint32_t step) {
        UpstreamCall call = fetch_as_user(authority, principal, wanted, step, ask);
        const bool is_gone = call.response.kind == Kind::gone && !ask.pending();
        if (is_gone) ended = provider_ended(authority, principal, std::move(call.check));
        return call.response;
      };
      Ask ask(facts);
      const Json arguments = Json::object();
      mcp::Run one(ask, principal, arguments, 0, &upstream);
      std::string said = handler(one);
      if (ask.pending()) return ask.needs();
      if (ended) return std::move(*ended);
      return Answer{Reply{200, {}, std::move(said), {}}, admission.commit, {}, {}};
    };
    return world.run(endpoint, {"POST", "/mcp", {{"Authorization", "Bearer " + access}}, ""});
  }

  UpstreamResponse ask(const UpstreamRequest& request) {
    UpstreamResponse response;
    run([&](mcp::Run& one) {
      response = one.fetch_as_user(request);
      return std::string();
    });
    return response;
  }
  mcp::ProviderAnswer ask_for(const std::string& path = {}) {
    mcp::ProviderAnswer told;
    run([&](mcp::Run& one) {
      told = one.ask_provider(path);
      return std::string();
    });
    return told;
  }
  std::string sent(std::string_view name) const {
    return header(Reply{0, world.fetches.back().headers, "", {}}, std::string(name));
  }
};

TEST_F(ProviderToolsTest, WhatCouldLeadElsewhereIsNotSent) {
  log_in(github(), "github");
  const std::string large(max_upstream_body + 1, 'x');
  const UpstreamRequest rows[] = {
      {"GET", "user"},
      {"GET", "https://api.github.com/user"},
      {"GET", "https://evil.example/"},
      {"GET", "//evil.example/"},
      {"GET", "@evil.example/"},
      {"GET", ".evil.example/"},
      {"GET", ":8443/"},
      {"GET", "/../x"},
      {"GET", "/a/.."},
      {"GET", "/./a"},
      {"GET", "/a/%2e%2E/b"},
      {"GET", "/a/%252e%252e/b"},
      {"GET", "/a%2f..%2fb"},
      {"GET", "/a%5c..%5cb"},
      {"GET", "/a\\..\\b"},
      {"GET", "/\\evil.example/"},
      {"GET", "/a b"},
      {"GET", "/a#b"},
      {"GET", "/a\r\nb"},
      {"GET", "/a%zz"},
      {"GET", "/\xC3\xA9"},
      {"", "/a"},
      {"get", "/a"},
      {"CONNECT", "/a"},
      {"TRACE", "/a"},
      {"GET /b HTTP/1.1\r\n", "/a"},
      {"GET", "/a", {}, "body"},
      {"HEAD", "/a", {}, "body"},
      {"POST", "/a", {}, large},
      {"GET", "/a", {{"Authorization", "Bearer mine"}}},
      {"GET", "/a", {{"authorization", "Bearer mine"}}},
      {"GET", "/a", {{"Cookie", "user_session=x"}}},
      {"GET", "/a", {{"Host", "evil.example"}}},
      {"POST", "/a", {{"Content-Length", "0"}}, "x"},
      {"POST", "/a", {{"Transfer-Encoding", "chunked"}}, "x"},
      {"GET", "/a", {{"Connection", "Upgrade"}}},
      {"GET", "/a", {{"Proxy-Authorization", "x"}}},
      {"GET", "/a", {{"X-A", "b\r\nAuthorization: Bearer mine"}}},
      {"GET", "/a", {{"X-A: b\r\nX", "c"}}},
      {"GET", "/a", {{"X-A", std::string(max_upstream_headers, 'x')}}},
  };
  const std::size_t before = world.fetches.size();
  for (const UpstreamRequest& row : rows) {
    const UpstreamResponse response = ask(row);
    const std::string name = row.method + ' ' + row.path + (row.headers.empty() ? "" : ' ' + row.headers[0].name);
    EXPECT_EQ(response.kind, Kind::refused) << name;
    EXPECT_NE(response.problem, "") << name;
  }
  EXPECT_EQ(world.fetches.size(), before);
}

TEST_F(ProviderToolsTest, WithoutALoginThereNothingIsAsked) {
  Principal principal;
  principal.subject = "alice-subject";
  const Facts facts = world.facts();
  for (const char* grant : {"", "no-such-grant"}) {
    principal.grant = grant;
    Facts known = facts;
    known.learn(Load{store::Grant::key("no-such-grant")}, Loaded{});
    Ask ask(known);
    const UpstreamCall call = fetch_as_user(authority, principal, {"GET", "/user/repos"}, 1, ask);
    EXPECT_FALSE(ask.pending());
    EXPECT_EQ(call.response.kind, *grant == '\0' ? Kind::none : Kind::gone) << grant;
    EXPECT_NE(call.response.problem, "");
  }
  Ask ask(facts);
  const Json arguments = Json::object();
  mcp::Run nobody(ask, principal, arguments);
  EXPECT_EQ(nobody.fetch_as_user({"GET", "/user"}).kind, Kind::none);
  EXPECT_EQ(nobody.ask_provider().kind, mcp::ProviderAnswer::Kind::none);
}

TEST_F(ProviderToolsTest, ARequestIsSentAsItIsWithTheTokenAdded) {
  log_in(github(), "github");
  there = {201,
           {{"Location", "https://api.github.com/x"}, {"Set-Cookie", "a=b"}, {"X-A", "1"}},
           "{\"number\":1}",
           FetchProblem::none};
  const UpstreamResponse made =
      ask({"POST", "/repos/o/r%20s/issues?a=%2F..", {{"X-GitHub-Api-Version", "2022-11-28"}}, "{}"});
  const Fetch& fetch = world.fetches.back();
  EXPECT_EQ(fetch.method, "POST");
  EXPECT_EQ(fetch.url, "https://api.github.com/repos/o/r%20s/issues?a=%2F..");
  EXPECT_EQ(fetch.body, "{}");
  EXPECT_EQ(fetch.most_bytes, max_upstream_body);
  EXPECT_EQ(sent("Authorization"), "Bearer gho_upstream");
  EXPECT_EQ(sent("Accept"), "application/vnd.github+json");
  EXPECT_EQ(sent("User-Agent"), "postern");
  EXPECT_EQ(sent("Content-Type"), "application/json");
  EXPECT_EQ(sent("X-GitHub-Api-Version"), "2022-11-28");
  EXPECT_EQ(made.kind, Kind::answered);
  EXPECT_EQ(made.provider, "github");
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(made.body, "{\"number\":1}");
  EXPECT_EQ(made.headers, (wire::Headers{{"Location", "https://api.github.com/x"}, {"X-A", "1"}}));

  ask({"PATCH", "/a", {{"accept", "text/plain"}, {"content-type", "text/x"}}, "x"});
  EXPECT_EQ(world.fetches.back().method, "PATCH");
  EXPECT_EQ(sent("Accept"), "text/plain");
  EXPECT_EQ(sent("Content-Type"), "text/x");
  ask({"DELETE", "/a"});
  EXPECT_EQ(sent("Content-Type"), "");
}

TEST_F(ProviderToolsTest, WhateverComesBackIsGiven) {
  log_in(github(), "github");
  for (const int status : {200, 204, 301, 304, 403, 404, 422, 429, 500, 599}) {
    there = {status, {}, "as it is", FetchProblem::none};
    const UpstreamResponse response = ask({"GET", "/a"});
    EXPECT_EQ(response.kind, Kind::answered);
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(response.body, "as it is");
  }
  for (const FetchProblem problem :
       {FetchProblem::unreachable, FetchProblem::untrusted, FetchProblem::too_slow, FetchProblem::too_large}) {
    there = {0, {}, "", problem};
    const UpstreamResponse response = ask({"POST", "/a"});
    EXPECT_EQ(response.kind, Kind::unreachable);
    EXPECT_NE(response.problem, "");
  }
  there = {0, {}, "", FetchProblem::refused};
  EXPECT_EQ(ask({"GET", "/a"}).kind, Kind::refused);
  there = {600, {}, "", FetchProblem::none};
  EXPECT_EQ(ask({"GET", "/a"}).kind, Kind::unreachable);
  there = {200, {{"X-A", std::string(max_upstream_headers, 'x')}, {"X-B", "1"}}, "", FetchProblem::none};
  EXPECT_TRUE(ask({"GET", "/a"}).headers.empty()) << "bounded";
}

TEST_F(ProviderToolsTest, EachRequestOfARunIsOneOfItsOwn) {
  log_in(github(), "github");
  const std::size_t before = world.fetches.size();
  run([](mcp::Run& one) {
    for (int i = 0; i < 2; ++i) {
      if (one.fetch_as_user({"POST", "/a", {}, "x"}).kind == Kind::waiting) return std::string();
    }
    return std::string();
  });
  EXPECT_EQ(world.fetches.size(), before + 2);
  const Answer many = run([](mcp::Run& one) {
    for (int i = 0; i < 32; ++i) one.fetch_as_user({"GET", "/a"});
    return one.fetch_as_user({"GET", "/a"}).problem;
  });
  EXPECT_EQ(many.reply.body, "expected at most 32 requests in one run");
  EXPECT_EQ(world.fetches.size(), before + 2 + 32);
}

TEST_F(ProviderToolsTest, A401EndsTheGrant) {
  log_in(github(), "github");
  there = {401, {}, "{}", FetchProblem::none};
  const Answer refused = run([](mcp::Run& one) { return one.fetch_as_user({"POST", "/a"}).problem; });
  EXPECT_EQ(refused.reply.status, 401);
  EXPECT_NE(header(refused.reply, "WWW-Authenticate").find("error=\"invalid_token\""), std::string::npos);
  EXPECT_EQ(world.last_outcome(), "upstream_gone");
  EXPECT_TRUE(world.keys("upstream/").empty());
  EXPECT_EQ(call(access), 401) << "the grant has ended";
}

// A tool that the host runs asks by an evaluation of its own, behind no gate.
TEST_F(ProviderToolsTest, ATokenThatRanOutWhileAToolWasRunningIsRenewedFirst) {
  token_answer["expires_in"] = 600;
  token_answer["refresh_token"] = "ghr_1";
  log_in(github(), "github");
  token_answer = {{"access_token", "gho_2"}, {"token_type", "bearer"}, {"expires_in", 600}, {"refresh_token", "ghr_2"}};
  Principal principal;
  run([&](mcp::Run& one) {
    principal = one.principal;
    return std::string();
  });
  std::string problem;
  const auto endpoint = [&](const HttpRequest&, const Facts& facts) -> Outcome {
    Ask ask(facts);
    UpstreamCall call = fetch_as_user(authority, principal, {"POST", "/a", {}, "x"}, 1, ask);
    if (ask.pending()) return ask.needs();
    problem = call.response.problem;
    return Answer{Reply{call.response.status, {}, std::string(word_for(call.response.kind)), {}}, call.check.commit,
                  call.check.topics, call.check.audit};
  };
  world.pass(600);
  EXPECT_EQ(world.send(endpoint, {}).body, "answered");
  EXPECT_EQ(sent("Authorization"), "Bearer gho_2");
  EXPECT_EQ(world.send(endpoint, {}).body, "answered");
  EXPECT_EQ(fetches_to("https://github.com/login/oauth/access_token"), 2u) << "the new token was kept";
  token_answer = {{"error", "bad_refresh_token"}};
  world.pass(600);
  EXPECT_EQ(world.send(endpoint, {}).body, "gone");
  EXPECT_EQ(world.topics.back().kind, Topic::Kind::grant_ended);
  EXPECT_EQ(world.send(endpoint, {}).body, "gone") << "of a grant that has ended, also while its tool still runs";
  EXPECT_EQ(problem, "the grant has ended") << "and nobody looks for tokens";
  principal.subject = "another";
  EXPECT_EQ(world.send(endpoint, {}).body, "gone");
}

TEST_F(ProviderToolsTest, AnOpenidProviderHasAnApiWhereOneIsConfigured) {
  log_in(corporate(), "corp");
  EXPECT_EQ(ask({"GET", "/projects"}).kind, Kind::none);
  EXPECT_NE(ask({"GET", "/projects"}).problem.find("api_base"), std::string::npos);
  EXPECT_EQ(ask({"GET"}).kind, Kind::answered) << "the profile: its userinfo";
  authority.providers.back().api_base = "https://api.example/v4";
  EXPECT_EQ(ask({"GET", "/projects"}).kind, Kind::answered);
  EXPECT_EQ(world.fetches.back().url, "https://api.example/v4/projects");
  EXPECT_EQ(world.fetches.back().reach, Reach::configured);
}

TEST_F(ProviderToolsTest, ApiBaseIsAnHttpsUrlWithoutAQuery) {
  const auto problem = [](std::string base) {
    Provider provider = corporate();
    provider.api_base = std::move(base);
    const auto complete = oauth::complete(std::move(provider));
    return complete ? "" : complete.error();
  };
  EXPECT_EQ(problem("https://api.example/v4/"), "");
  for (const char* bad : {"api.example", "http://api.example", "https://a@api.example", "https://api.example/?a",
                          "https://api.example/../x", "https://api.example/#x"}) {
    EXPECT_NE(problem(bad).find("api_base"), std::string::npos) << bad;
  }
}

TEST_F(ProviderToolsTest, AToolAsksWithTheTokenAndOnlyThere) {
  using Told = mcp::ProviderAnswer::Kind;
  log_in(github(), "github");
  EXPECT_EQ(ask_for().kind, Told::ok);
  EXPECT_EQ(ask_for().body, profile);
  EXPECT_EQ(sent("Authorization"), "Bearer gho_upstream");
  const std::size_t before = world.fetches.size();
  for (const char* bad :
       {"user", "//evil.example/", "/../x", "/a/%2e%2e/b", "/a b", "/a#b", "@evil.example/", "/a\r\nb"}) {
    EXPECT_EQ(ask_for(bad).kind, Told::none) << bad;
  }
  EXPECT_EQ(world.fetches.size(), before);
  profile_status = 403;
  profile_headers = {{"X-RateLimit-Remaining", "0"}, {"X-RateLimit-Reset", std::to_string(world.now.count + 90)}};
  EXPECT_EQ(ask_for().kind, Told::limited);
  EXPECT_EQ(ask_for().retry_after.count, 90);
  profile_headers = {{"Retry-After", "7"}};
  EXPECT_EQ(ask_for().retry_after.count, 7);
  profile_headers = {};
  EXPECT_EQ(ask_for().kind, Told::refused);
  profile_status = 502;
  EXPECT_EQ(ask_for().kind, Told::unreachable);
  profile_status = 401;
  EXPECT_EQ(ask_for().kind, Told::gone);
  EXPECT_EQ(call(access), 401) << "the grant has ended";
}

TEST_F(ProviderToolsTest, AToolAsksByTheTokenThatTheGateGotJustNow) {
  token_answer["expires_in"] = 600;
  token_answer["refresh_token"] = "ghr_1";
  log_in(github(), "github");
  token_answer = {{"access_token", "gho_2"}, {"token_type", "bearer"}, {"expires_in", 600}, {"refresh_token", "ghr_2"}};
  world.pass(600 - 60);
  for (int i = 0; i < 2; ++i) {
    ask_for();
    EXPECT_EQ(world.fetches.back().url, "https://api.github.com/user");
    EXPECT_EQ(sent("Authorization"), "Bearer gho_2") << i;
  }
}

TEST_F(ProviderToolsTest, TheConsentPageSaysWhatAProfileHolds) {
  std::vector<ScopeDefinition> definitions = authority.scopes.definitions();
  definitions.front().shows_profile = true;
  const std::string token = definitions.front().token;
  authority.scopes = ScopePolicy(definitions);
  offer(github());
  offer(corporate());
  const auto page_of = [&](const std::string& id) {
    const Reply login = open(authorization({{"scope", token}}));
    return submit({{"flow", flow_in(login)}, {"provider", id}}).body;
  };
  EXPECT_NE(page_of("github").find(", and your GitHub profile: name, e-mail address, company, location"),
            std::string::npos)
      << page_of("github");
  EXPECT_NE(page_of("corp").find(", and your corp profile: name, e-mail address"), std::string::npos);
  definitions.front().shows_profile = false;
  authority.scopes = ScopePolicy(definitions);
  EXPECT_EQ(page_of("github").find("GitHub profile"), std::string::npos);
}

}  // namespace
}  // namespace postern::oauth
