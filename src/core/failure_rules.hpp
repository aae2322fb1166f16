#pragma once

#include <cafka/errc.hpp>
#include <cafka/failure_step.hpp>
#include <cafka/types.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace cafka::core {

/// What becomes of a partition's records whose handler fails: `on-failure`.
struct failure_rules {
  /// Failed calls of one record after its first, before `then`; the greatest
  /// number there is: no end.
  std::size_t retries = std::numeric_limits<std::size_t>::max();
  /// Ways past the record; one that cannot be done gives way to the next.
  std::vector<failure_step> then;
  std::size_t flood_after = 10;
  duration flood_interval = std::chrono::minutes{1};
  /// How long the ack of a record that was delivered alone may take; zero: it
  /// is waited for without end.
  duration ack_timeout = std::chrono::minutes{1};
};

/// Why a record failed.
struct failure_cause {
  errc code = errc::handler_failed;
  std::string text;
  std::string kind; ///< the exception's type, `rejected`, `exit 3`; or nothing
};

/// Records of one partition that were got past after their retries, and none
/// handled in between. It outlives the partition's workers and the group's
/// restarts, and ends with a handled record or when the partition leaves.
///
/// ```
///            got past, flood-after times in a row
///   quiet ────────────────────────────────────────► flood: one per
///     ▲                                             flood-interval
///     └──────────── a record was handled ───────────┘
/// ```
class failure_row {
public:
  enum class state : std::uint8_t { quiet, flood };

  bool may_go_on(const failure_rules& rules, time_point now) const noexcept {
    return state_ == state::quiet || now - last_ >= rules.flood_interval;
  }
  /// One more was got past. True: this is the one that begins a flood.
  bool add(const failure_rules& rules, time_point now) noexcept {
    last_ = now;
    ++length_;
    if (state_ == state::flood || length_ < rules.flood_after)
      return false;
    transition_to(state::flood);
    return true;
  }
  void end() noexcept {
    length_ = 0;
    transition_to(state::quiet);
  }
  state at() const noexcept {
    return state_;
  }
  std::size_t length() const noexcept {
    return length_;
  }
  friend bool operator==(const failure_row&, const failure_row&) = default;

private:
  void transition_to(state x) noexcept {
    state_ = x;
  }

  state state_ = state::quiet;
  std::size_t length_ = 0;
  time_point last_; // one was got past; only where there is one
};

} // namespace cafka::core
