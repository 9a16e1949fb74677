# The core as one standalone WebAssembly module: no generated JavaScript, no entry point, no imports.

if(EXISTS "${PROJECT_SOURCE_DIR}/host-wasm/abi.cpp")
  file(GLOB wasm_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/host-wasm/*.cpp")
  add_executable(postern_wasm ${wasm_sources})
  target_link_libraries(postern_wasm PRIVATE postern_core)
  target_compile_options(postern_wasm PRIVATE -flto -finline-functions -fno-exceptions -fno-rtti)
  # The stack lies first, so that running out of it traps instead of overwriting data. It ends below 2^20: addresses of
  # data then take a byte less, wherever they are used. Across files only what is shorter than its call is inlined.
  target_link_options(postern_wasm PRIVATE -sSTANDALONE_WASM --no-entry -fno-exceptions -flto -Oz
    -sALLOW_MEMORY_GROWTH=1 -sINITIAL_MEMORY=2097152 -sTOTAL_STACK=983040 -Wl,--stack-first
    -Wl,-mllvm,-inline-threshold=-20 -sMALLOC=emmalloc -sSUPPORT_ERRNO=0)
  set_target_properties(postern_wasm PROPERTIES OUTPUT_NAME postern SUFFIX .wasm)
  postern_compile(postern_wasm)
endif()
