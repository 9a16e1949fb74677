#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/client/fixture.hpp"

namespace postern::client {
namespace {

using List = std::vector<std::string>;

class DiscoveryTest : public ClientTest {};

struct Lie {
  std::string what;
  std::function<void(Json& resource, Json& server)> change;
  std::string why;
};

TEST_F(DiscoveryTest, DocumentsThatAreNotAsTheyHaveToBeAreRefused) {
  const std::vector<Lie> lies = {
      {"another resource", [](Json& r, Json&) { r["resource"] = "https://other.example.com/v1/mcp"; },
       "resource_differs"},
      {"a resource of another path", [](Json& r, Json&) { r["resource"] = "https://mcp.example.com/v2/mcp"; },
       "resource_differs"},
      {"a slash more", [](Json& r, Json&) { r["resource"] = "https://mcp.example.com/v1/mcp/"; }, "resource_differs"},
      {"the root, not from the root", [](Json& r, Json&) { r["resource"] = "https://mcp.example.com"; },
       "resource_differs"},
      {"no resource", [](Json& r, Json&) { r.erase("resource"); }, "malformed_resource_metadata"},
      {"a resource that is no text", [](Json& r, Json&) { r["resource"] = 1; }, "malformed_resource_metadata"},
      {"a list", [](Json& r, Json&) { r = Json::array(); }, "malformed_resource_metadata"},
      {"no authorization server", [](Json& r, Json&) { r.erase("authorization_servers"); }, "no_authorization_server"},
      {"none in the list", [](Json& r, Json&) { r["authorization_servers"] = Json::array(); },
       "no_authorization_server"},
      {"an issuer with a query", [](Json& r, Json&) { r["authorization_servers"] = {"https://as.example.com/?a=b"}; },
       "no_authorization_server"},
      {"an issuer without TLS", [](Json& r, Json&) { r["authorization_servers"] = {"http://as.example.com"}; },
       "unsafe_url"},
      {"an issuer on our machine", [](Json& r, Json&) { r["authorization_servers"] = {"http://localhost:9000"}; },
       "unsafe_url"},
      {"an issuer in our network", [](Json& r, Json&) { r["authorization_servers"] = {"https://router"}; },
       "unsafe_url"},
      {"an issuer with a user",
       [](Json& r, Json&) { r["authorization_servers"] = {"https://mcp.example.com@as.example.com"}; }, "unsafe_url"},
      {"an issuer that is code", [](Json& r, Json&) { r["authorization_servers"] = {"javascript:alert(1)"}; },
       "unsafe_url"},
      {"another issuer", [](Json&, Json& s) { s["issuer"] = "https://honest.example.com"; }, "issuer_differs"},
      {"an issuer with a slash more", [](Json&, Json& s) { s["issuer"] = "https://as.example.com/tenant/"; },
       "issuer_differs"},
      {"an issuer in other letters", [](Json&, Json& s) { s["issuer"] = "https://AS.example.com/tenant"; },
       "issuer_differs"},
      {"an issuer with its port", [](Json&, Json& s) { s["issuer"] = "https://as.example.com:443/tenant"; },
       "issuer_differs"},
      {"no issuer", [](Json&, Json& s) { s.erase("issuer"); }, "malformed_server_metadata"},
      {"no PKCE", [](Json&, Json& s) { s.erase("code_challenge_methods_supported"); }, "pkce_not_offered"},
      {"plain alone", [](Json&, Json& s) { s["code_challenge_methods_supported"] = {"plain"}; }, "pkce_not_offered"},
      {"PKCE as text", [](Json&, Json& s) { s["code_challenge_methods_supported"] = "S256"; }, "pkce_not_offered"},
      {"no code flow", [](Json&, Json& s) { s["response_types_supported"] = {"token"}; }, "code_flow_not_offered"},
      {"no token endpoint", [](Json&, Json& s) { s.erase("token_endpoint"); }, "malformed_server_metadata"},
      {"no authorization endpoint", [](Json&, Json& s) { s.erase("authorization_endpoint"); },
       "malformed_server_metadata"},
      {"code to be opened", [](Json&, Json& s) { s["authorization_endpoint"] = "javascript:alert(1)"; }, "unsafe_url"},
      {"a file to be opened",
       [](Json&, Json& s) { s["authorization_endpoint"] = "file:///c:/windows/system32/calc.exe"; }, "unsafe_url"},
      {"a path to be opened", [](Json&, Json& s) { s["authorization_endpoint"] = "/authorize"; }, "unsafe_url"},
      {"a flag to be opened", [](Json&, Json& s) { s["authorization_endpoint"] = "--utility-and-run=calc"; },
       "unsafe_url"},
      {"a command in a URL", [](Json&, Json& s) { s["authorization_endpoint"] = "https://as.example.com/a\"&calc&\""; },
       "unsafe_url"},
      {"a command by a backtick", [](Json&, Json& s) { s["authorization_endpoint"] = "https://as.example.com/`calc`"; },
       "unsafe_url"},
      {"http to be opened", [](Json&, Json& s) { s["authorization_endpoint"] = "http://as.example.com/authorize"; },
       "unsafe_url"},
      {"our machine to be opened", [](Json&, Json& s) { s["authorization_endpoint"] = "http://127.0.0.1:631/"; },
       "unsafe_url"},
      {"a fragment to be opened", [](Json&, Json& s) { s["authorization_endpoint"] = "https://as.example.com/a#b"; },
       "unsafe_url"},
      {"a token endpoint without TLS", [](Json&, Json& s) { s["token_endpoint"] = "http://as.example.com/token"; },
       "unsafe_url"},
      {"a token endpoint on our machine", [](Json&, Json& s) { s["token_endpoint"] = "http://localhost:1/token"; },
       "unsafe_url"},
      {"a registration endpoint on our machine",
       [](Json&, Json& s) { s["registration_endpoint"] = "http://localhost:1/"; }, "unsafe_url"},
  };
  for (const Lie& lie : lies) {
    SetUp();
    client.state = ClientState();
    lie.change(resource, server);
    EXPECT_EQ(Driver::why(challenged()), lie.why) << lie.what;
    EXPECT_EQ(client.state.phase, Phase::failed) << lie.what;
    EXPECT_EQ(client.state.flow, std::nullopt) << lie.what;
    EXPECT_EQ(client.state.server, std::nullopt) << lie.what;
  }
}

TEST_F(DiscoveryTest, AnswersThatAreNoDocumentAreRefused) {
  struct Row {
    Fact answer;
    std::string why;
  };
  const std::vector<Row> rows = {
      {Fetched{302, {{"Location", "https://mcp.example.com/elsewhere"}}, "", FetchProblem::none}, "redirected"},
      {Fetched{500, {}, "", FetchProblem::none}, "unreachable"},
      {Fetched{0, {}, "", FetchProblem::unreachable}, "unreachable"},
      {Fetched{0, {}, "", FetchProblem::untrusted}, "unreachable"},
      {Fetched{0, {}, "", FetchProblem::too_slow}, "unreachable"},
      {Fetched{0, {}, "", FetchProblem::too_large}, "too_large"},
      {Fetched{0, {}, "", FetchProblem::refused}, "unsafe_url"},
      {Fetched{200, {}, std::string(70'000, ' '), FetchProblem::none}, "too_large"},
      {Fetched{200, {}, "<html>", FetchProblem::none}, ""},
      {Fetched{200, {}, R"({"resource":"a","resource":"b"})", FetchProblem::none}, ""},
  };
  for (const Row& row : rows) {
    SetUp();
    client.state = ClientState();
    answers(std::string(prm) + "/v1/mcp", row.answer);
    EXPECT_EQ(Driver::why(challenged()), row.why.empty() ? "malformed_resource_metadata" : row.why);
    SetUp();
    client.state = ClientState();
    answers(std::string(asm_place), row.answer);
    EXPECT_EQ(Driver::why(challenged()), row.why.empty() ? "malformed_server_metadata" : row.why);
  }
}

TEST_F(DiscoveryTest, WhereTheHostCanNotAskNothingHasHappened) {
  answers(std::string(asm_place), Unavailable{});
  const ClientState before = client.state;
  EXPECT_EQ(Driver::why(challenged()), "host_failed");
  EXPECT_EQ(client.state, before);
}

TEST_F(DiscoveryTest, TheChallengeNamesThePlaceAndNoOtherIsTried) {
  answers("https://mcp.example.com/meta", json_answer(resource));
  challenged(R"(Bearer resource_metadata="https://mcp.example.com/meta", scope="user")");
  EXPECT_EQ(client.fetched().at(0), "GET https://mcp.example.com/meta");
  EXPECT_EQ(client.state.phase, Phase::waiting);

  client.state = ClientState();
  EXPECT_EQ(Driver::why(challenged(R"(Bearer resource_metadata="https://mcp.example.com/none")")),
            "no_resource_metadata");
  EXPECT_EQ(client.fetches.size(), 1U);
}

TEST_F(DiscoveryTest, AChallengeLeadsToNoPlaceOfOurs) {
  for (const std::string place : {"http://localhost:9000/meta", "https://169.254.169.254/latest", "https://router/meta",
                                  "http://mcp.example.com/meta", "file:///etc/passwd"}) {
    client.state = ClientState();
    EXPECT_EQ(Driver::why(challenged("Bearer resource_metadata=\"" + place + "\"")),
              place.find("169") == std::string::npos ? "unsafe_url" : "no_resource_metadata")
        << place;  // An address is the host's to judge, when it connects (core/flow/egress.hpp): reach is stranger.
    for (const Fetch& fetch : client.fetches) EXPECT_EQ(fetch.reach, Reach::stranger);
  }
}

TEST_F(DiscoveryTest, AFieldThatIsNotWellFormedIsAsGoodAsNone) {
  for (const std::string field :
       {"Bearer resource_metadata=\"https://evil.example/a", "Basic realm=\"x\"", "",
        R"(Bearer resource_metadata="https://a.example", resource_metadata="https://b.example")"}) {
    client.state = ClientState();
    challenged(field);
    EXPECT_EQ(client.fetched().at(0), "GET " + std::string(prm) + "/v1/mcp") << field;
  }
}

TEST_F(DiscoveryTest, TheResourceIsLookedForAtItsPathThenAtTheRoot) {
  places.erase(std::string(prm) + "/v1/mcp");
  answers(std::string(prm), json_answer(resource));
  challenged();
  EXPECT_EQ(client.fetched(), (List{"GET " + std::string(prm) + "/v1/mcp", "GET " + std::string(prm),
                                    "GET " + std::string(asm_place), "POST https://as.example.com/register"}));
  EXPECT_EQ(client.waited,
            (std::vector<Phase>{Phase::discovering, Phase::discovering, Phase::discovering, Phase::registering}));

  // The document of the root may describe the root: what it says is what a token is for.
  client.state = ClientState();
  resource["resource"] = "https://mcp.example.com";
  answers(std::string(prm), json_answer(resource));
  EXPECT_EQ(in_query(Driver::url_of(challenged()), "resource"), "https://mcp.example.com");

  client.state = ClientState();
  places.erase(std::string(prm));
  EXPECT_EQ(Driver::why(challenged()), "no_resource_metadata");
}

TEST_F(DiscoveryTest, AServerAtTheRootHasOnePlace) {
  for (const std::string url : {"https://mcp.example.com", "https://mcp.example.com/"}) {
    client.state = ClientState();
    client.config.server_url = url;
    EXPECT_EQ(Driver::why(challenged()), "no_resource_metadata");
    EXPECT_EQ(client.fetched(), (List{"GET " + std::string(prm)})) << url;
  }
}

TEST_F(DiscoveryTest, AServerIsLookedForInTheOrderOfTheSpecification) {
  places.erase(std::string(asm_place));
  EXPECT_EQ(Driver::why(challenged()), "no_server_metadata");
  EXPECT_EQ(client.fetched(1), (List{"GET https://as.example.com/.well-known/oauth-authorization-server/tenant",
                                     "GET https://as.example.com/.well-known/openid-configuration/tenant",
                                     "GET https://as.example.com/tenant/.well-known/openid-configuration"}));

  client.state = ClientState();
  answers("https://as.example.com/tenant/.well-known/openid-configuration", json_answer(server));
  EXPECT_FALSE(Driver::url_of(challenged()).empty());

  client.state = ClientState();
  resource["authorization_servers"] = {"https://as.example.com"};
  EXPECT_EQ(Driver::why(challenged()), "no_server_metadata");
  EXPECT_EQ(client.fetched(1), (List{"GET https://as.example.com/.well-known/oauth-authorization-server",
                                     "GET https://as.example.com/.well-known/openid-configuration"}));
}

TEST_F(DiscoveryTest, OfSeveralServersTheOneThatKnowsUsIsTaken) {
  resource["authorization_servers"] = {"https://first.example.com", std::string(issuer)};
  EXPECT_EQ(Driver::why(challenged()), "no_server_metadata");  // The first, which is not there.
  client.state = ClientState();
  client.config.credentials = {{std::string(issuer), "own", Secret(), AuthMethod::none}};
  EXPECT_EQ(in_query(Driver::url_of(challenged()), "client_id"), "own");
}

TEST_F(DiscoveryTest, OnThisMachineNeighboursAreReachedWithoutTls) {
  client.config.server_url = "http://localhost:8000/mcp";
  const std::string as = "http://127.0.0.1:9000";
  resource["resource"] = client.config.server_url;
  resource["authorization_servers"] = {as};
  server["issuer"] = as;
  server["authorization_endpoint"] = as + "/authorize";
  server["token_endpoint"] = as + "/token";
  server["registration_endpoint"] = as + "/register";
  answers("http://localhost:8000/.well-known/oauth-protected-resource/mcp", json_answer(resource));
  answers(as + "/.well-known/oauth-authorization-server", json_answer(server));
  answers(as + "/register", json_answer(registration, 201));
  EXPECT_TRUE(Driver::url_of(challenged()).starts_with(as + "/authorize?"));
  for (const Fetch& fetch : client.fetches) EXPECT_EQ(fetch.reach, Reach::configured);
}

TEST_F(DiscoveryTest, ADeclaredHostOfTheNetworkIsReached) {
  client.config.server_url = "https://mcp.lan/mcp";
  EXPECT_EQ(Driver::why(challenged()), "bad_server_url");
  client.config.egress.exceptions = {"mcp.lan"};
  EXPECT_EQ(Driver::why(challenged()), "no_resource_metadata");
}

// MCP 2025-03-26: the server is its own authorization server.

class RootDiscoveryTest : public ClientTest {
 protected:
  static constexpr std::string_view place = "https://mcp.example.com/.well-known/oauth-authorization-server";

  void SetUp() override {
    ClientTest::SetUp();
    client.state = ClientState();
    client.config.revision = mcp::Version::v2025_03_26;
    server["issuer"] = "https://mcp.example.com";
    answers("https://mcp.example.com/register", json_answer(registration, 201));
    answers("https://mcp.example.com/token", json_answer(tokens));
  }
};

TEST_F(RootDiscoveryTest, MetadataAtTheRootAreUsedUnderTheSameRules) {
  answers(std::string(place), json_answer(server));
  const std::string url = Driver::url_of(challenged(R"(Bearer scope="user")"));
  EXPECT_TRUE(url.starts_with("https://as.example.com/authorize?")) << url;
  EXPECT_EQ(in_query(url, "resource"), "");
  EXPECT_EQ(in_query(url, "scope"), "user");
  EXPECT_EQ(client.fetched().at(0), "GET " + std::string(place));
  EXPECT_EQ(*wire::find_header(client.fetches.at(0).headers, "MCP-Protocol-Version"), "2025-03-26");

  for (const auto& [member, value, why] : std::vector<std::tuple<std::string, Json, std::string>>{
           {"issuer", "https://other.example.com", "issuer_differs"},
           {"code_challenge_methods_supported", Json::array(), "pkce_not_offered"},
           {"authorization_endpoint", "javascript:alert(1)", "unsafe_url"}}) {
    SetUp();
    server[member] = value;
    answers(std::string(place), json_answer(server));
    EXPECT_EQ(Driver::why(challenged()), why);
  }
}

TEST_F(RootDiscoveryTest, WithoutMetadataThePathsAreTheDefaultOnes) {
  const std::string url = Driver::url_of(challenged());
  EXPECT_TRUE(url.starts_with("https://mcp.example.com/authorize?")) << url;
  EXPECT_EQ(client.fetched(), (List{"GET " + std::string(place), "POST https://mcp.example.com/register"}));
  EXPECT_TRUE(std::holds_alternative<Authorized>(comes_back({{"iss", ""}})));
  EXPECT_EQ(client.fetched(), (List{"POST https://mcp.example.com/token"}));
  EXPECT_EQ(in_body(client.fetches.at(0), "resource"), "");
}

TEST_F(RootDiscoveryTest, AServerThatIsInTroubleIsNotTakenForOneWithoutMetadata) {
  answers(std::string(place), Fetched{503, {}, "", FetchProblem::none});
  EXPECT_EQ(Driver::why(challenged()), "unreachable");
}

}  // namespace
}  // namespace postern::client
