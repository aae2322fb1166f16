#pragma once

#include <cafka/types.hpp>

#include <cstdint>

namespace cafka::core {

/// Sees that acks do not come: the window is full, so that nothing is delivered
/// any more, and for `ack-timeout` nothing has been acked.
///
/// ```
///   quiet ── full ──► waiting ── nothing acked for the timeout ──► overdue
///     ▲                │ ▲ │                                         │ │
///     │                │ └─┴──── an ack, and the window is full ─────┘ │
///     └────────────────┴────────────── it is open, or has to wait ─────┘
/// ```
class ack_watch {
public:
  enum class state : std::uint8_t { quiet, waiting, overdue };

  /// `timeout` of zero: nothing is ever overdue.
  explicit ack_watch(duration timeout) noexcept : timeout_(timeout) {
  }

  /// `waits`: only acks can bring the partition on. `passed`: how many offsets
  /// up to its position are not retained, so that an ack raises it. To be
  /// called now and then. True: this is to be told, when it becomes overdue and
  /// after each further timeout.
  bool look(bool waits, std::int64_t passed, time_point now) noexcept;

  bool overdue() const noexcept {
    return state_ == state::overdue;
  }
  state at() const noexcept {
    return state_;
  }

private:
  void transition_to(state x, time_point now) noexcept;

  duration timeout_;
  state state_ = state::quiet;
  time_point since_; // of the wait
  std::int64_t passed_ = 0;
  int told_ = 0; // times, while overdue
};

} // namespace cafka::core
