// What the core uses as WebAssembly, and what the tests need to sign as others would.
#ifndef POSTERN_MBEDTLS_WASM_TESTS_CONFIG_H
#define POSTERN_MBEDTLS_WASM_TESTS_CONFIG_H

#include "mbedtls-wasm-config.h"

// The same key and the same text give the same signature: RFC 6979.
#define MBEDTLS_HMAC_DRBG_C
#define MBEDTLS_ECDSA_DETERMINISTIC

#endif
