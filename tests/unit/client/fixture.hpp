// A client, and a world that answers its fetches from a table: documents and endpoints that a test changes one thing of.
// On the way the laws of an evaluation are held: determinism, order, progress, and what only a client owes: every URL
// that is asked for was judged, and nothing but fetches is asked for.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/client/advance.hpp"
#include "core/client/codec.hpp"
#include "core/crypto/hash.hpp"
#include "core/flow/egress.hpp"
#include "core/wire/form.hpp"
#include "core/wire/json.hpp"
#include "core/wire/uri.hpp"

namespace postern::client {

/// The value of a query parameter of a URL; empty when absent.
inline std::string in_query(const std::string& url, std::string_view name) {
  const auto uri = wire::Uri::parse(url);
  const auto form = uri && uri->query ? wire::Form::parse(*uri->query) : wire::Form::parse("");
  return form ? std::string(form->get(name)) : "";
}

/// A field of a fetch's form body; empty when absent.
inline std::string in_body(const Fetch& fetch, std::string_view name) {
  const auto form = wire::Form::parse(fetch.body);
  return form ? std::string(form->get(name)) : "";
}

inline Fetched json_answer(const Json& body, int status = 200) {
  return Fetched{status, {{"Content-Type", "application/json"}}, body.dump(), FetchProblem::none};
}

/// Drives a client against `elsewhere`.
class Driver {
 public:
  ClientConfig config;
  ClientState state;
  UnixSeconds now{1'700'000'000};
  std::function<Fact(const Fetch&)> elsewhere;
  std::vector<Fetch> fetches;  ///< Since the last event.
  std::vector<Phase> waited;   ///< The phases in which it asked, since the last event.
  std::vector<Rule> path;      ///< Of the last event.
  int drawn = 0;

  /// The action of this event; the state is kept.
  Action happens(const ClientEvent& event) {
    Facts facts(now, crypto::sha256("client " + std::to_string(++drawn)));
    fetches.clear();
    waited.clear();
    for (int round = 1; round <= 8; ++round) {
      const ClientStep step = advance(config, state, event, facts);
      EXPECT_EQ(step, advance(config, state, event, facts)) << "the same input gives the same step";
      EXPECT_EQ(step, advance(config, state, event, backwards(facts))) << "the order of the facts changes nothing";
      if (const Needs* needs = step.needs()) {
        learn(*needs, facts);
        waited.push_back(step.phase);
        continue;
      }
      EXPECT_TRUE(rests_in(step.phase)) << name_of(step.phase);
      EXPECT_EQ(step.phase, step.advanced()->state.phase);
      expect_kept(step.advanced()->state);
      state = step.advanced()->state;
      path = step.path;
      return step.advanced()->action;
    }
    ADD_FAILURE() << "eight rounds were not enough";
    return Proceed{};
  }

  /// The reason of an action that has to be a failure.
  static std::string why(const Action& action) {
    const auto* failed = std::get_if<Failed>(&action);
    return failed == nullptr ? "no failure" : std::string(name_of(failed->why));
  }
  static std::string url_of(const Action& action) {
    const auto* open = std::get_if<OpenBrowser>(&action);
    EXPECT_NE(open, nullptr) << why(action);
    return open == nullptr ? "" : open->url;
  }

  /// What was fetched in this order, from the `first` on.
  std::vector<std::string> fetched(std::size_t first = 0) const {
    std::vector<std::string> all;
    for (std::size_t i = first; i < fetches.size(); ++i) all.push_back(fetches[i].method + " " + fetches[i].url);
    return all;
  }

 private:
  static Facts backwards(const Facts& facts) {
    Facts turned(facts.now(), facts.entropy());
    const auto& answers = facts.answers();
    for (auto at = answers.rbegin(); at != answers.rend(); ++at) turned.learn(at->first, at->second);
    return turned;
  }

  void learn(const Needs& needs, Facts& facts) {
    EXPECT_EQ(needs.list.size(), 1U) << "one exchange at a time, in the order of the specification";
    for (const Need& need : needs.list) {
      const auto* fetch = std::get_if<Fetch>(&need);
      ASSERT_NE(fetch, nullptr) << "a client asks for fetches alone";
      EXPECT_EQ(facts.find(need), nullptr) << "a round asks only for what is unknown";
      EXPECT_TRUE(judge_url(fetch->url, fetch->reach, config.egress)) << fetch->url;
      fetches.push_back(*fetch);
      facts.learn(need, elsewhere(*fetch));
    }
  }

  /// A state survives being kept as JSON.
  static void expect_kept(const ClientState& kept) {
    const auto again = read_state(Json::parse(print(kept).dump(), nullptr, false));
    ASSERT_TRUE(again) << again.error().what;
    EXPECT_EQ(*again, kept);
  }
};

/// An MCP server and an authorization server far away, as they should be.
class ClientTest : public ::testing::Test {
 protected:
  static constexpr std::string_view server_url = "https://mcp.example.com/v1/mcp";
  static constexpr std::string_view issuer = "https://as.example.com/tenant";
  static constexpr std::string_view prm = "https://mcp.example.com/.well-known/oauth-protected-resource";
  static constexpr std::string_view asm_place = "https://as.example.com/.well-known/oauth-authorization-server/tenant";

  Driver client;
  std::map<std::string, std::function<Fact(const Fetch&)>> places;  ///< By URL; 404 elsewhere.
  Json resource, server, registration, tokens;                      ///< What the places answer with.

  void SetUp() override {
    client.config.server_url = server_url;
    client.config.redirect_uri = "http://127.0.0.1:3334/callback";
    client.config.client_name = "Test client";
    resource = {
        {"resource", server_url}, {"authorization_servers", {issuer}}, {"scopes_supported", {"notes:read", "user"}}};
    server = {{"issuer", issuer},
              {"authorization_endpoint", "https://as.example.com/authorize"},
              {"token_endpoint", "https://as.example.com/token"},
              {"registration_endpoint", "https://as.example.com/register"},
              {"response_types_supported", {"code"}},
              {"code_challenge_methods_supported", {"S256"}},
              {"authorization_response_iss_parameter_supported", true},
              {"token_endpoint_auth_methods_supported", {"none", "client_secret_basic", "client_secret_post"}}};
    registration = {{"client_id", "id-1"}, {"token_endpoint_auth_method", "none"}};
    tokens = {{"access_token", "access-1"},
              {"token_type", "Bearer"},
              {"expires_in", 3600},
              {"refresh_token", "refresh-1"},
              {"scope", "notes:read user"}};
    places[std::string(prm) + "/v1/mcp"] = [this](const Fetch&) { return json_answer(resource); };
    places[std::string(asm_place)] = [this](const Fetch&) { return json_answer(server); };
    places["https://as.example.com/register"] = [this](const Fetch&) { return json_answer(registration, 201); };
    places["https://as.example.com/token"] = [this](const Fetch&) { return json_answer(tokens); };
    client.elsewhere = [this](const Fetch& fetch) -> Fact {
      const auto at = places.find(fetch.url);
      return at == places.end() ? Fact(json_answer({{"error", "not_found"}}, 404)) : at->second(fetch);
    };
  }

  void answers(const std::string& url, Fact fact) {
    places[url] = [fact = std::move(fact)](const Fetch&) { return fact; };
  }
  void refuses_tokens(const std::string& error, int status = 400) {
    answers("https://as.example.com/token",
            json_answer({{"error", error}, {"error_description", "<b>hi</b>"}}, status));
  }

  Action challenged(const std::string& field = "Bearer") {
    return client.happens(
        Answered{401, {{"WWW-Authenticate", field}}, client.state.tokens ? client.state.tokens->generation : 0});
  }
  Action too_little_scope(const std::string& scope) {
    return client.happens(
        Answered{403,
                 {{"WWW-Authenticate", R"(Bearer error="insufficient_scope", scope=")" + scope + '"'}},
                 client.state.tokens ? client.state.tokens->generation : 0});
  }
  Action accepted() {
    return client.happens(Answered{200, {}, client.state.tokens ? client.state.tokens->generation : 0});
  }
  std::string state_parameter() const {
    return client.state.flow ? std::string(client.state.flow->state.expose_for(Reason::performing)) : "";
  }
  /// The response to the request that is out; `changes` replace parameters, an empty value takes one out.
  Action comes_back(const std::vector<wire::Form::Field>& changes = {}) {
    std::vector<wire::Form::Field> fields = {
        {"code", "code-1"}, {"state", state_parameter()}, {"iss", std::string(issuer)}};
    for (const auto& [name, value] : changes) {
      std::erase_if(fields, [&name = name](const auto& field) { return field.first == name; });
      if (!value.empty()) fields.emplace_back(name, value);
    }
    return client.happens(CalledBack{client.config.redirect_uri + "?" + wire::form_encode(fields)});
  }
  void log_in() {
    challenged();
    EXPECT_EQ(client.state.phase, Phase::waiting);
    EXPECT_TRUE(std::holds_alternative<Authorized>(comes_back()));
    EXPECT_EQ(client.state.phase, Phase::authorized);
  }
  void log_in_and_use() {
    log_in();
    accepted();
  }
  std::string sent_token() {
    const Action action = client.happens(Send{std::string(server_url)});
    const auto* send = std::get_if<SendRequest>(&action);
    const std::string* field = send == nullptr ? nullptr : wire::find_header(send->headers, "Authorization");
    return field == nullptr ? "" : *field;
  }
};

}  // namespace postern::client
