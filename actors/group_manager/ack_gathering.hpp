#pragma once

#include <cafka/types.hpp>

#include <chrono>
#include <cstddef>
#include <utility>

namespace cafka::actors {

/// Whether the manager waits for more acks before it takes in those that came.
/// A sender that found it asleep each time would pay for a wake-up with each
/// ack: some 3 us instead of 0.3 (two cores of an AMD EPYC, 2026-11).
class ack_gathering {
public:
  /// `acks` wait now. True: look again at once, for they keep coming. Acks are
  /// taken in after so many looks that saw no new one, about 10 us, or when the
  /// first is that old or there are that many.
  bool goes_on(std::size_t acks, time_point now) noexcept {
    if (last_ == 0)
      since_ = now;
    if (acks != std::exchange(last_, acks))
      looks_ = 0;
    if (acks != 0 && acks < acks_max && ++looks_ <= quiet_looks
        && now - since_ < age_max)
      return true;
    last_ = 0;
    return false;
  }

private:
  static constexpr int quiet_looks = 16;
  static constexpr auto age_max = std::chrono::microseconds{200};
  static constexpr std::size_t acks_max = 500;

  std::size_t last_ = 0; // at the last look; 0: none waited
  int looks_ = 0;        // that saw no new one
  time_point since_{};
};

} // namespace cafka::actors
