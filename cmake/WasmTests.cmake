# The core's unit tests as a WebAssembly program that node runs: the sources that run natively, in 32 bits, against another
# C++ library. The JavaScript round it is Emscripten's; what is delivered has none (Wasm.cmake).
#
# Not here: tests/laws, since Debian has RapidCheck's headers and a native library, not its sources. The laws are held
# natively, and both builds answer the recorded pairs (tests/vectors). Single tests are left out in tests/wasm/unit_main.cpp.

# Debian's package googletest: its sources.
find_path(POSTERN_GOOGLETEST_DIR googletest/src/gtest-all.cc PATHS /usr/src/googletest
  NO_CMAKE_FIND_ROOT_PATH NO_DEFAULT_PATH REQUIRED)

add_library(postern_googletest STATIC
  "${POSTERN_GOOGLETEST_DIR}/googletest/src/gtest-all.cc"
  "${POSTERN_GOOGLETEST_DIR}/googlemock/src/gmock-all.cc")
foreach(part googletest googlemock)
  target_include_directories(postern_googletest
    SYSTEM PUBLIC "${POSTERN_GOOGLETEST_DIR}/${part}/include" PRIVATE "${POSTERN_GOOGLETEST_DIR}/${part}")
endforeach()
target_compile_options(postern_googletest PRIVATE -w)

file(GLOB_RECURSE unit_sources CONFIGURE_DEPENDS
  "${PROJECT_SOURCE_DIR}/tests/unit/*.cpp" "${PROJECT_SOURCE_DIR}/tests/support/*.cpp")
include(SourceDir)
add_executable(postern-unit-tests ${unit_sources} "${source_dir_source}" "${PROJECT_SOURCE_DIR}/tests/wasm/unit_main.cpp")
target_link_libraries(postern-unit-tests PRIVATE postern_core postern_googletest mbedcrypto)
postern_quick_tests(postern-unit-tests)
set_target_properties(postern-unit-tests PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")
# The tests read vectors where they lie: the file system is node's. The module is read from there at once: old Emscripten would
# ask fetch for it, which new node has.
target_link_options(postern-unit-tests PRIVATE -sENVIRONMENT=node -sNODERAWFS=1 -sWASM_ASYNC_COMPILATION=0
  -sEXIT_RUNTIME=1 -sALLOW_MEMORY_GROWTH=1)
postern_compile(postern-unit-tests)
