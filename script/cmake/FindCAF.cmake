# Gives CAF::core and CAF::io from CAF's own package (>= 0.18) or from the plain
# libraries of Debian and Ubuntu (0.17.6 has neither a CMake package nor a .pc
# file). Sets CAF_VERSION.

find_package(CAF CONFIG QUIET COMPONENTS core io)
if(CAF_FOUND AND TARGET CAF::core)
  return()
endif()

include(FindPackageHandleStandardArgs)
find_package(Threads REQUIRED)
find_path(CAF_INCLUDE_DIR caf/all.hpp)
find_library(CAF_CORE_LIBRARY caf_core)
find_library(CAF_IO_LIBRARY caf_io)
mark_as_advanced(CAF_INCLUDE_DIR CAF_CORE_LIBRARY CAF_IO_LIBRARY)
set(CAF_VERSION "")
if(CAF_INCLUDE_DIR)
  # Up to 0.17 the macro is a plain decimal number: 1706 is 0.17.6.
  file(STRINGS "${CAF_INCLUDE_DIR}/caf/config.hpp" number
       REGEX "^#define CAF_VERSION [0-9]+" LIMIT_COUNT 1)
  string(REGEX REPLACE "^#define CAF_VERSION ([0-9]+).*" "\\1" number
                       "${number}")
  math(EXPR major "${number} / 10000")
  math(EXPR minor "${number} / 100 % 100")
  math(EXPR patch "${number} % 100")
  set(CAF_VERSION "${major}.${minor}.${patch}")
endif()
find_package_handle_standard_args(
  CAF
  REQUIRED_VARS CAF_CORE_LIBRARY CAF_IO_LIBRARY CAF_INCLUDE_DIR
  VERSION_VAR CAF_VERSION
  REASON_FAILURE_MESSAGE
    "install libcaf-dev, or pass -DCMAKE_PREFIX_PATH=<prefix of CAF>")
if(CAF_FOUND AND NOT TARGET CAF::core)
  add_library(CAF::core UNKNOWN IMPORTED)
  set_target_properties(
    CAF::core
    PROPERTIES IMPORTED_LOCATION "${CAF_CORE_LIBRARY}"
               INTERFACE_INCLUDE_DIRECTORIES "${CAF_INCLUDE_DIR}")
  target_link_libraries(CAF::core INTERFACE Threads::Threads)
  add_library(CAF::io UNKNOWN IMPORTED)
  set_target_properties(CAF::io PROPERTIES IMPORTED_LOCATION
                                           "${CAF_IO_LIBRARY}")
  target_link_libraries(CAF::io INTERFACE CAF::core)
endif()
