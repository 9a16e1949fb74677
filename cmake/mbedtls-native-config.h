// On top of Mbed TLS's default configuration. TLS 1.2 and 1.3 stay on.

// The server handles requests in many threads, and TLS 1.3 uses PSA's shared key slots.
#define MBEDTLS_THREADING_C
#define MBEDTLS_THREADING_PTHREAD

// Keys are not kept in files by the crypto library.
#undef MBEDTLS_PSA_CRYPTO_STORAGE_C
#undef MBEDTLS_PSA_ITS_FILE_C

// No datagrams here.
#undef MBEDTLS_SSL_PROTO_DTLS
#undef MBEDTLS_SSL_DTLS_ANTI_REPLAY
#undef MBEDTLS_SSL_DTLS_HELLO_VERIFY
#undef MBEDTLS_SSL_DTLS_CLIENT_PORT_REUSE
#undef MBEDTLS_SSL_DTLS_CONNECTION_ID
#undef MBEDTLS_SSL_DTLS_CONNECTION_ID_COMPAT

// Nobody reads what it would say of each step, in messages that name the folder of the build.
#undef MBEDTLS_DEBUG_C

#undef MBEDTLS_SELF_TEST
