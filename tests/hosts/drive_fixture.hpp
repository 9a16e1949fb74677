// A host whose evaluations the test writes.
#pragma once

#include <string>
#include <utility>

#include "host-native/drive.hpp"
#include "tests/hosts/fixture.hpp"

namespace postern {

inline Reply ok(std::string body = "ok") { return Reply{200, {}, std::move(body), std::nullopt}; }

inline Answer writing(std::string key, std::string bytes) {
  Answer answer{ok(), {}, {}, {}};
  answer.commit.puts.push_back(Put{std::move(key), std::move(bytes), std::nullopt});
  return answer;
}

struct DriveTest : ::testing::Test, TestHost {
  RecordedEvents events;
  Driven run(const Evaluate& evaluate) { return drive(host, evaluate, HttpRequest{}, events); }
};

}  // namespace postern
