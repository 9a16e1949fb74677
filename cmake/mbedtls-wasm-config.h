// The whole of Mbed TLS that the core uses: no entropy, no files, no clock, no threads. Those are facts, not calls.
#ifndef POSTERN_MBEDTLS_WASM_CONFIG_H
#define POSTERN_MBEDTLS_WASM_CONFIG_H

#define MBEDTLS_SHA224_C
#define MBEDTLS_SHA256_C
#define MBEDTLS_MD_C
#define MBEDTLS_HKDF_C
#define MBEDTLS_CHACHA20_C
#define MBEDTLS_POLY1305_C
#define MBEDTLS_CHACHAPOLY_C

#endif
