#pragma once

#include "core/delivery_log.hpp"
#include "core/offset_tracker.hpp"
#include "core/restart_policy.hpp"

#include <cafka/partition_state.hpp>
#include <cafka/types.hpp>

#include <cstdint>
#include <optional>
#include <span>

namespace cafka::core {

/// What an ack or a handler's answer did to a partition.
struct ack_effect {
  ack_result result = ack_result::accepted;
  volume freed;            ///< what left the window
  std::size_t records = 0; ///< became acked
  bool moved = false;      ///< the watermark
};

/// What one drain of the source gave, as the partition keeps it.
struct intake {
  /// Null: there was nothing to deliver.
  delivery_ptr block;
  /// The source's position behind it, if it moved.
  std::optional<offset_t> next;
  /// What a logical begin was resolved to.
  std::optional<offset_t> resolved_begin;
};

/// What to do after a worker ended.
struct failure_decision {
  enum class action {
    restart, ///< after `delay`
    exhaust, ///< restarts are used up
    finish,  ///< it was draining: nothing is to be restarted
  };
  action what = action::restart;
  duration delay{0};
};

/// One held partition in one generation: what the manager keeps of it while its
/// workers come and go. Decides; the manager carries out.
///
/// ```
///              ready                worker gone           backoff over
///   starting ─────────► running ──────────────► backoff ───────────────┐
///    ▲  │                  │                     │  ▲ │                │
///    │  └──────────────────┼──── worker gone ────┘  │ │ intensity      │
///    │                     │                        │ ▼ exceeded       │
///    │                     │               exhausted (held, silent)    │
///    │  all is accounted for, or seek done                             │
///    └───────────────────────────────── seeking ◄──────────────────────┘
///   any ── begin_drain ──► draining ── finished ──► given back
/// ```
///
/// Invariants: a partition has at most one current life; what a former life
/// says is void; tracker and log agree on what is pending. Whenever a life
/// begins, `accounts_for` the source's position: every offset that the source
/// has passed is acked, retained, or a hole.
class partition {
public:
  /// `begin`: offset of the first record; negative for a logical one, which the
  /// first thing that comes from the source resolves.
  partition(generation g, offset_t begin, restart_limits limits);

  // -- the life of a worker

  /// A worker starts now; its life, by which its messages are told from those
  /// of former ones.
  std::uint64_t begin_life() noexcept;
  bool is_current(std::uint64_t life) const noexcept {
    return alive_ && life == life_;
  }
  bool has_worker() const noexcept {
    return alive_;
  }
  /// Its handler is built.
  void ready() noexcept;
  /// The worker is gone.
  failure_decision worker_gone(time_point now, double jitter);
  /// The backoff is over, and the source goes on at `source_position`. An offset
  /// (negative: logical): seek there before the next life begins, because some
  /// of what lies between would never come; or in any case, if `must_seek`.
  std::optional<offset_t> backoff_over(offset_t source_position,
                                       bool must_seek = false);
  /// Whether nothing below `source_position` is missing here: a worker may have
  /// taken records that nobody heard of, or let go of them without an ack.
  bool accounts_for(offset_t source_position) const noexcept;

  // -- delivery

  /// A drain gave this; a block goes to the handler. True: it tells what the
  /// logical begin was resolved to.
  bool take(const intake& x);
  /// First retained records above `after`.
  std::optional<redelivery> next_redelivery(offset_t after) const;
  void call_begun(time_point now) noexcept;
  void call_ended() noexcept;
  std::optional<time_point> call_since() const noexcept {
    return call_since_;
  }

  // -- acks

  ack_effect ack(offset_t offset);
  ack_effect ack_individual(std::span<const offset_t> offsets);
  /// Acks of one kind and of one offset each in this order, at least one, done
  /// in one go. Nothing: some would be refused, and nothing changed.
  std::optional<ack_effect> ack_each(std::span<const offset_t> offsets,
                                     bool cumulative);
  /// The handler kept the records: a drain waits for their acks.
  void await_acks(offset_range x);
  /// The handler let go of the records without an ack.
  volume drop(const delivery_ptr& x);

  // -- giving back

  void begin_drain() noexcept;
  /// The worker finished in order; it sends nothing more.
  void worker_drained() noexcept;
  /// Nothing is left to wait for: no worker, no ack that a handler owes.
  bool drained() const noexcept;

  // -- facts

  partition_state state() const noexcept {
    return state_;
  }
  cafka::generation gen() const noexcept {
    return generation_;
  }
  std::uint64_t restarts() const noexcept {
    return restarts_;
  }
  /// Workers that failed since the watermark moved.
  std::uint64_t failures() const noexcept {
    return failures_;
  }
  /// When the backoff is over; nothing where none runs.
  std::optional<time_point> next_try() const noexcept {
    return next_try_;
  }
  /// As assigned; negative: logical.
  offset_t begin() const noexcept {
    return begin_;
  }
  /// Nothing while the begin is not resolved.
  const std::optional<offset_tracker>& tracker() const noexcept {
    return tracker_;
  }
  volume retained() const noexcept {
    return log_.retained();
  }

private:
  void resolve(offset_t begin);
  ack_effect apply(const ack_outcome& outcome, offset_t watermark_before);

  generation generation_;
  offset_t begin_;
  partition_state state_ = partition_state::starting;
  std::optional<offset_tracker> tracker_;
  delivery_log log_;
  restart_policy policy_;
  range_set awaited_; // delivered, kept by a handler for an explicit ack
  std::uint64_t life_ = 0;
  bool alive_ = false;
  std::uint64_t restarts_ = 0;
  std::uint64_t failures_ = 0;
  std::optional<time_point> next_try_;
  std::optional<time_point> call_since_;
};

} // namespace cafka::core
