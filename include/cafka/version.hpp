#pragma once

/// @file
/// The version of the headers that a program is compiled with. CMake reads it
/// here, too.

/// The first number of the version: interfaces of another one do not fit.
#define CAFKA_VERSION_MAJOR 0
/// The second number. While the first one is 0, interfaces of another second
/// one do not fit either.
#define CAFKA_VERSION_MINOR 1
/// The third number: only faults were mended.
#define CAFKA_VERSION_PATCH 0

/// One number that rises with the version: 10203 is 1.2.3.
#define CAFKA_VERSION                                                          \
  (CAFKA_VERSION_MAJOR * 10000 + CAFKA_VERSION_MINOR * 100                     \
   + CAFKA_VERSION_PATCH)

/// The version as text: "1.2.3".
#define CAFKA_VERSION_STRING                                                   \
  CAFKA_DETAIL_VERSION_TEXT(CAFKA_VERSION_MAJOR, CAFKA_VERSION_MINOR,          \
                            CAFKA_VERSION_PATCH)

/// @cond
#define CAFKA_DETAIL_VERSION_TEXT(x, y, z) CAFKA_DETAIL_VERSION_JOIN(x, y, z)
#define CAFKA_DETAIL_VERSION_JOIN(x, y, z) #x "." #y "." #z
/// @endcond
