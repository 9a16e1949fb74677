// JavaScript reads and writes by a copy of the layout. It has to be the layout.
#include "host-wasm/layout.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "core/base/json.hpp"
#include "tests/support/source_dir.hpp"

namespace postern::wasm {
namespace {

/// The whole file, one type in a line.
std::string printed() {
  const Json told = Json::parse(layout(), nullptr, false);
  EXPECT_FALSE(told.is_discarded());
  std::string text =
      "// The layout of what crosses, as host-wasm/layout.hpp tells it: recorded by "
      "tests/unit/host-wasm/layout_test.cpp, not\n"
      "// written. After a change there: POSTERN_RECORD_LAYOUT=1 build/release/bin/postern-unit-tests "
      "--gtest_filter=Layout.*\n"
      "\nexport const layout = [\n";
  for (const Json& type : told["fields"]) text += "  " + type.dump() + ",\n";
  return text + "];\n";
}

TEST(Layout, IsWhatJavaScriptReadsAndWritesBy) {
  const std::string path = std::string(test::source_dir) + "/host-wasm/js/layout.mjs";
  if (std::getenv("POSTERN_RECORD_LAYOUT") != nullptr) std::ofstream(path) << printed();
  std::ifstream file(path);
  const std::string recorded{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(recorded, printed());
}

}  // namespace
}  // namespace postern::wasm
