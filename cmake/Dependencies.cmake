# Where each library comes from: the system where its version will do, else pinned sources.
#
# Sources, first match wins: FETCHCONTENT_SOURCE_DIR_MBEDTLS / _HTTPLIB; build/deps/src (scripts/setup); upstream.

include(FetchContent)
if(POLICY CMP0169)
  cmake_policy(SET CMP0169 OLD)
endif()

function(postern_prepared_source name folder)
  string(TOUPPER ${name} upper)
  set(prepared "${PROJECT_SOURCE_DIR}/build/deps/src/${folder}")
  if(NOT FETCHCONTENT_SOURCE_DIR_${upper} AND EXISTS "${prepared}")
    set(FETCHCONTENT_SOURCE_DIR_${upper} "${prepared}" PARENT_SCOPE)
  endif()
endfunction()

# Mbed TLS 3.6 LTS: crypto for every target, TLS for the native host.
postern_prepared_source(mbedtls mbedtls)
FetchContent_Declare(mbedtls
  URL https://github.com/Mbed-TLS/mbedtls/releases/download/mbedtls-3.6.6/mbedtls-3.6.6.tar.bz2
  URL_HASH SHA256=8fb65fae8dcae5840f793c0a334860a411f884cc537ea290ce1c52bb64ca007a
  DOWNLOAD_EXTRACT_TIMESTAMP ON)
FetchContent_GetProperties(mbedtls)
if(NOT mbedtls_POPULATED)
  FetchContent_Populate(mbedtls)
endif()

function(postern_add_mbedtls)
  set(CMAKE_POLICY_DEFAULT_CMP0077 NEW)
  set(CMAKE_POLICY_DEFAULT_CMP0048 NEW)
  set(CMAKE_WARN_DEPRECATED OFF)
  set(ENABLE_PROGRAMS OFF)
  set(ENABLE_TESTING OFF)
  set(GEN_FILES OFF)
  set(MBEDTLS_FATAL_WARNINGS OFF)
  set(DISABLE_PACKAGE_CONFIG_AND_INSTALL ON)
  set(USE_STATIC_MBEDTLS_LIBRARY ON)
  set(USE_SHARED_MBEDTLS_LIBRARY OFF)
  set(LINK_WITH_PTHREAD OFF)
  add_subdirectory("${mbedtls_SOURCE_DIR}" "${mbedtls_BINARY_DIR}" EXCLUDE_FROM_ALL SYSTEM)
endfunction()
postern_add_mbedtls()

set(mbedtls_config mbedtls-wasm-config.h)
if(POSTERN_WASM_TESTS)
  set(mbedtls_config mbedtls-wasm-tests-config.h)
endif()

# Definitions by target and not by Mbed TLS's own variables, which would write this machine's paths into the package. By a
# name and a folder to find it in, since a compiler's cache knows folders as relative to the source folder.
foreach(target mbedcrypto mbedx509 mbedtls everest p256m)
  target_compile_options(${target} PRIVATE -w)
  target_include_directories(${target} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/cmake>)
  if(EMSCRIPTEN)
    target_compile_definitions(${target} PUBLIC $<BUILD_INTERFACE:MBEDTLS_CONFIG_FILE="${mbedtls_config}">)
  else()
    target_compile_definitions(${target} PUBLIC $<BUILD_INTERFACE:MBEDTLS_USER_CONFIG_FILE="mbedtls-native-config.h">)
  endif()
endforeach()

# Gives in `variable` a folder with this system's headers, each named by one file, and nothing else of the system's: they are
# the same for every target.
function(postern_isolated_headers variable)
  set(folder "${PROJECT_BINARY_DIR}/include-isolated")
  file(MAKE_DIRECTORY "${folder}")
  foreach(header IN LISTS ARGN)
    get_filename_component(name "${header}" DIRECTORY)
    string(MAKE_C_IDENTIFIER "POSTERN_DIR_OF_${name}" found)
    find_path(${found} "${header}" PATHS /usr/include /usr/local/include NO_CMAKE_FIND_ROOT_PATH NO_DEFAULT_PATH REQUIRED)
    file(COPY "${${found}}/${name}" DESTINATION "${folder}")
  endforeach()
  set(${variable} "${folder}" PARENT_SCOPE)
endfunction()

if(EMSCRIPTEN)
  postern_isolated_headers(isolated nlohmann/json.hpp)
  add_library(nlohmann_json::nlohmann_json INTERFACE IMPORTED GLOBAL)
  target_include_directories(nlohmann_json::nlohmann_json SYSTEM INTERFACE "${isolated}")
  return()
endif()

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
if(POSTERN_BUNDLED)
  include(Bundled)
else()
  find_package(nlohmann_json 3.11 REQUIRED)
  find_package(SQLite3 REQUIRED)
  find_package(Argon2 REQUIRED)
  find_package(CLI11 REQUIRED)
  find_package(spdlog REQUIRED)
  find_package(tomlplusplus REQUIRED)
endif()

# Mbed TLS locks what PSA shares between threads.
target_link_libraries(mbedcrypto PUBLIC Threads::Threads)

# cpp-httplib: HTTP for the native host, with its Mbed TLS backend.
postern_prepared_source(httplib cpp-httplib)
FetchContent_Declare(httplib
  GIT_REPOSITORY https://github.com/yhirose/cpp-httplib.git
  GIT_TAG 073b58796205b928b61f4cae89ab4130b7f1aee0)
FetchContent_GetProperties(httplib)
if(NOT httplib_POPULATED)
  FetchContent_Populate(httplib)
endif()
add_library(postern_httplib INTERFACE)
include(HttplibPeek)
target_include_directories(postern_httplib SYSTEM INTERFACE "${httplib_include_dir}")
# Its backlog of 5 makes a burst of connections wait for SYN retries.
target_compile_definitions(postern_httplib INTERFACE CPPHTTPLIB_MBEDTLS_SUPPORT CPPHTTPLIB_LISTEN_BACKLOG=1024)
# Whom the host trusts it reads itself (host-native/fetch/trust.cpp), so that Apple's frameworks are not needed.
target_compile_definitions(postern_httplib INTERFACE CPPHTTPLIB_DISABLE_MACOSX_AUTOMATIC_ROOT_CERTIFICATES)
target_link_libraries(postern_httplib INTERFACE mbedtls mbedx509 mbedcrypto Threads::Threads)

# Used inside the host only; a consumer of the installed package needs neither.
add_library(postern_header_only INTERFACE)
target_link_libraries(postern_header_only INTERFACE CLI11::CLI11)
target_compile_definitions(postern_header_only INTERFACE TOML_HEADER_ONLY=1)
