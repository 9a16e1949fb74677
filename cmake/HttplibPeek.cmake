# Gives httplib_include_dir: cpp-httplib's header, with one line made harmless where it has the fault.
#
# The Mbed TLS backend of cpp-httplib 0.41 looks whether the peer has closed by reading one byte, and drops it. When the
# response is there already, its first byte is lost and the request fails: measured on loopback, two in a hundred. Reading
# zero bytes looks just as well and takes nothing.

set(httplib_include_dir "${PROJECT_BINARY_DIR}/third-party/httplib")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${httplib_SOURCE_DIR}/httplib.h")

block(SCOPE_FOR VARIABLES PROPAGATE httplib_include_dir)
  set(taking [[int ret = mbedtls_ssl_read(&msession->ssl, &buf, 1);]])
  set(looking [[int ret = mbedtls_ssl_read(&msession->ssl, &buf, 0);
  if (ret == 0 && mbedtls_ssl_get_bytes_avail(&msession->ssl) > 0) { return false; }]])
  file(READ "${httplib_SOURCE_DIR}/httplib.h" header)
  string(REPLACE "${taking}" "${looking}" mended "${header}")
  if(mended STREQUAL header)
    set(httplib_include_dir "${httplib_SOURCE_DIR}")
    message(STATUS "cpp-httplib: used as it is")
  else()
    set(written "")
    if(EXISTS "${httplib_include_dir}/httplib.h")
      file(READ "${httplib_include_dir}/httplib.h" written)
    endif()
    if(NOT written STREQUAL mended)
      file(WRITE "${httplib_include_dir}/httplib.h" "${mended}")
    endif()
  endif()
endblock()
