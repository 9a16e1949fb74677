# Toolchain: the Emscripten that em++ on PATH belongs to.
#
# Debian and Ubuntu install it with all system libraries built and the cache frozen: nothing is written, any user may build.
# Where the cache is not frozen, one of our own under build/deps is used, which needs no rights either.

find_program(em_config em-config REQUIRED)
execute_process(COMMAND "${em_config}" EMSCRIPTEN_ROOT OUTPUT_VARIABLE em_root OUTPUT_STRIP_TRAILING_WHITESPACE)
execute_process(COMMAND "${em_config}" FROZEN_CACHE OUTPUT_VARIABLE em_frozen OUTPUT_STRIP_TRAILING_WHITESPACE)

if(NOT em_frozen STREQUAL "True")
  file(REAL_PATH "${CMAKE_CURRENT_LIST_DIR}/../build/deps/emscripten-cache" em_cache)
  set(ENV{EM_CACHE} "${em_cache}")
  set(CMAKE_C_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env "EM_CACHE=${em_cache}")
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env "EM_CACHE=${em_cache}")
  set_property(GLOBAL PROPERTY RULE_LAUNCH_LINK "\"${CMAKE_COMMAND}\" -E env \"EM_CACHE=${em_cache}\"")
endif()

include("${em_root}/cmake/Modules/Platform/Emscripten.cmake")
