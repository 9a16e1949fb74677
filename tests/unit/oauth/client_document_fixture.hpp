// A client that is known by the URL of its metadata document, which the test serves.
#pragma once

#include "tests/unit/oauth/fixture.hpp"

namespace postern::oauth {

inline constexpr std::string_view url = "https://app.example/client.json";

class ClientDocumentTest : public OAuthTest {
 protected:
  Json document = {{"client_id", std::string(url)},
                   {"client_name", "The App"},
                   {"redirect_uris", {"http://127.0.0.1/callback", "https://app.example/callback"}}};

  void SetUp() override {
    OAuthTest::SetUp();
    world.remove(store::Client::key(client_id));
    client_id = url;
    serve(document);
  }
  void serve(const Json& body, wire::Headers headers = {}) { serve(Fetched{200, std::move(headers), body.dump()}); }
  void serve(const Fetched& answer) {
    world.elsewhere = [answer](const Fetch&) { return answer; };
  }
  Reply ask(const Fields& changes = {}) { return open(authorization(changes)); }
  bool goes_on(const Fields& changes = {}) {
    world.audit.clear();
    return ask(changes).status == 200 && world.last_outcome().empty();
  }

  void expect_refused(const Reply& reply, std::string_view outcome = "bad_client_document") {
    EXPECT_EQ(reply.status, 400);
    EXPECT_EQ(header(reply, "Location"), "");
    EXPECT_NE(reply.body.find("This request can not go on"), std::string::npos);
    EXPECT_EQ(world.last_outcome(), outcome);
    EXPECT_TRUE(world.keys("client/").empty());
  }
};

}  // namespace postern::oauth
