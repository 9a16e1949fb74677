// Where the checkout lies, for tests that read what stands in it. Defined in a source that CMake writes: a definition on the
// command line would be another one in every checkout, and the compiler's cache would find no test there.
#pragma once

namespace postern::test {

extern const char* const source_dir;

}  // namespace postern::test
