#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace cafka {

/// Times that were measured, counted by their size.
struct time_counts {
  /// One count for each bound that it is made with, of what is not above it and
  /// above the one before, and one for what is beyond the last. Empty where
  /// nothing was measured.
  std::vector<std::uint64_t> counts;
  /// The sum of all of them.
  double seconds = 0;
};

/// Bounds, in seconds, of what a handler call or a commit takes.
inline constexpr std::array call_seconds_bounds{0.001, 0.0025, 0.005, 0.01,
                                                0.025, 0.05,   0.1,   0.25,
                                                0.5,   1.0,    2.5,   5.0,
                                                10.0,  30.0,   60.0};

/// Bounds, in seconds, of how old records are that are delivered.
inline constexpr std::array record_age_bounds{
  0.01, 0.05,  0.1,   0.5,     1.0,      5.0,      15.0,
  60.0, 300.0, 900.0, 3'600.0, 21'600.0, 86'400.0, 604'800.0};

} // namespace cafka
