# `cmake --install`: the library with its headers and package, the program, the
# license and the sample configuration files.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/cafka")
install(TARGETS cafka_lib EXPORT cafkaTargets)
install(DIRECTORY include/cafka TYPE INCLUDE)
install(EXPORT cafkaTargets NAMESPACE cafka:: DESTINATION "${package_dir}")
write_basic_package_version_file(
  "${PROJECT_BINARY_DIR}/cafkaConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
configure_file(script/cmake/cafkaConfig.cmake.in
               "${PROJECT_BINARY_DIR}/cafkaConfig.cmake" @ONLY)
install(
  FILES script/cmake/FindCAF.cmake
        "${PROJECT_BINARY_DIR}/cafkaConfig.cmake"
        "${PROJECT_BINARY_DIR}/cafkaConfigVersion.cmake"
  DESTINATION "${package_dir}")
install(FILES LICENSE TYPE DOC)
install(
  DIRECTORY config/
  DESTINATION "${CMAKE_INSTALL_DOCDIR}/config"
  FILES_MATCHING
  PATTERN "*.conf"
  PATTERN "*.yml"
  PATTERN "*.json")
if(TARGET cafka_executable)
  install(TARGETS cafka_app_lib EXPORT cafkaTargets)
  # CAF may stand where the loader does not look.
  set_target_properties(cafka_executable cafka-demo
                        PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)
  install(TARGETS cafka_executable cafka-demo)
  install(TARGETS cafka-guard
          RUNTIME DESTINATION "${CMAKE_INSTALL_LIBDIR}/cafka")
endif()
