#pragma once

#include <cstddef>

#include <malloc.h>
#ifdef __SANITIZE_ADDRESS__
// Of sanitizer/allocator_interface.h, which GCC does not install.
extern "C" std::size_t __sanitizer_get_current_allocated_bytes();
#endif

namespace cafka::test {

/// Bytes on the heap that are allocated and not freed.
inline std::size_t allocated_bytes() {
#ifdef __SANITIZE_ADDRESS__
  return __sanitizer_get_current_allocated_bytes();
#else
  auto x = mallinfo2();
  return x.uordblks + x.hblkhd;
#endif
}

} // namespace cafka::test
