# What is linked in where the target is not this machine: SQLite and Argon2 out of build/deps/src (scripts/setup --package),
# the libraries that are headers alone as this system has them.

foreach(source sqlite/sqlite3.c argon2/src/argon2.c)
  if(NOT EXISTS "${PROJECT_SOURCE_DIR}/build/deps/src/${source}")
    message(FATAL_ERROR "build/deps/src/${source} is not there: scripts/setup --package brings it")
  endif()
endforeach()

set(sqlite "${PROJECT_SOURCE_DIR}/build/deps/src/sqlite")
add_library(postern_sqlite STATIC "${sqlite}/sqlite3.c")
target_include_directories(postern_sqlite SYSTEM PUBLIC "${sqlite}")
target_compile_definitions(postern_sqlite PRIVATE SQLITE_OMIT_LOAD_EXTENSION SQLITE_DQS=0 SQLITE_DEFAULT_MEMSTATUS=0)
add_library(SQLite::SQLite3 ALIAS postern_sqlite)

# The optimised rounds are written for SSE2.
set(argon2 "${PROJECT_SOURCE_DIR}/build/deps/src/argon2")
set(rounds ref)
if(CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
  set(rounds opt)
endif()
list(TRANSFORM rounds PREPEND "${argon2}/src/")
list(TRANSFORM rounds APPEND ".c")
add_library(postern_argon2 STATIC "${argon2}/src/argon2.c" "${argon2}/src/core.c" "${argon2}/src/encoding.c"
  "${argon2}/src/thread.c" "${argon2}/src/blake2/blake2b.c" ${rounds})
target_include_directories(postern_argon2 SYSTEM PUBLIC "${argon2}/include" PRIVATE "${argon2}/src")
target_link_libraries(postern_argon2 PRIVATE Threads::Threads)
add_library(Argon2::Argon2 ALIAS postern_argon2)

foreach(target postern_sqlite postern_argon2)
  target_compile_options(${target} PRIVATE -w)
endforeach()

postern_isolated_headers(isolated nlohmann/json.hpp CLI/CLI.hpp spdlog/spdlog.h fmt/format.h toml++/toml.h)
foreach(library nlohmann_json::nlohmann_json CLI11::CLI11 spdlog::spdlog)
  add_library(${library} INTERFACE IMPORTED GLOBAL)
  target_include_directories(${library} SYSTEM INTERFACE "${isolated}")
endforeach()
# spdlog calls fstat64, which musl has under this name only when asked.
target_compile_definitions(spdlog::spdlog INTERFACE SPDLOG_FMT_EXTERNAL FMT_HEADER_ONLY _LARGEFILE64_SOURCE)
