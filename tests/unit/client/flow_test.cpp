// Whole flows: this client against this server's `evaluate`, in memory, with a browser between them.
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "core/server/evaluate.hpp"
#include "core/server/notes.hpp"
#include "core/store/records.hpp"
#include "tests/support/world.hpp"
#include "tests/unit/client/fixture.hpp"
#include "tests/unit/server/settings.hpp"

namespace postern::client {
namespace {

constexpr std::string_view origin = "http://localhost:8000";
constexpr const char* document = "https://app.example.com/client.json";

std::shared_ptr<const Deployment> deployment() {
  static const auto built = [] {
    Settings settings = testing::good_settings();
    settings.public_url = origin;
    settings.scopes = notes_scopes();
    add_notes_tools(settings.catalog);
    return testing::deployment_of(std::move(settings));
  }();
  return built;
}

std::string hidden_flow(const std::string& page) {
  const std::string mark = "name=\"flow\" value=\"";
  const std::size_t at = page.find(mark);
  if (at == std::string::npos) return "";
  return page.substr(at + mark.size(), page.find('"', at + mark.size()) - at - mark.size());
}

enum class Way { registered, documented, dynamic };

class FlowTest : public ::testing::TestWithParam<std::tuple<mcp::Version, Way>> {
 protected:
  Driver client;
  test::World world;
  std::map<std::string, std::string> jar;
  std::string session;

  mcp::Version revision() const { return std::get<0>(GetParam()); }
  Way way() const { return std::get<1>(GetParam()); }

  void SetUp() override {
    ASSERT_NE(deployment(), nullptr);
    store::User ada;
    ada.subject = "ada-subject";
    ada.name = "ada";
    ada.password = test::phc_of("correct horse");
    world.put(store::User::key("ada"), ada);
    world.elsewhere = [](const Fetch& fetch) {
      if (fetch.url != document) return Fetched{404, {}, "", FetchProblem::none};
      return json_answer({{"client_id", document},
                          {"client_name", "Documented"},
                          {"redirect_uris", {"http://127.0.0.1:3334/callback"}},
                          {"token_endpoint_auth_method", "none"}});
    };
    client.config.server_url = std::string(origin) + "/mcp";
    client.config.revision = revision();
    client.config.redirect_uri = "http://127.0.0.1:3334/callback";
    client.config.client_name = "Flow test";
    client.elsewhere = [this](const Fetch& fetch) { return serve(fetch); };
    if (way() == Way::documented) client.config.client_document = document;
    if (way() == Way::registered) register_beforehand();
  }

  void register_beforehand() {
    const Reply reply = ask({"POST",
                             "/register",
                             {{"Content-Type", "application/json"}},
                             R"({"redirect_uris":["http://127.0.0.1:3334/callback"],)"
                             R"("token_endpoint_auth_method":"client_secret_basic"})"});
    const Json body = Json::parse(reply.body, nullptr, false);
    ASSERT_EQ(reply.status, 201) << reply.body;
    client.config.credentials = {{std::string(origin), body["client_id"].get<std::string>(),
                                  Secret(body["client_secret"].get<std::string>()), AuthMethod::client_secret_basic}};
  }

  Reply ask(HttpRequest request) {
    request.headers.insert(request.headers.begin(), {"Host", "localhost:8000"});
    const auto endpoint = [](const HttpRequest& seen, const Facts& facts) {
      return evaluate(*deployment(), seen, facts);
    };
    return world.send(endpoint, request);
  }

  Fetched serve(const Fetch& fetch) {
    if (!fetch.url.starts_with(std::string(origin) + "/")) return {0, {}, "", FetchProblem::unreachable};
    const Reply reply = ask({fetch.method, fetch.url.substr(origin.size()), fetch.headers, fetch.body});
    return {reply.status, reply.headers, reply.body, FetchProblem::none};
  }

  /// The client has something happen to it, at the world's time.
  Action happens(const ClientEvent& event) {
    client.now = world.now;
    return client.happens(event);
  }

  struct Call {
    Reply reply;
    Action action;
  };
  /// Sends one MCP request as the client says, and tells it the answer.
  Call call(const std::string& method, const Json& parameters) {
    const Action send = happens(Send{client.config.server_url});
    const auto* with = std::get_if<SendRequest>(&send);
    EXPECT_NE(with, nullptr) << Driver::why(send);
    HttpRequest request{
        "POST", "/mcp", {{"Content-Type", "application/json"}, {"Accept", "application/json, text/event-stream"}}, {}};
    if (with != nullptr) request.headers.insert(request.headers.end(), with->headers.begin(), with->headers.end());
    Json members = parameters;
    if (!mcp::is_legacy(revision())) {
      members["_meta"] = {{"io.modelcontextprotocol/protocolVersion", "2026-07-28"},
                          {"io.modelcontextprotocol/clientCapabilities", Json::object()}};
      request.headers.push_back({"MCP-Protocol-Version", "2026-07-28"});
      request.headers.push_back({"Mcp-Method", method});
      if (parameters.contains("name")) request.headers.push_back({"Mcp-Name", parameters["name"].get<std::string>()});
    } else if (!session.empty()) {
      request.headers.push_back({"Mcp-Session-Id", session});
    }
    request.body = Json{{"jsonrpc", "2.0"}, {"id", 1}, {"method", method}, {"params", members}}.dump();
    Reply reply = ask(std::move(request));
    if (const std::string* id = wire::find_header(reply.headers, "Mcp-Session-Id")) session = *id;
    Action action = happens(Answered{reply.status, reply.headers, with == nullptr ? 0 : with->generation});
    return {std::move(reply), std::move(action)};
  }
  /// The first request of a connection, in its revision.
  Call greet() {
    if (!mcp::is_legacy(revision())) return call("tools/list", Json::object());
    session.clear();
    return call("initialize", {{"protocolVersion", mcp::to_string(revision())},
                               {"capabilities", Json::object()},
                               {"clientInfo", {{"name", "flow test"}, {"version", "1"}}}});
  }
  Call tool(const std::string& name, const Json& arguments = Json::object()) {
    return call("tools/call", {{"name", name}, {"arguments", arguments}});
  }

  // The browser.
  Reply browse(HttpRequest request) {
    std::string cookies;
    for (const auto& [name, value] : jar) cookies += (cookies.empty() ? "" : "; ") + name + "=" + value;
    if (!cookies.empty()) request.headers.push_back({"Cookie", cookies});
    Reply reply = ask(std::move(request));
    for (const wire::Header& header : reply.headers) {
      if (header.name != "Set-Cookie") continue;
      const std::size_t equals = header.value.find('=');
      const std::string value = header.value.substr(equals + 1, header.value.find(';') - equals - 1);
      if (!value.empty()) jar[header.value.substr(0, equals)] = value;
    }
    return reply;
  }
  Reply submit(const std::string& page, std::vector<wire::Form::Field> fields) {
    fields.emplace_back("flow", hidden_flow(page));
    return browse(
        {"POST", "/authorize", {{"Content-Type", "application/x-www-form-urlencoded"}}, wire::form_encode(fields)});
  }
  static std::string location(const Reply& reply) {
    const std::string* value = wire::find_header(reply.headers, "Location");
    return value == nullptr ? "" : *value;
  }
  /// The user logs in where that is asked for and chooses; gives the URL that the browser ends at.
  std::string visit(const std::string& url, const std::string& choice = "allow") {
    EXPECT_TRUE(url.starts_with(std::string(origin) + "/authorize?")) << url;
    Reply page = browse({"GET", url.substr(origin.size()), {}, {}});
    if (page.body.find("name=\"password\"") != std::string::npos) {
      const Reply back = submit(page.body, {{"username", "ada"}, {"password", "correct horse"}, {"action", "login"}});
      EXPECT_EQ(back.status, 303) << back.body;
      page = browse({"GET", location(back), {}, {}});
    }
    const Reply chosen = submit(page.body, {{"action", choice}});
    EXPECT_EQ(chosen.status, 303) << chosen.body;
    return location(chosen);
  }
  void log_in() {
    const Call first = greet();
    ASSERT_EQ(first.reply.status, 401);
    const std::string back = visit(Driver::url_of(first.action));
    ASSERT_TRUE(std::holds_alternative<Authorized>(happens(CalledBack{back}))) << back;
    ASSERT_EQ(greet().reply.status, 200);
  }
};

TEST_P(FlowTest, FromTheFirstRefusalToAToolAndOn) {
  // 401, discovery, registration.
  const Call first = greet();
  EXPECT_EQ(first.reply.status, 401);
  const std::string url = Driver::url_of(first.action);
  std::vector<std::string> expected;
  if (revision() != mcp::Version::v2025_03_26) {
    expected.emplace_back("GET http://localhost:8000/.well-known/oauth-protected-resource/mcp");
  }
  expected.emplace_back("GET http://localhost:8000/.well-known/oauth-authorization-server");
  if (way() == Way::dynamic) expected.emplace_back("POST http://localhost:8000/register");
  EXPECT_EQ(client.fetched(), expected);
  EXPECT_EQ(in_query(url, "resource"), revision() == mcp::Version::v2025_03_26 ? "" : "http://localhost:8000/mcp");
  EXPECT_EQ(in_query(url, "client_id") == document, way() == Way::documented);

  // The user, the code, the tokens.
  const std::string back = visit(url);
  EXPECT_EQ(happens(CalledBack{back}), Action(Authorized{{"notes:read", "user"}})) << back;
  EXPECT_EQ(client.fetched(), (std::vector<std::string>{"POST http://localhost:8000/token"}));
  EXPECT_EQ(Driver::why(happens(CalledBack{back})), "out_of_turn") << "once";

  // The connection.
  EXPECT_EQ(greet().reply.status, 200);
  const Call profile = tool("get_user_profile");
  EXPECT_EQ(profile.reply.status, 200) << profile.reply.body;
  EXPECT_NE(profile.reply.body.find("ada"), std::string::npos);

  // 403, step-up, and the same request again.
  const Json note = {{"title", "First"}, {"text", "hello"}};
  const Call refused = tool("write_note", note);
  EXPECT_EQ(refused.reply.status, 403);
  const std::string more = Driver::url_of(refused.action);
  EXPECT_EQ(in_query(more, "scope"), "notes:read notes:write offline_access user");
  EXPECT_EQ(happens(CalledBack{visit(more)}), Action(Authorized{{"notes:read", "notes:write", "user"}}));
  session.clear();
  EXPECT_EQ(greet().reply.status, 200);
  EXPECT_EQ(tool("write_note", note).reply.status, 200);

  // The token's time is up: renewed before it is sent.
  world.pass(3600);
  const Call later = greet();
  EXPECT_EQ(later.reply.status, 200) << later.reply.body;
  EXPECT_EQ(client.state.tokens->generation, 3);
}

TEST_P(FlowTest, ADenialEndsTheFlowAndTheNextRequestBeginsAnew) {
  const Call first = greet();
  const Action denied = happens(CalledBack{visit(Driver::url_of(first.action), "deny")});
  EXPECT_EQ(Driver::why(denied), "denied_by_user");
  EXPECT_TRUE(client.fetches.empty());
  log_in();
}

TEST_P(FlowTest, AGrantThatWasEndedIsFoundOutAndTheUserIsAskedAgain) {
  log_in();
  for (const std::string& key : world.keys("grant/")) world.remove(key);
  const Call refused = greet();
  EXPECT_EQ(refused.reply.status, 401);
  EXPECT_EQ(client.fetched().at(0), "POST http://localhost:8000/token") << "a refresh is tried first";
  EXPECT_EQ(happens(CalledBack{visit(Driver::url_of(refused.action))}), Action(Authorized{{"notes:read", "user"}}));
  EXPECT_EQ(greet().reply.status, 200);
}

INSTANTIATE_TEST_SUITE_P(EachRevisionAndWay, FlowTest,
                         ::testing::Combine(::testing::Values(mcp::Version::v2025_03_26, mcp::Version::v2025_06_18,
                                                              mcp::Version::v2025_11_25, mcp::Version::v2026_07_28),
                                            ::testing::Values(Way::registered, Way::documented, Way::dynamic)));

class RegisteredFlowTest : public FlowTest {};

TEST_P(RegisteredFlowTest, ARegistrationThatIsGoneIsMadeAnew) {
  log_in();
  for (const std::string& key : world.keys("client/")) world.remove(key);
  world.pass(3600);
  const Call refused = greet();
  EXPECT_EQ(refused.reply.status, 401) << "the refresh was refused: the request went without a token";
  EXPECT_EQ(client.fetched().back(), "POST http://localhost:8000/register");
  EXPECT_EQ(happens(CalledBack{visit(Driver::url_of(refused.action))}), Action(Authorized{{"notes:read", "user"}}));
  EXPECT_EQ(greet().reply.status, 200);
}

INSTANTIATE_TEST_SUITE_P(EachRevision, RegisteredFlowTest,
                         ::testing::Combine(::testing::Values(mcp::Version::v2025_03_26, mcp::Version::v2025_06_18,
                                                              mcp::Version::v2025_11_25, mcp::Version::v2026_07_28),
                                            ::testing::Values(Way::dynamic)));

}  // namespace
}  // namespace postern::client
