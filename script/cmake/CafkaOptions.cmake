# How everything is compiled. Targets without CAF link `cafka_flags`, those with
# CAF `cafka_caf_flags`; both stay inside the build tree.

option(CAFKA_WERROR "Treat warnings as errors" OFF)
option(CAFKA_TESTS "Build the tests" ${PROJECT_IS_TOP_LEVEL})
option(CAFKA_FUZZ "Build the fuzz targets; needs Clang" OFF)
set(CAFKA_SANITIZE "" CACHE STRING "Sanitizers, such as address,undefined")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# -- mimalloc: for the program alone --------------------------------------------

# librdkafka allocates every record on one thread and frees it on another, which
# glibc's malloc serialises. A program that only links the library chooses for
# itself.
find_package(mimalloc QUIET)
set(mimalloc_default OFF)
if(mimalloc_FOUND AND NOT CAFKA_SANITIZE)
  set(mimalloc_default ON)
endif()
option(CAFKA_MIMALLOC "Link the program with mimalloc" ${mimalloc_default})
if(CAFKA_MIMALLOC AND NOT mimalloc_FOUND)
  message(FATAL_ERROR "CAFKA_MIMALLOC needs mimalloc (libmimalloc-dev)")
endif()

function(cafka_use_mimalloc target)
  # Nothing of it is called by name, so the linker would leave it out.
  target_link_options(${target} PRIVATE "LINKER:--no-as-needed")
  target_link_libraries(${target} PRIVATE mimalloc)
endfunction()

# -- parallelism ---------------------------------------------------------------

# A translation unit with CAF takes up to 1 GB with sanitizers: no more
# compilers at a time than cores, nor than memory has room for.
cmake_host_system_information(RESULT cores QUERY NUMBER_OF_LOGICAL_CORES)
cmake_host_system_information(RESULT memory_mb QUERY TOTAL_PHYSICAL_MEMORY)
math(EXPR room "${memory_mb} / 1024")
set(jobs "${cores}")
if(room LESS jobs)
  set(jobs "${room}")
endif()
if(jobs LESS 1)
  set(jobs 1)
endif()
set_property(GLOBAL APPEND PROPERTY JOB_POOLS "compilers=${jobs}")
set(CMAKE_JOB_POOL_COMPILE compilers)

# -- flags ---------------------------------------------------------------------

add_library(cafka_flags INTERFACE)
target_compile_options(
  cafka_flags
  INTERFACE -Wall
            -Wextra
            -Wpedantic
            -Wshadow
            -Wnon-virtual-dtor
            -Woverloaded-virtual
            -Wcast-qual
            -Wundef
            # aggregates leave members to their default initializers
            -Wno-missing-field-initializers
            # librdkafka's macros for rd_kafka_producev
            $<$<CXX_COMPILER_ID:Clang>:-Wno-gnu-statement-expression>
            $<$<BOOL:${CAFKA_WERROR}>:-Werror>)
if(CMAKE_UNITY_BUILD) # what files have for themselves is seen by others
  target_compile_options(cafka_flags INTERFACE -Wno-shadow
                                               -Wno-subobject-linkage)
endif()
if(CAFKA_SANITIZE)
  target_compile_options(
    cafka_flags
    INTERFACE "-fsanitize=${CAFKA_SANITIZE}" -fno-sanitize-recover=all
              -fno-omit-frame-pointer -D_GLIBCXX_ASSERTIONS)
  target_link_options(cafka_flags INTERFACE "-fsanitize=${CAFKA_SANITIZE}")
  # GCC's flow analysis sees ghosts in instrumented code.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(cafka_flags INTERFACE -Wno-maybe-uninitialized)
  endif()
endif()

# GCC looks for garbage from 128 MB on, again and again: a third of the time of
# a unit with CAF.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(cafka_flags INTERFACE --param=ggc-min-heapsize=1048576)
endif()

add_library(cafka_caf_flags INTERFACE)
add_library(cafka_caf_quirks INTERFACE) # linked last: its options come last
target_link_libraries(
  cafka_caf_flags INTERFACE cafka_flags CAF::core CAF::io fmt::fmt
                            cafka_caf_quirks)
if(CAFKA_SANITIZE AND CAF_VERSION VERSION_LESS 0.18)
  # 0.17.6 dereferences an empty std::shared_ptr in init_fun_factory.hpp each
  # time an actor is spawned from a function without arguments.
  target_compile_options(cafka_caf_quirks INTERFACE -fno-sanitize=null
                                                    -U_GLIBCXX_ASSERTIONS)
endif()
