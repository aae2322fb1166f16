#pragma once

#include <cafka/types.hpp>

#include <cstddef>
#include <deque>
#include <optional>

namespace cafka::core {

/// Restart intensity and backoff, for a partition or for a whole group.
struct restart_limits {
  duration backoff_min = std::chrono::milliseconds{100};
  duration backoff_max = std::chrono::seconds{30};
  /// More restarts than this within `window` exhaust it; the greatest number
  /// there is: nothing does.
  std::size_t restart_max = 10;
  duration window = std::chrono::minutes{10};

  /// Least time in which `restart_max` + 1 failures can happen, which is when
  /// every backoff is at its shortest jitter. Not below `window` means that the
  /// limit can never be reached; such settings are refused.
  duration time_to_exhaust() const noexcept;
};

/// The delay after the `k`-th failure in a row, from 1: exactly the minimum for
/// the first one, doubled with each up to the maximum. `jitter` in [0, 1) takes
/// up to half off the later ones.
duration backoff(const restart_limits& limits, std::size_t k,
                 double jitter) noexcept;

/// Decides on each failure whether and when to restart. The delay doubles with
/// every failure in the window, from exactly the minimum for the first one (a
/// quiet partition) up to the maximum; later ones are jittered down by up to
/// half.
class restart_policy {
public:
  explicit restart_policy(restart_limits limits) : limits_(limits) {
  }
  /// `jitter` in [0, 1) comes from the caller's random source. Returns the
  /// delay before the restart, or nothing when the intensity is exceeded.
  std::optional<duration> on_failure(time_point now, double jitter);

  /// Failures within the window that ends at `now`.
  std::size_t failures(time_point now) const noexcept;

private:
  // The window is half-open: a failure that is exactly `window` old is out.
  bool in_window(time_point failure, time_point now) const noexcept {
    return now - failure < limits_.window;
  }

  restart_limits limits_;
  std::deque<time_point> failures_; // as many as make a difference
};

} // namespace cafka::core
