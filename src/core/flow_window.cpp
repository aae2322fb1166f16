#include "core/flow_window.hpp"

#include <algorithm>
#include <cassert>
#include <limits>

namespace cafka::core {

volume& volume::operator-=(const volume& x) noexcept {
  assert(records >= x.records && bytes >= x.bytes);
  records -= x.records;
  bytes -= x.bytes;
  return *this;
}

std::size_t
flow_window::records_left(std::size_t largest_bytes) const noexcept {
  // Without the one that closes it; the limits may be the largest there are.
  std::size_t result = 0;
  if (used_.records <= records_max_)
    result = records_max_ - used_.records;
  if (largest_bytes != 0 && used_.bytes <= bytes_max_)
    result = std::max(result, (bytes_max_ - used_.bytes) / largest_bytes);
  return result == std::numeric_limits<std::size_t>::max() ? result
                                                           : result + 1;
}

void flow_window::free(volume x) noexcept {
  used_ -= x;
}

} // namespace cafka::core
