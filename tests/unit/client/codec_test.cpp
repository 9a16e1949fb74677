#include <gtest/gtest.h>

#include <string>

#include "tests/unit/client/fixture.hpp"

namespace postern::client {
namespace {

Json parsed(std::string_view text) { return Json::parse(text, nullptr, false); }

std::string error_of(const Json& event) {
  const auto read = read_event(event);
  return read ? "none" : read.error().what;
}

TEST(ClientCodec, RefusesEventsOfAnotherShape) {
  for (const char* text : {"null", "[]", "{}", R"({"event":1})", R"({"event":"sent","url":"u"})"}) {
    EXPECT_NE(error_of(parsed(text)).find("at event"), std::string::npos) << text;
  }
  EXPECT_NE(error_of(parsed(R"({"event":"send"})")).find("at url"), std::string::npos);
  EXPECT_NE(error_of(parsed(R"({"event":"answered","status":-1,"headers":[],"generation":0})")).find("at status"),
            std::string::npos);
  EXPECT_NE(
      error_of(parsed(R"({"event":"answered","status":401,"headers":[["a"]],"generation":0})")).find("at headers"),
      std::string::npos);
  EXPECT_NE(
      error_of(parsed(R"({"event":"answered","status":401,"headers":[],"generation":0.5})")).find("at generation"),
      std::string::npos);
}

TEST(ClientCodec, ReadsEvents) {
  EXPECT_EQ(*read_event(parsed(R"({"event":"send","url":"u"})")), ClientEvent(Send{"u"}));
  EXPECT_EQ(*read_event(parsed(R"({"event":"answered","status":401,"headers":[["a","b"]],"generation":2})")),
            ClientEvent(Answered{401, {{"a", "b"}}, 2}));
  EXPECT_EQ(*read_event(parsed(R"({"event":"called_back","url":"u"})")), ClientEvent(CalledBack{"u"}));
  EXPECT_EQ(*read_event(parsed(R"({"event":"gave_up"})")), ClientEvent(GaveUp{}));
  EXPECT_EQ(*read_event(parsed(R"({"event":"signed_out"})")), ClientEvent(SignedOut{}));
}

TEST(ClientCodec, RefusesAConfigurationThatLacksSomething) {
  const Json whole = {
      {"server_url", "https://h/mcp"}, {"revision", "2025-11-25"}, {"redirect_uri", "http://localhost/"}};
  EXPECT_TRUE(read_config(whole));
  for (const auto& [name, value] : whole.items()) {
    Json less = whole;
    less.erase(name);
    EXPECT_EQ(read_config(less).ok(), false) << name;
  }
  for (const auto& [name, value] : std::vector<std::pair<std::string, Json>>{{"revision", "2025-11-26"},
                                                                             {"client_name", 1},
                                                                             {"credentials", {{{"issuer", "i"}}}},
                                                                             {"egress_exceptions", {1}}}) {
    Json wrong = whole;
    wrong[name] = value;
    EXPECT_FALSE(read_config(wrong)) << name;
  }
}

TEST(ClientCodec, ReadsAConfiguration) {
  const auto config = read_config(parsed(R"({"server_url":"https://h/mcp","revision":"2026-07-28",
      "redirect_uri":"http://localhost/","client_name":"n","client_uri":"u","client_document":"d",
      "credentials":[{"issuer":"i","client_id":"c","client_secret":"s","auth_method":"client_secret_post"}],
      "egress_exceptions":["mcp.lan"]})"));
  ASSERT_TRUE(config) << config.error().what;
  EXPECT_EQ(config->revision, mcp::Version::v2026_07_28);
  EXPECT_EQ(config->credentials, (std::vector<Credentials>{{"i", "c", Secret("s"), AuthMethod::client_secret_post}}));
  EXPECT_EQ(config->egress.exceptions, std::vector<std::string>{"mcp.lan"});
}

TEST(ClientCodec, AStateRests) {
  const Json fresh = print(ClientState());
  EXPECT_TRUE(read_state(fresh));
  EXPECT_TRUE(read_state(nullptr)) << "the beginning";
  for (const char* phase : {"discovering", "registering", "exchanging", "refreshing", "widening", "nowhere"}) {
    Json passing = fresh;
    passing["phase"] = phase;
    EXPECT_FALSE(read_state(passing)) << phase;
  }
  for (const auto& [name, value] : fresh.items()) {
    Json less = fresh;
    less.erase(name);
    EXPECT_FALSE(read_state(less)) << name;
  }
}

class ClientCodecTest : public ClientTest {};

// Every state that a driver comes to is printed and read back (fixture.hpp); here is what a step looks like.
TEST_F(ClientCodecTest, PrintsSteps) {
  const Facts facts(client.now, std::string(32, 'e'));
  const Json needs = print(advance(client.config, {}, Answered{401, {}, 0}, facts));
  EXPECT_EQ(needs["phase"], "discovering");
  EXPECT_EQ(needs["needs"][0]["url"], "https://mcp.example.com/.well-known/oauth-protected-resource/v1/mcp");
  EXPECT_EQ(needs["path"], parsed(R"([{"phase":"unauthorized","event":"challenged","next":"discovering",
                                       "clause":"RFC 9728 s. 5.1"}])"));
  EXPECT_FALSE(needs.contains("state"));

  const Json sends = print(advance(client.config, {}, Send{client.config.server_url}, facts));
  EXPECT_EQ(sends["action"], parsed(R"({"action":"send_request","headers":[],"generation":0})"));
  EXPECT_EQ(sends["state"], print(ClientState()));

  const Json failed = print(advance(client.config, {}, GaveUp{}, facts));
  EXPECT_EQ(failed["action"]["action"], "failed");
  EXPECT_EQ(failed["action"]["why"], "out_of_turn");
  EXPECT_EQ(failed["action"]["clause"], "core/client/machine.hpp");
  EXPECT_TRUE(failed["action"].contains("sentence"));
}

}  // namespace
}  // namespace postern::client
