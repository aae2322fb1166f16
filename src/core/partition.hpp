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
///    │  nothing dropped, or seek done                                  │
///    └───────────────────────────────── seeking ◄──────────────────────┘
///   any ── begin_drain ──► draining ── finished ──► given back
/// ```
///
/// Invariants: a partition has at most one current life; what a former life
/// says is void; tracker and log agree on what is pending.
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
  /// The worker is gone. `lost_records`: it took records from the source that
  /// it did not report, so that only a seek brings them back.
  failure_decision worker_gone(time_point now, double jitter,
                               bool lost_records);
  /// The backoff is over. An offset (negative: logical): seek there before the
  /// next life begins.
  std::optional<offset_t> backoff_over();

  // -- delivery

  /// The logical begin became `begin`. False: it was resolved before.
  bool resolve(offset_t begin);
  /// A new block goes to the handler; `next` is the position behind it.
  void delivered(const delivery_ptr& x, offset_t next);
  /// The source went on to `next` without a record to deliver.
  void advanced(offset_t next);
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
  bool lost_records_ = false;
  std::uint64_t restarts_ = 0;
  std::optional<time_point> call_since_;
};

} // namespace cafka::core
