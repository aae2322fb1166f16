#pragma once

#include <cafka/types.hpp>

#include <cstdint>
#include <optional>

namespace cafka::core {

/// Sees that acks do not come: the window is full, so that nothing is delivered
/// any more, and for `ack-timeout` nothing has been acked.
///
/// ```
///   quiet ── full ──► waiting ── nothing acked for the timeout ──► overdue
///     ▲                 │ an ack, or a reason to wait                │
///     └─────────────────┴───────────────────────────────────────────┘
/// ```
class ack_watch {
public:
  /// `timeout` of zero: nothing is ever overdue.
  explicit ack_watch(duration timeout) noexcept : timeout_(timeout) {
  }

  /// `waits`: only acks can bring the partition on. `passed`: how many offsets up
  /// to its position are not retained, so that an ack raises it. To be called now
  /// and then. True: this is to be told, when it becomes overdue and after each
  /// further timeout.
  bool look(bool waits, std::int64_t passed, time_point now) noexcept;

  bool overdue() const noexcept {
    return told_ > 0;
  }

private:
  duration timeout_;
  std::optional<time_point> since_; // empty: quiet
  std::int64_t passed_ = 0;
  int told_ = 0; // times, of this wait
};

} // namespace cafka::core
