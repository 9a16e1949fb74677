# Gives source_dir_source: a source that defines test::source_dir (tests/support/source_dir.hpp).

set(source_dir_source "${PROJECT_BINARY_DIR}/source_dir.cpp")
file(CONFIGURE OUTPUT "${source_dir_source}" CONTENT [[#include "tests/support/source_dir.hpp"

const char* const postern::test::source_dir = "@PROJECT_SOURCE_DIR@";
]] @ONLY)
