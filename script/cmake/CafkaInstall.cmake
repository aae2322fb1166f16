# `cmake --install`: the library with its headers and package, and the program.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/cafka")
install(TARGETS cafka_lib EXPORT cafkaTargets)
install(DIRECTORY include/cafka TYPE INCLUDE)
install(EXPORT cafkaTargets NAMESPACE cafka:: DESTINATION "${package_dir}")
write_basic_package_version_file(
  "${PROJECT_BINARY_DIR}/cafkaConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(
  FILES script/cmake/cafkaConfig.cmake script/cmake/FindCAF.cmake
        "${PROJECT_BINARY_DIR}/cafkaConfigVersion.cmake"
  DESTINATION "${package_dir}")
if(TARGET cafka_program)
  install(TARGETS cafka_program)
endif()
