# The core as a standalone WebAssembly module: no generated JavaScript, no entry point, no imports. The same with another
# catalogue (host-wasm/catalogue.hpp) for the tests, each in a folder of its own and by the same name.

function(postern_wasm_module name catalogue folder)
  add_executable(${name} host-wasm/abi.cpp host-wasm/client_abi.cpp host-wasm/runtime.cpp ${catalogue})
  target_link_libraries(${name} PRIVATE postern_core)
  target_compile_options(${name} PRIVATE -flto -finline-functions -fno-exceptions -fno-rtti)
  # The stack lies first, so that running out of it traps instead of overwriting data. It ends below 2^20: addresses of
  # data then take a byte less, wherever they are used. Across files only what is shorter than its call is inlined.
  target_link_options(${name} PRIVATE -sSTANDALONE_WASM --no-entry -fno-exceptions -flto -Oz
    -sALLOW_MEMORY_GROWTH=1 -sINITIAL_MEMORY=2097152 -sTOTAL_STACK=983040 -Wl,--stack-first
    -Wl,-mllvm,-inline-threshold=-20 -sMALLOC=emmalloc -sSUPPORT_ERRNO=0)
  set_target_properties(${name} PROPERTIES OUTPUT_NAME postern SUFFIX .wasm
    RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/${folder}")
  postern_compile(${name})
endfunction()

postern_wasm_module(postern_wasm host-wasm/catalogue.cpp .)
if(POSTERN_TESTS)
  postern_wasm_module(postern_conformance_wasm tests/conformance/wasm_catalogue.cpp conformance)
endif()
