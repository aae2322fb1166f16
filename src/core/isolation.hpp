#pragma once

#include <cafka/types.hpp>

#include <cstdint>
#include <optional>

namespace cafka::core {

/// A call failed and nobody knows which record is to blame: all that was out is
/// delivered again one by one, so that the culprit fails alone.
///
/// ```
///           a call of many failed             all of it is handled, or on its
///   off ─────────────────────────► calling ── way past the handler ──► off
///    ▲                               ▲  │
///    │ for ack-timeout               │  │ the handler kept the record
///    └───────────────────── waiting ─┘◄─┘
///                            acked
/// ```
class isolation {
public:
  enum class state : std::uint8_t { off, calling, waiting };

  /// `ack_timeout` of zero: an ack is waited for without end.
  explicit isolation(duration ack_timeout) noexcept
    : ack_timeout_(ack_timeout) {
  }

  bool on() const noexcept {
    return state_ != state::off;
  }
  /// Up to before here records come one by one.
  std::optional<offset_t> until() const noexcept {
    return on() ? std::optional{until_} : std::nullopt;
  }
  /// Begins, or grows.
  void begin(offset_t until) noexcept;
  /// A record of it failed.
  void failed() noexcept {
    has_culprit_ = true;
  }
  /// The call is over, and the handler kept its record: the next one waits for
  /// its ack.
  void kept(offset_t record, time_point now) noexcept;
  /// The record that an ack is waited for.
  std::optional<offset_t> waits_for() const noexcept {
    return state_ == state::waiting ? std::optional{kept_} : std::nullopt;
  }
  /// It is acked, or its incarnation is over.
  void go_on() noexcept;
  /// When the wait is over, if one is.
  std::optional<time_point> deadline() const noexcept;
  /// All is through, or the wait is over. True: no record of it failed.
  bool end() noexcept;
  state at() const noexcept {
    return state_;
  }

private:
  void transition_to(state x) noexcept;

  duration ack_timeout_;
  state state_ = state::off;
  offset_t until_ = 0; // while on
  bool has_culprit_ = false;
  offset_t kept_ = 0; // while waiting
  time_point since_;  // while waiting
};

} // namespace cafka::core
