// Whatever the core is compiled to, it answers the recorded pairs as the WebAssembly module did, byte for byte.
// tests/wasm/record.mjs writes them.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "core/flow/codec.hpp"
#include "core/server/evaluate.hpp"
#include "core/server/settings_json.hpp"
#include "core/wire/json.hpp"
#include "tests/support/source_dir.hpp"

namespace postern {
namespace {

std::vector<std::filesystem::path> vector_files() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(std::string(test::source_dir) + "/tests/vectors")) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

Json read_json(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto json = wire::parse_json(text, {64 << 20, 64});
  EXPECT_TRUE(json.ok()) << path;
  return json.ok() ? *json : Json::object();
}

std::shared_ptr<const Deployment> deployment_of(const Json& file) {
  auto settings = read_settings(file.value("settings", Json()));
  EXPECT_TRUE(settings.ok()) << settings.error();
  if (!settings.ok()) return nullptr;
  const auto deployment = Deployment::build(std::move(settings).value());
  EXPECT_TRUE(deployment.ok()) << deployment.error();
  return deployment.ok() ? *deployment : nullptr;
}

// Where two texts part, with what is around it: the whole would be pages.
std::string parting(const std::string& expected, const std::string& received) {
  const auto [left, right] = std::mismatch(expected.begin(), expected.end(), received.begin(), received.end());
  const auto at = static_cast<std::size_t>(std::max<std::ptrdiff_t>(left - expected.begin() - 40, 0));
  if (left == expected.end() && right == received.end()) return "";
  return "expected ..." + expected.substr(at, 120) + "... received ..." +
         (at < received.size() ? received.substr(at, 120) : "");
}

// The same answers, learnt the other way round.
Facts turned(const Facts& facts) {
  Facts other(facts.now(), facts.entropy());
  auto answers = facts.answers();
  std::reverse(answers.begin(), answers.end());
  for (auto& [need, fact] : answers) other.learn(std::move(need), std::move(fact));
  return other;
}

TEST(Vectors, AreAnsweredAsTheModuleDid) {
  int pairs = 0;
  for (const auto& path : vector_files()) {
    const Json file = read_json(path);
    const auto deployment = deployment_of(file);
    ASSERT_NE(deployment, nullptr) << path;
    for (const Json& pair : file.value("pairs", Json::array())) {
      const auto request = codec::read_request(pair.value("request", Json()));
      const auto facts = codec::read_facts(pair.value("facts", Json()));
      ASSERT_TRUE(request.ok() && facts.ok()) << pair.value("name", "");
      const Outcome outcome = evaluate(*deployment, *request, *facts);
      const Json recorded = pair.value("outcome", Json());
      EXPECT_EQ(parting(wire::dump_json(recorded), wire::dump_json(codec::print(outcome))), "")
          << path.filename() << ", " << pair.value("name", "") << " (meant? node tests/wasm/record.mjs)";
      EXPECT_EQ(evaluate(*deployment, *request, turned(*facts)), outcome) << pair.value("name", "");
      const auto read = codec::read_outcome(recorded);
      ASSERT_TRUE(read.ok()) << read.error().what;
      EXPECT_EQ(*read, outcome) << pair.value("name", "");
      ++pairs;
    }
  }
  EXPECT_GE(pairs, 300);
}

}  // namespace
}  // namespace postern
