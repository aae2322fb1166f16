#pragma once

#include <cafka/time_counts.hpp>

#include <chrono>
#include <span>

namespace cafka::core {

/// Counts one time in `to`, which is always called with the same bounds. A
/// negative one, of clocks that differ, counts as none at all: 0.
void observe(time_counts& to, std::chrono::duration<double> x,
             std::span<const double> bounds);

} // namespace cafka::core
