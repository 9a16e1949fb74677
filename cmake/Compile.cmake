# How Postern's own code is compiled, and what holds for everything that is built here.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
if(NOT EMSCRIPTEN)
  set(CMAKE_POSITION_INDEPENDENT_CODE ON)
endif()
if(PROJECT_IS_TOP_LEVEL)
  set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
  if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "Release or Debug" FORCE)
  endif()
endif()

# One cache for every build folder: paths count from the source folder, so that the folder's name makes no difference.
find_program(POSTERN_CCACHE ccache)
if(POSTERN_CCACHE AND PROJECT_IS_TOP_LEVEL AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(launcher "${CMAKE_COMMAND}" -E env "CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}" CCACHE_NOHASHDIR=1)
  if(EMSCRIPTEN OR POSTERN_ZIG_TARGET)
    # A script. ccache sees neither what compiler stands behind it nor when that one has changed. It starts slowly, too: the
    # headers that a compilation names are enough, and it is not run a second time to preprocess.
    execute_process(COMMAND "${CMAKE_CXX_COMPILER}" -v OUTPUT_QUIET ERROR_VARIABLE compiler COMMAND_ERROR_IS_FATAL ANY)
    string(REGEX REPLACE "InstalledDir: [^\n]*" "" compiler "${compiler}")  # Where it lies makes no difference.
    string(SHA256 compiler "${compiler}${POSTERN_ZIG_TARGET}")
    list(APPEND launcher CCACHE_COMPILERTYPE=clang CCACHE_DEPEND=1 "CCACHE_COMPILERCHECK=string:${compiler}")
  endif()
  # The language of the messages makes no difference either.
  if(POSTERN_PRECOMPILE)
    list(APPEND launcher CCACHE_SLOPPINESS=locale,pch_defines,time_macros)
  else()
    list(APPEND launcher CCACHE_SLOPPINESS=locale)
  endif()
  list(APPEND launcher "${POSTERN_CCACHE}")
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
endif()

# Third-party code gets the sanitizers that need whole-program view; undefined behaviour is judged in our code only.
if(POSTERN_SANITIZE)
  add_compile_options(-fsanitize=${POSTERN_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${POSTERN_SANITIZE})
endif()

# zig would write what a debugger wants, and turn libc++'s checks off.
if(POSTERN_ZIG_TARGET)
  add_compile_options(-g0 -U_LIBCPP_HARDENING_MODE -D_LIBCPP_HARDENING_MODE=_LIBCPP_HARDENING_MODE_FAST)
  set(CMAKE_CXX_COMPILE_OPTIONS_CREATE_PCH -Xclang -include -Xclang <PCH_HEADER> -x c++-header -Xclang -fno-pch-timestamp)
endif()

# What nearly every file includes, read once for each target. Not in `release`, `server` and `wasm`, which so prove that each file
# includes what it uses. Only names of the systems' own headers: a path of this checkout would be another one in the next.
function(postern_precompile target)
  if(NOT POSTERN_PRECOMPILE)
    return()
  endif()
  target_precompile_headers(${target} PRIVATE <nlohmann/json.hpp> <algorithm> <chrono> <functional> <map> <memory> <mutex>
    <optional> <set> <string> <string_view> <variant> <vector> ${ARGN})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${target} PRIVATE -fpch-preprocess)
  elseif(NOT POSTERN_ZIG_TARGET)
    target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:SHELL:-Xclang -fno-pch-timestamp>)
  endif()
endfunction()

# Programs of which only what they link has to be what it is elsewhere: without optimisation a test compiles in half the time.
function(postern_quick_tests)
  foreach(target ${ARGN})
    if(TARGET ${target})
      target_compile_options(${target} PRIVATE -O0)
      postern_precompile(${target} <gmock/gmock.h> <gtest/gtest.h>)
    endif()
  endforeach()
endfunction()

function(postern_compile target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
    -Wold-style-cast -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-qual)
  if(POSTERN_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
  if(EMSCRIPTEN)
    return()
  endif()
  target_compile_options(${target} PRIVATE -fstack-protector-strong)
  target_compile_definitions(${target} PRIVATE _GLIBCXX_ASSERTIONS
    $<$<AND:$<CONFIG:Release>,$<NOT:$<BOOL:${POSTERN_SANITIZE}>>>:_FORTIFY_SOURCE=2>)
  if(POSTERN_SANITIZE MATCHES "address")
    target_compile_options(${target} PRIVATE -fsanitize=undefined -fno-sanitize-recover=undefined)
    if(NOT target STREQUAL "postern_core")
      # The core has no RTTI: what it made has no type for this check to find.
      target_compile_options(${target} PRIVATE -fno-sanitize=vptr)
    endif()
    target_link_options(${target} PUBLIC $<BUILD_INTERFACE:-fsanitize=undefined>)
  endif()
  if(POSTERN_FUZZ)
    target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link)
    target_link_options(${target} PUBLIC $<BUILD_INTERFACE:-fsanitize=fuzzer-no-link>)
  endif()
  if(POSTERN_ZIG_TARGET)
    target_link_options(${target} PRIVATE -s)  # zig builds libc++ and musl with what a debugger wants.
  endif()
  get_target_property(type ${target} TYPE)
  if(type STREQUAL "EXECUTABLE" AND NOT APPLE)
    target_link_options(${target} PRIVATE -pie -Wl,-z,relro,-z,now)
    if(POSTERN_ZIG_TARGET)
      # A thread of musl's has the stack that the program names, and 128 KiB if it names none: the core recurses deeper.
      target_link_options(${target} PRIVATE -static -Wl,-z,stack-size=8388608)
    endif()
  endif()
endfunction()
