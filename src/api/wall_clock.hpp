#pragma once

#include <chrono>
#include <cstdint>

namespace cafka {

/// Milliseconds since the epoch. Any thread.
inline std::int64_t wall_clock_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch())
    .count();
}

} // namespace cafka
