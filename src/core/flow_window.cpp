#include "core/flow_window.hpp"

#include <cassert>

namespace cafka::core {

volume& volume::operator-=(const volume& x) noexcept {
  assert(records >= x.records && bytes >= x.bytes);
  records -= x.records;
  bytes -= x.bytes;
  return *this;
}

void flow_window::free(volume x) noexcept {
  used_ -= x;
}

} // namespace cafka::core
