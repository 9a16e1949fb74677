# Toolchain: clang, musl and libc++ out of zig (build/deps/zig, scripts/setup --package), for POSTERN_ZIG_TARGET:
# x86_64-linux-musl, aarch64-linux-musl, x86_64-macos or aarch64-macos.

set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES POSTERN_ZIG_TARGET)
string(REGEX MATCH "^([a-z0-9_]+)-([a-z]+)" matched "${POSTERN_ZIG_TARGET}")
set(CMAKE_SYSTEM_PROCESSOR "${CMAKE_MATCH_1}")
if(CMAKE_MATCH_2 STREQUAL "macos")
  set(CMAKE_SYSTEM_NAME Darwin)
elseif(CMAKE_MATCH_2 STREQUAL "linux")
  set(CMAKE_SYSTEM_NAME Linux)
else()
  message(FATAL_ERROR "POSTERN_ZIG_TARGET is '${POSTERN_ZIG_TARGET}': expected for example aarch64-linux-musl")
endif()

file(REAL_PATH "${CMAKE_CURRENT_LIST_DIR}/../build/deps/zig" zig)
foreach(tool cc c++ ar ranlib)
  if(NOT EXISTS "${zig}/${POSTERN_ZIG_TARGET}/${tool}")
    message(FATAL_ERROR "${zig}/${POSTERN_ZIG_TARGET}/${tool} is not there: scripts/setup --package brings it")
  endif()
endforeach()
set(CMAKE_C_COMPILER "${zig}/${POSTERN_ZIG_TARGET}/cc")
set(CMAKE_CXX_COMPILER "${zig}/${POSTERN_ZIG_TARGET}/c++")
set(CMAKE_AR "${zig}/${POSTERN_ZIG_TARGET}/ar" CACHE FILEPATH "")
set(CMAKE_RANLIB "${zig}/${POSTERN_ZIG_TARGET}/ranlib" CACHE FILEPATH "")

set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE NEVER)
