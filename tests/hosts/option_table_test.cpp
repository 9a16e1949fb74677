// The program in Node has the options of this one, by a copy of the table. It has to be the table.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "core/base/json.hpp"
#include "host-native/config/options.hpp"
#include "tests/support/source_dir.hpp"

namespace postern::config {
namespace {

std::string_view word_of(Kind kind) {
  switch (kind) {
    case Kind::value:
      return "value";
    case Kind::flag:
      return "flag";
    case Kind::list:
      return "list";
  }
  return "";
}

/// The whole file, one option in a line.
std::string printed() {
  std::string text =
      "// The options of the native program (host-native/config/options.cpp): recorded by "
      "tests/hosts/option_table_test.cpp,\n"
      "// not written. After a change there: POSTERN_RECORD_OPTIONS=1 build/release/bin/postern-host-tests "
      "--gtest_filter=OptionTable.*\n"
      "\nexport const optionTable = [\n";
  for (const OptionSpec& option : option_table()) {
    const auto quoted = [](std::string_view text_of) { return Json(text_of).dump(); };
    text += "  { name: " + quoted(option.name) + ", kind: " + quoted(word_of(option.kind)) +
            ", shape: " + quoted(option.shape) + ", initial: " + quoted(option.initial) +
            ", help: " + quoted(option.help) + " },\n";
  }
  return text + "];\n";
}

TEST(OptionTable, IsWhatTheProgramInNodeHas) {
  const std::string path = std::string(test::source_dir) + "/host-wasm/command/option_table.mjs";
  if (std::getenv("POSTERN_RECORD_OPTIONS") != nullptr) std::ofstream(path) << printed();
  std::ifstream file(path);
  const std::string recorded{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(recorded, printed());
}

}  // namespace
}  // namespace postern::config
