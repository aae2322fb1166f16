#pragma once

#include <cafka/types.hpp>

#include <cstdint>
#include <optional>

namespace cafka::core {

/// What the watch of a partition wants.
enum class progress_action : std::uint8_t {
  none,
  ask_end, ///< look its end up at the broker, then `end_found` or `end_unknown`
  seek,    ///< it stalls: fetch again from its position
  reassign, ///< it still stalls: take it out of the assignment and put it back
  replace_client, ///< it stalls on: a new client may fetch it
  resumed,        ///< it stalled and does no longer
};

/// Where a partition stands when it is looked at.
struct progress_facts {
  enum class delivery : std::uint8_t {
    expected, ///< nothing on our side holds the next record back
    waits,   ///< a call runs, the window is full, a worker starts, a drain, …
    stopped, ///< its restarts are used up: only its end is of interest
  };
  delivery what = delivery::expected;
  offset_t position = -1; ///< next to be delivered; -1: no begin yet
};

/// Sees that a partition has something to read, nothing holds it back, and yet
/// nothing comes. The client's own idea of the end does not count: it is as old
/// as its last fetch, which is what may have stopped. So the broker is asked
/// when half of `patience` passed without progress, and again when the rest
/// has.
///
/// ```
///            beyond, or no answer         so again: seek
///   moving ──────────────────────► behind ──────────────► stalled
///    ▲ ▲ ▲   not asked, or waits     │ │                   │ ▲ ▲ │ so again:
///    │ │ └───────────────────────────┘ │                   │ │ └─┘ reassign, …
///    │ │     got on                    │                   │ │
///    │ └───────────────────────────────┴───────────────────┤ │ beyond, or
///    │                                 not asked, or waits │ │ no answer
///    │       got on                                        ▼ │
///    └──────────────────────────────────────────────────── resting
///   any ── its partition stopped ──► moving
/// ```
///
/// The broker is asked after half of `patience`; while it stalls, at growing
/// intervals. `beyond`: the end is, of the position. `got on`: by delivery, or
/// because the end is reached. `waits`: something on our side holds the next
/// record back. A client is replaced for all of its partitions: so only once
/// for a position.
class progress_watch {
public:
  enum class state : std::uint8_t {
    moving,  ///< nothing is known to be wrong
    behind,  ///< one answer said so, which may be chance
    stalled, ///< reported
    resting, ///< it stalled, and now there is a reason for its silence
  };

  /// `patience` of zero: stalls are not looked for. `replaced_at`: the position
  /// that the client was last replaced for; -1: it never was.
  explicit progress_watch(duration patience, offset_t replaced_at = -1) noexcept
    : patience_(patience), replaced_at_(replaced_at) {
  }

  /// `ask_end`, `resumed` or `none`; to be called now and then. A question that
  /// could not be asked is wanted again at the next call.
  progress_action look(const progress_facts& facts, time_point now) noexcept;

  /// The broker's readable end. Any but `ask_end`.
  progress_action end_found(offset_t end, const progress_facts& facts,
                            time_point now) noexcept;

  /// There is no answer. `asked`: the broker was, and twice in a row is a stall
  /// itself: the question may wait behind a fetch that never succeeds. Else
  /// that is reason enough for the silence. Any but `ask_end` and
  /// `replace_client`.
  progress_action end_unknown(bool asked, const progress_facts& facts,
                              time_point now) noexcept;

  /// From the report of a stall until the next progress.
  bool stalls() const noexcept {
    return state_ == state::stalled || state_ == state::resting;
  }
  state at() const noexcept {
    return state_;
  }
  /// As last found; nothing before that.
  std::optional<offset_t> end() const noexcept {
    return end_;
  }
  /// Without a begin: the first end that was found, where one that is to begin
  /// at the end misses nothing from now on.
  std::optional<offset_t> first_end() const noexcept {
    return first_end_;
  }

private:
  void transition_to(state x) noexcept;
  void rest() noexcept;
  progress_action restart(time_point now, bool moved, bool stays) noexcept;
  progress_action found_wanting(offset_t position, time_point now,
                                bool answered) noexcept;
  progress_action next_step(offset_t position, bool answered) const noexcept;
  bool is_as_before(const progress_facts& facts) const noexcept;
  duration next_wait() const noexcept;

  duration patience_;
  offset_t replaced_at_;
  progress_facts seen_;
  std::optional<time_point> ask_at_; // empty: not looked at yet
  state state_ = state::moving;
  std::uint32_t stage_ = 0; // reports of this stall; 0: it does not stall
  std::optional<offset_t> end_;
  std::optional<offset_t> first_end_;
};

} // namespace cafka::core
