#pragma once

#include <cafka/types.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>

namespace cafka::core {

/// When to commit. Acks are gathered for an interval or up to a count; a revoke
/// or a stop commits at once. One request is in flight per group, so that a
/// retried one can never overtake a newer one.
///
/// ```
///            acked             due, or urgent        answered
///   clean ──────────► gathering ───────────► in_flight ──────► clean
///                         ▲                      │ acked meanwhile, or failed
///                         └──────────────────────┘
/// ```
///
/// The last commit of a revocation may be sent while nothing is gathered: from
/// `clean` as well.
class commit_policy {
public:
  enum class state : std::uint8_t { clean, gathering, in_flight };

  commit_policy(duration interval, std::size_t count_max) noexcept
    : interval_(interval), count_max_(count_max) {
  }

  /// `records` became acked and a watermark moved (or a resolved start waits to
  /// be committed).
  void acked(std::size_t records, time_point now) noexcept;

  /// While a rebalance runs only urgent commits are due. Does not nest.
  void pause(bool on) noexcept {
    paused_ = on;
  }

  /// A revoke or a stop, or a resolved start: whatever is gathered is due now,
  /// paused or not, as soon as nothing is in flight. It stands until a request
  /// is sent: with nothing gathered yet, the next ack is due at once.
  void urge() noexcept {
    urgent_ = true;
  }

  /// True when a request should be sent now.
  bool due(time_point now) const noexcept;

  /// From when on `due` is true if nothing but time passes; may be past.
  /// Nothing: only another event can make it true.
  std::optional<time_point> next_due() const noexcept;

  /// The request was sent; gathering begins anew.
  void sent() noexcept;

  /// Its answer came. After a failure what it held is gathered again from now
  /// on, so that it is due one interval later and a failing broker is not asked
  /// in a tight loop.
  void answered(bool ok, time_point now) noexcept;

  bool in_flight() const noexcept {
    return state_ == state::in_flight;
  }
  bool urgent() const noexcept {
    return urgent_;
  }
  state at() const noexcept {
    return state_;
  }

private:
  void transition_to(state x) noexcept;

  duration interval_;
  std::size_t count_max_;
  std::size_t gathered_ = 0; // records, not counting those of a failed request
  state state_ = state::clean;
  /// Of what is gathered, also while another request is in flight; else empty.
  std::optional<time_point> since_;
  bool paused_ = false;
  bool urgent_ = false;
};

} // namespace cafka::core
