// The required part of the official JSON Schema test suite for draft 2020-12, file by file. The suite is not kept here;
// see find_suite for where it is looked for. Its remote documents are given to the compiler: nothing is fetched.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <system_error>
#include <vector>

#include "core/mcp/schema.hpp"
#include "tests/support/source_dir.hpp"

namespace postern::mcp {
namespace {

namespace fs = std::filesystem;

fs::path find_suite() {
  std::vector<fs::path> places;
  if (const char* named = std::getenv("POSTERN_JSON_SCHEMA_SUITE")) places.emplace_back(named);
  places.push_back(fs::path(test::source_dir) / ".." / "shared" / "vectors" / "json-schema-2020-12");
  places.push_back(fs::path(test::source_dir) / "build" / "deps" / "json-schema-test-suite");
  for (const fs::path& place : places) {
    std::error_code none;
    if (fs::exists(place / "type.json", none)) return place;
  }
  return {};
}

Json read(const fs::path& path) {
  std::ifstream file(path);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  return Json::parse(text, nullptr, false);
}

std::vector<std::string> file_names() {
  std::vector<std::string> names;
  const fs::path suite = find_suite();
  if (!suite.empty()) {
    for (const fs::directory_entry& entry : fs::directory_iterator(suite)) {
      if (entry.path().extension() == ".json") names.push_back(entry.path().filename().string());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

// The suite's remote documents under the address that it expects them at, and the dialect's meta-schema.
const std::vector<SchemaDocument>& known_documents() {
  static const std::vector<SchemaDocument> documents = [] {
    std::vector<SchemaDocument> found;
    const fs::path remotes = find_suite() / "remotes";
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(remotes)) {
      if (entry.path().extension() != ".json") continue;
      found.push_back({"http://localhost:1234/" + fs::relative(entry.path(), remotes).generic_string(), read(entry)});
    }
    const Json meta = read(fs::path(test::source_dir) / "tests" / "vectors" / "json-schema" / "metaschema.json");
    for (auto it = meta.begin(); it != meta.end(); ++it) found.push_back({it.key(), *it});
    return found;
  }();
  return documents;
}

class SchemaSuite : public testing::TestWithParam<std::string> {};

TEST_P(SchemaSuite, Agrees) {
  const Json groups = read(find_suite() / GetParam());
  ASSERT_TRUE(groups.is_array());
  int count = 0;
  for (const Json& group : groups) {
    const auto schema = Schema::compile(group["schema"], known_documents());
    if (!schema.ok()) {
      ADD_FAILURE() << GetParam() << " / " << group["description"] << ": " << schema.error();
      continue;
    }
    for (const Json& test : group["tests"]) {
      ++count;
      const auto error = schema.value().validate(test["data"]);
      EXPECT_EQ(!error, test["valid"].get<bool>())
          << GetParam() << " / " << group["description"] << " / " << test["description"]
          << (error ? ": " + error->instance_path + " " + error->expected + " by " + error->keyword_path : "");
    }
  }
  EXPECT_GT(count, 0);
  RecordProperty("cases", count);
}

std::string case_name(const testing::TestParamInfo<std::string>& file) {
  std::string name = file.param.substr(0, file.param.find('.'));
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Required, SchemaSuite, testing::ValuesIn(file_names()), case_name);

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(SchemaSuite);

TEST(SchemaSuiteVectors, ArePresent) {
  if (!find_suite().empty()) {
    // Fewer would mean that the suite was not laid out as expected.
    EXPECT_GE(file_names().size(), 46U);
    return;
  }
  std::cout
      << "LEFT OUT: the official JSON Schema test suite is not here. Set POSTERN_JSON_SCHEMA_SUITE to the folder of "
         "its draft 2020-12 files, with its remotes/ in it.\n";
  GTEST_SKIP() << "no JSON Schema test suite";
}

}  // namespace
}  // namespace postern::mcp
