# The core as a standalone WebAssembly module: no generated JavaScript, no entry point, no imports. One for a page, which has
# the client's side, too; one for servers; and the same with another catalogue (host-wasm/catalogue.hpp) for the tests. Each
# lies in a folder of its own, by the same name.

function(postern_wasm_module name folder)
  add_executable(${name} host-wasm/abi.cpp host-wasm/memory.cpp host-wasm/runtime.cpp ${ARGN})
  target_link_libraries(${name} PRIVATE postern_core)
  target_compile_options(${name} PRIVATE -flto -finline-functions -fno-exceptions -fno-rtti)
  # The stack lies first, so that running out of it traps instead of overwriting data. It ends below 2^20: addresses of
  # data then take a byte less, wherever they are used. Across files only what is shorter than its call is inlined.
  target_link_options(${name} PRIVATE -sSTANDALONE_WASM --no-entry -fno-exceptions -flto -Oz
    -sALLOW_MEMORY_GROWTH=1 -sINITIAL_MEMORY=2097152 -sTOTAL_STACK=983040 -Wl,--stack-first
    -Wl,-mllvm,-inline-threshold=-50 -sMALLOC=none -sSUPPORT_ERRNO=0)
  set_target_properties(${name} PROPERTIES OUTPUT_NAME postern SUFFIX .wasm
    RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/${folder}")
  postern_compile(${name})
endfunction()

postern_wasm_module(postern_wasm . host-wasm/client_abi.cpp host-wasm/catalogue.cpp)
postern_wasm_module(postern_server_wasm server host-wasm/catalogue.cpp)
if(POSTERN_TESTS)
  postern_wasm_module(postern_conformance_wasm conformance tests/conformance/wasm_catalogue.cpp)
endif()
