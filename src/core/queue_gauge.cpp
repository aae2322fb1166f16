#include "core/queue_gauge.hpp"

#include <algorithm>

namespace cafka::core {

bool queue_gauge::drained(volume taken, std::size_t left) noexcept {
  highest_ = std::max(highest_, left + taken.records);
  bytes_ += taken.bytes;
  if (left > highest_ / 2)
    return false;
  auto was_full = highest_ >= limit_.records / 4 * 3
                  || bytes_ >= limit_.bytes / 8 * 3; // half of three quarters
  highest_ = left;
  bytes_ = 0;
  return was_full;
}

} // namespace cafka::core
