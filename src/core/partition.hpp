#pragma once

#include "core/delivery_log.hpp"
#include "core/offset_tracker.hpp"
#include "core/restart_policy.hpp"

#include <cafka/errc.hpp>
#include <cafka/partition_state.hpp>
#include <cafka/types.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>

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

/// What a worker's strand is to do next.
struct delivery_step {
  /// Retained records that are handed out again; nothing: the source is read.
  std::optional<redelivery> again;
  range_set skip;    ///< of the source: acked on their own already
  offset_t from = 0; ///< nothing below; 0 where the begin is not resolved
};

/// What to do after a worker ended.
struct failure_decision {
  enum class action {
    restart, ///< after `delay`
    exhaust, ///< restarts are used up
    finish,  ///< it is given back: nothing is to be restarted
  };
  action what = action::restart;
  duration delay{0};
};

/// Where the client is to go on reading a partition.
struct move_target {
  std::uint64_t id = 0; ///< tells moves of a generation apart
  offset_t to = 0;      ///< negative: logical
  /// Its position is out of the broker's range: a seek does not revive it.
  bool revive = false;
};

/// What keeps a partition from new records although its window has room.
enum class pause_reason : std::uint8_t {
  ack_ranges = 1, ///< `ack-ranges-max`: the gaps must be closed first
};

/// One held partition in one generation: what the manager keeps of it while its
/// workers come and go. Decides; the manager carries out.
///
/// ```
///              ready                worker gone           backoff over
///   starting ────────► running ───────────────► backoff ───────────────┐
///    ▲ ▲ │ worker gone  │ ▲                       ▲ ▲ │ too often      │
///    │ │ └──────────────┼─┼───────────────────────┘ │ ▼                │
///    │ │  out of range, │ │ moved, with its worker  │ exhausted        │
///    │ │  says a broker ▼ │                         │ (held, silent)   │
///    │ │           doubted┼── worker gone ──────────┤                  │
///    │ │                │ │ the leader holds it, or  │                 │
///    │ │ moved          ▼ │ not: a new generation    │                 │
///    │ └───────────── moving ── worker gone, refused ┘                 │
///    │                  ▲ some of what is passed would never come      │
///    │                  └──────────────────────────────────────────────┤
///    └──────────────────── all is accounted for ───────────────────────┘
///   any ── revoked ──► draining ── drained, or out of time ──► fenced
/// ```
///
/// Invariants: a partition has at most one current incarnation; what a former incarnation
/// says is void; tracker and log agree on what is pending. Whenever an incarnation
/// begins, `accounts_for` the source's position: every offset that the source
/// has passed is acked, retained, or a hole. It is moved only while no worker
/// reads it.
class partition {
public:
  /// `begin`: offset of the first record; negative for a logical one, which the
  /// first thing that comes from the source resolves.
  partition(generation g, offset_t begin, restart_limits limits);

  // -- the incarnation of a worker

  /// A worker starts now; its incarnation, by which its messages are told from those
  /// of former ones.
  std::uint64_t begin_incarnation() noexcept;
  bool is_current(std::uint64_t incarnation) const noexcept {
    return alive_ && incarnation == incarnation_;
  }
  bool has_worker() const noexcept {
    return alive_;
  }
  /// The last one that began.
  std::uint64_t incarnation() const noexcept {
    return incarnation_;
  }
  /// Its handler is built.
  void ready() noexcept;
  /// The worker is gone, or could not begin, for this reason.
  failure_decision worker_gone(time_point now, double jitter,
                               errc code = errc::none, std::string why = {});
  /// The backoff is over, and the source goes on at `source_position`. True: the
  /// next incarnation begins. Else the partition is to be moved first: see `target`.
  bool backoff_over(offset_t source_position);
  /// Whether nothing below `source_position` is missing here: a worker may have
  /// taken records that nobody heard of, or let go of them without an ack.
  bool accounts_for(offset_t source_position) const noexcept;

  // -- moves, and positions that are or seem out of range

  /// While moving: where to, once no former worker reads any more.
  std::optional<move_target> target() const noexcept;
  /// The client goes on there: so does the worker, or one is to begin.
  void moved() noexcept;
  /// A broker says that the position is out of its range, which may be one that
  /// takes itself for the leader. True: its leader is to be asked.
  bool doubt() noexcept;
  /// It is asked once more.
  void ask_again() noexcept {
    ++asked_;
  }
  /// How often it was since the doubt began.
  int asked() const noexcept {
    return asked_;
  }
  /// The leader holds the position: the client is moved there, and the worker
  /// reads on, which knows what it has had.
  void believe() noexcept;
  /// It is out of range: a new generation begins at `begin`, by a move.
  void reset(generation g, offset_t begin);

  // -- delivery

  /// A drain gave this; a block goes to the handler. True: it tells what the
  /// logical begin was resolved to.
  bool take(const intake& x);
  /// First retained records above `after`.
  std::optional<redelivery> next_redelivery(offset_t after) const;
  /// With the first retained records above `after`, if there are any.
  delivery_step next_step(offset_t after) const;
  /// The source goes on, whatever is retained.
  delivery_step read_step() const;
  void call_begun(time_point now) noexcept;
  void call_ended() noexcept;
  std::optional<time_point> call_since() const noexcept {
    return call_since_;
  }
  /// How long the running call takes by now, once per `limit` that it is beyond
  /// it.
  std::optional<duration> slow_call(time_point now, duration limit) noexcept;
  /// Whether the running call was told to be slow.
  bool is_slow() const noexcept {
    return slow_reports_ > 0;
  }
  /// True: it changed whether the partition is paused.
  bool set_pause(pause_reason why, bool on) noexcept;
  bool is_paused() const noexcept {
    return paused_for_ != 0;
  }

  // -- acks

  ack_effect ack(offset_t offset);
  ack_effect ack_individual(std::span<const offset_t> offsets);
  /// Those records of `x` that were delivered and are not acked.
  ack_effect ack_pending(offset_range x);
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
  /// From now on no ack and no message of the generation counts.
  void fence() noexcept;

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
  /// Why the last worker ended; `errc::none`: none has.
  errc last_error() const noexcept {
    return last_error_;
  }
  const std::string& last_error_text() const noexcept {
    return last_error_text_;
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
  void transition_to(partition_state x) noexcept;
  void resolve(offset_t begin);
  ack_effect apply(const ack_outcome& outcome, offset_t watermark_before);

  generation generation_;
  offset_t begin_;
  partition_state state_ = partition_state::starting;
  std::optional<offset_tracker> tracker_;
  delivery_log log_;
  restart_limits limits_;
  restart_policy policy_;
  range_set awaited_; // delivered, kept by a handler for an explicit ack
  std::uint64_t incarnation_ = 0;
  bool alive_ = false;
  std::uint64_t restarts_ = 0;
  std::uint64_t failures_ = 0;
  std::optional<time_point> next_try_;
  std::optional<time_point> call_since_;
  std::int64_t slow_reports_ = 0; // of the call that runs
  unsigned paused_for_ = 0;       // pause_reasons
  bool revive_ = false;           // its position is lost until it was moved
  int asked_ = 0;                 // its leader, while doubted
  std::uint64_t moves_ = 0;
  errc last_error_ = errc::none;
  std::string last_error_text_;
};

} // namespace cafka::core
