#pragma once

#include <cafka/types.hpp>

#include <cstdint>
#include <optional>

namespace cafka::core {

/// How far one worker's deliveries are: what its loop was told to do next, and
/// whether what it says still counts.
///
/// ```
///      it asks, and may not go on yet         more are retained
///   retained ────────────────────► waiting ───────────────────────► retained
///    │ ▲                            │ ▲
///    │ │ the rest of a batch comes  │ │ it asks, and may not go on yet
///    │ │ again                      ▼ │
///    │ └────────────────────────── reading ◄── none is retained any more
///    └── none is retained any more ──►┘
///   any ── the manager ended its loop ──► ended, or void: no answer counts
/// ```
class worker_turns {
public:
  enum class state : std::uint8_t {
    retained, ///< retained records are to come first
    reading,  ///< the source is read
    waiting,  ///< for an ack, or for room for outputs
    ended,    ///< its last report is on its way
    voided    ///< so it is, and no answer before it counts
  };

  /// `reads`: nothing is retained for its begin.
  explicit worker_turns(bool reads) noexcept
    : state_(reads ? state::reading : state::retained) {
  }

  /// Its loop was told to.
  void go_on(bool reads) noexcept {
    transition_to(reads ? state::reading : state::retained);
  }
  /// A call ended; `comes_again`: some of its batch does, and it acked nothing
  /// of it where `acks_nothing`.
  void call_ended(bool comes_again, bool acks_nothing) noexcept {
    if (comes_again)
      transition_to(state::retained);
    acked_nothing_ = acks_nothing ? acked_nothing_ + 1 : 0;
  }
  /// True: two calls in a row acked nothing, so that the next one is put off.
  bool puts_off() noexcept {
    if (acked_nothing_ < 2)
      return false;
    acked_nothing_ = 1;
    return true;
  }
  /// It asked for what comes behind `after`, and may not go on yet.
  void wait(offset_t after) noexcept {
    after_ = after;
    transition_to(state::waiting);
  }
  /// What it waits for behind, where it waits: it is to be looked at again.
  std::optional<offset_t> take_wait() noexcept {
    if (state_ != state::waiting)
      return std::nullopt;
    transition_to(state::retained);
    return after_;
  }
  /// The manager ended its loop.
  void end(bool is_void) noexcept {
    transition_to(is_void ? state::voided : state::ended);
  }

  bool reads() const noexcept {
    return state_ == state::reading;
  }
  bool is_over() const noexcept {
    return state_ == state::ended || is_void();
  }
  bool is_void() const noexcept {
    return state_ == state::voided;
  }
  state at() const noexcept {
    return state_;
  }

private:
  /// Nothing leads out of an end.
  void transition_to(state x) noexcept {
    if (!is_over())
      state_ = x;
  }

  state state_;
  offset_t after_ = -1; // while waiting
  int acked_nothing_ = 0;
};

} // namespace cafka::core
