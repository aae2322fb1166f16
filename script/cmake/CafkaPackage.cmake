# `cpack` in a build folder of the preset `package`: Debian packages of the two
# components, and of the debug symbols of the program. See script/package.

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME cafka)
set(CPACK_PACKAGE_VENDOR cafka)
set(CPACK_PACKAGE_CONTACT "cafka <cafka@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY
    "Kafka consumer groups as supervised actors")
set(CPACK_COMPONENTS_ALL program development)
set(CPACK_COMPONENTS_GROUPING IGNORE) # a package for each
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_PACKAGING_INSTALL_PREFIX "${CMAKE_INSTALL_PREFIX}")
set(CPACK_PACKAGE_DIRECTORY "${PROJECT_BINARY_DIR}/packages")
set(CPACK_STRIP_FILES OFF) # as its tools for debug symbols do it

# Of one release of Debian, and older than those of the next.
set(CPACK_DEBIAN_PACKAGE_RELEASE "1~deb")
if(EXISTS /etc/os-release)
  file(STRINGS /etc/os-release release REGEX "^VERSION_ID=")
  string(REGEX REPLACE "[^0-9.]" "" release "${release}")
  string(APPEND CPACK_DEBIAN_PACKAGE_RELEASE "${release}")
endif()
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(deb_version "${PROJECT_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}")

set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME cafka)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PROGRAM_DEBUGINFO_PACKAGE ON)
set(CPACK_DEBIAN_PROGRAM_DESCRIPTION
    "The program cafka runs the consumer groups of a config file.")
set(CPACK_DEBIAN_PROGRAM_PACKAGE_CONTROL_EXTRA
    "${CMAKE_CURRENT_LIST_DIR}/debian/postinst"
    "${CMAKE_CURRENT_LIST_DIR}/debian/prerm")

set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libcafka-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
# CAF's versions differ in what the headers say and in what the library holds.
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS
    "libcaf-dev (>= ${CAF_VERSION}~), libcaf-dev (<< ${CAF_VERSION}.1~), librdkafka-dev (>= 2.0), libfmt-dev, pkg-config"
)
# The parent of programs that are handlers.
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_RECOMMENDS "cafka (= ${deb_version})")
set(CPACK_DEBIAN_DEVELOPMENT_DESCRIPTION
    "The library cafka, to be linked, with its headers.")

# Where Debian looks for a license.
if(CMAKE_INSTALL_PREFIX STREQUAL /usr)
  foreach(component program development)
    string(TOUPPER "${component}" name)
    install(
      FILES LICENSE
      DESTINATION
        "${CMAKE_INSTALL_DATADIR}/doc/${CPACK_DEBIAN_${name}_PACKAGE_NAME}"
      RENAME copyright
      COMPONENT "${component}")
  endforeach()
endif()

include(CPack)
