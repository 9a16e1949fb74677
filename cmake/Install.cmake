# find_package(postern) gives postern::core and postern::host.
#
# Mbed TLS's static libraries are installed beside ours (under their own folder, without headers: no public header of ours
# includes them), so that a consumer links the very build that was tested, whatever the system has.

include(CMakePackageConfigHelpers)
set(config_dir "${CMAKE_INSTALL_LIBDIR}/cmake/postern")

install(TARGETS postern_core EXPORT postern ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")
install(TARGETS mbedcrypto mbedx509 mbedtls everest p256m EXPORT postern
  ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}/postern")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/core" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/postern"
  FILES_MATCHING PATTERN "*.hpp")
if(TARGET postern_host)
  install(TARGETS postern_host EXPORT postern ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")
  install(DIRECTORY "${PROJECT_SOURCE_DIR}/host-native" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/postern"
    FILES_MATCHING PATTERN "*.hpp")
  install(FILES "${PROJECT_SOURCE_DIR}/host-native/postern.hpp" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/postern" OPTIONAL)
endif()
if(TARGET postern)
  install(TARGETS postern RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
endif()

install(EXPORT postern NAMESPACE postern:: FILE postern-targets.cmake DESTINATION "${config_dir}")
configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/postern-config.cmake.in"
  "${PROJECT_BINARY_DIR}/postern-config.cmake" INSTALL_DESTINATION "${config_dir}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/postern-config-version.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/postern-config.cmake" "${PROJECT_BINARY_DIR}/postern-config-version.cmake"
  "${PROJECT_SOURCE_DIR}/cmake/FindArgon2.cmake" DESTINATION "${config_dir}")
