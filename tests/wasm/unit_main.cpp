// The unit tests as a WebAssembly program (cmake/WasmTests.cmake). What can't run there is left out here, by name.
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

namespace {

struct LeftOut {
  std::string_view test, reason;
};
constexpr std::array left_out = {
    LeftOut{"Schema.IsAValueThatThreadsShare", "there are no threads"},
};

// A name that has become another one would leave nothing out, and its reason would stay for ever.
bool is_there(std::string_view name) {
  const testing::UnitTest& all = *testing::UnitTest::GetInstance();
  for (int i = 0; i < all.total_test_suite_count(); ++i) {
    const testing::TestSuite& suite = *all.GetTestSuite(i);
    for (int j = 0; j < suite.total_test_count(); ++j) {
      if (std::string(suite.name()) + '.' + suite.GetTestInfo(j)->name() == name) return true;
    }
  }
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  std::string& filter = testing::GTEST_FLAG(filter);
  for (const LeftOut& one : left_out) {
    if (!is_there(one.test)) {
      std::cerr << "There is no test " << one.test << " to leave out.\n";
      return EXIT_FAILURE;
    }
    std::cout << "Left out: " << one.test << ": " << one.reason << ".\n";
    filter.append(filter.find('-') == std::string::npos ? "-" : ":").append(one.test);
  }
  return RUN_ALL_TESTS();
}
