# find_package(cafka) gives the target cafka::cafka.

include(CMakeFindDependencyMacro)
find_dependency(PkgConfig)
pkg_check_modules(RDKAFKA REQUIRED QUIET IMPORTED_TARGET rdkafka>=2.0)
find_dependency(fmt)
list(PREPEND CMAKE_MODULE_PATH "${CMAKE_CURRENT_LIST_DIR}") # FindCAF
find_dependency(CAF)
list(POP_FRONT CMAKE_MODULE_PATH)
include("${CMAKE_CURRENT_LIST_DIR}/cafkaTargets.cmake")
