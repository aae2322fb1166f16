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
///   clean ──────────► gathering ───────────► in flight ──────► clean
///                         ▲                      │ acked meanwhile, or failed
///                         └──────────────────────┘
/// ```
class commit_policy {
public:
  commit_policy(duration interval, std::size_t count_max) noexcept
    : interval_(interval), count_max_(count_max) {
  }

  /// `records` became acked and a watermark moved (or a resolved start waits to
  /// be committed).
  void acked(std::size_t records, time_point now) noexcept;

  /// While a rebalance runs only urgent commits are due. Nests not.
  void hold(bool on) noexcept {
    held_ = on;
  }

  /// A revoke or a stop, or a resolved start: whatever is gathered is due now,
  /// held or not, as soon as nothing is in flight. Holds until a request is
  /// sent: with nothing gathered yet, the next ack is due at once.
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
    return in_flight_;
  }
  bool urgent() const noexcept {
    return urgent_;
  }

private:
  duration interval_;
  std::size_t count_max_;
  std::size_t gathered_ = 0; // records, not counting those of a failed request
  std::optional<time_point> since_; // empty: nothing to commit
  bool in_flight_ = false;
  bool held_ = false;
  bool urgent_ = false;
};

} // namespace cafka::core
