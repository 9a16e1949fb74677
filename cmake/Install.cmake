# find_package(postern) gives postern::core and postern::host. Two components: `program` is the server and its documents,
# `development` what programs are built with.
#
# Mbed TLS's static libraries are installed beside ours (under their own folder, without headers: no public header of ours
# includes them), so that a consumer links the very build that was tested, whatever the system has.

include(CMakePackageConfigHelpers)
set(config_dir "${CMAKE_INSTALL_LIBDIR}/cmake/postern")

# Gives in `variable` the headers of this project that `header` includes, and those that they include. They are the API; what
# nobody can reach from the umbrella header is not installed.
function(postern_included_by header variable)
  set(found "")
  set(queue "${header}")
  while(queue)
    list(POP_FRONT queue next)
    file(STRINGS "${PROJECT_SOURCE_DIR}/${next}" lines REGEX "^#include \"")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/${next}")
    foreach(line IN LISTS lines)
      string(REGEX REPLACE "^#include \"([^\"]+)\".*" "\\1" included "${line}")
      if(NOT included IN_LIST found)
        list(APPEND found "${included}")
        list(APPEND queue "${included}")
      endif()
    endforeach()
  endwhile()
  list(SORT found)
  set(${variable} "${found}" PARENT_SCOPE)
endfunction()

set(headers "${CMAKE_INSTALL_INCLUDEDIR}/postern")
install(FILES "${PROJECT_SOURCE_DIR}/include/postern.hpp" DESTINATION "${headers}" COMPONENT development)
postern_included_by(include/postern.hpp public_headers)
foreach(header IN LISTS public_headers)
  get_filename_component(folder "${header}" DIRECTORY)
  install(FILES "${PROJECT_SOURCE_DIR}/${header}" DESTINATION "${headers}/${folder}" COMPONENT development)
endforeach()

install(TARGETS postern_core postern_host EXPORT postern
  ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT development)
install(TARGETS mbedcrypto mbedx509 mbedtls everest p256m EXPORT postern
  ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}/postern" COMPONENT development)
install(EXPORT postern NAMESPACE postern:: FILE postern-targets.cmake DESTINATION "${config_dir}" COMPONENT development)
configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/postern-config.cmake.in"
  "${PROJECT_BINARY_DIR}/postern-config.cmake" INSTALL_DESTINATION "${config_dir}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/postern-config-version.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/postern-config.cmake" "${PROJECT_BINARY_DIR}/postern-config-version.cmake"
  "${PROJECT_SOURCE_DIR}/cmake/FindArgon2.cmake" DESTINATION "${config_dir}" COMPONENT development)

install(TARGETS postern RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT program)
# As they lie in the source tree, so that their links to one another hold.
foreach(document README.md LICENSE CHANGELOG.md SECURITY.md CONTRIBUTING.md docs)
  if(IS_DIRECTORY "${PROJECT_SOURCE_DIR}/${document}")
    install(DIRECTORY "${PROJECT_SOURCE_DIR}/${document}" DESTINATION "${CMAKE_INSTALL_DOCDIR}" COMPONENT program)
  else()
    install(FILES "${PROJECT_SOURCE_DIR}/${document}" DESTINATION "${CMAKE_INSTALL_DOCDIR}" COMPONENT program)
  endif()
endforeach()
