# `cmake --install`: the library with its headers and packages for CMake and
# pkg-config, the program with its unit of systemd, completions and manuals, the
# license and the sample configuration files. Component `program`, or
# `development` for who writes programs.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# -- development -----------------------------------------------------------------

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/cafka")
install(TARGETS cafka_lib EXPORT cafkaTargets COMPONENT development)
install(DIRECTORY include/cafka TYPE INCLUDE COMPONENT development)
install(EXPORT cafkaTargets NAMESPACE cafka::
        DESTINATION "${package_dir}" COMPONENT development)
write_basic_package_version_file(
  "${PROJECT_BINARY_DIR}/cafkaConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
configure_file(script/cmake/cafkaConfig.cmake.in
               "${PROJECT_BINARY_DIR}/cafkaConfig.cmake" @ONLY)
install(
  FILES script/cmake/FindCAF.cmake
        "${PROJECT_BINARY_DIR}/cafkaConfig.cmake"
        "${PROJECT_BINARY_DIR}/cafkaConfigVersion.cmake"
  DESTINATION "${package_dir}"
  COMPONENT development)
# From where the file is, so that the folder may be moved.
file(RELATIVE_PATH pc_to_prefix
     "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
string(REGEX REPLACE "/$" "" pc_to_prefix "${pc_to_prefix}")
configure_file(script/cmake/cafka.pc.in "${PROJECT_BINARY_DIR}/cafka.pc" @ONLY)
install(
  FILES "${PROJECT_BINARY_DIR}/cafka.pc"
  DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig"
  COMPONENT development)

# -- the program -----------------------------------------------------------------

install(FILES LICENSE TYPE DOC COMPONENT program)
install(
  DIRECTORY config/
  DESTINATION "${CMAKE_INSTALL_DOCDIR}/config"
  COMPONENT program
  FILES_MATCHING
  PATTERN "*.conf"
  PATTERN "*.yml"
  PATTERN "*.json")
if(TARGET cafka_executable)
  install(TARGETS cafka_app_lib EXPORT cafkaTargets COMPONENT development)
  # CAF may stand where the loader does not look.
  set_target_properties(cafka_executable cafka-demo
                        PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)
  install(TARGETS cafka_executable cafka-demo COMPONENT program)
  install(
    TARGETS cafka-guard
    RUNTIME DESTINATION "${CMAKE_INSTALL_LIBDIR}/cafka" COMPONENT program)
  # Not where the library's own folder may be another: systemd looks here.
  install(FILES config/cafka.service DESTINATION lib/systemd/system
          COMPONENT program)
  install(
    FILES config/completions/cafka.bash
    DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions"
    RENAME cafka
    COMPONENT program)
  install(
    FILES config/completions/_cafka
    DESTINATION "${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions"
    COMPONENT program)
  # script/package makes them of what --help says.
  install(
    DIRECTORY "${PROJECT_BINARY_DIR}/man/"
    DESTINATION "${CMAKE_INSTALL_MANDIR}/man1"
    COMPONENT program
    OPTIONAL)
endif()

include(CafkaPackage)
