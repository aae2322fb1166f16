#pragma once

#include "core/delivery_log.hpp"
#include "core/failed_records.hpp"
#include "core/failure_rules.hpp"
#include "core/isolation.hpp"
#include "core/offset_tracker.hpp"
#include "core/partition_effects.hpp"
#include "core/restart_policy.hpp"
#include "core/withheld_records.hpp"

#include <cafka/errc.hpp>
#include <cafka/partition_state.hpp>
#include <cafka/types.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace cafka::core {

/// One held partition in one generation: what the manager keeps of it while its
/// workers come and go. Decides; the manager carries out.
///
/// ```
///              ready                worker gone           backoff over
///   starting ────────► running ───────────────► backoff ───────────────┐
///    ▲ ▲ │ worker gone  │ ▲                       ▲ ▲                  │
///    │ │ └──────────────┼─┼───────────────────────┘ │                  │
///    │ │  out of range, │ │ moved, with its worker  │                  │
///    │ │  says a broker ▼ │                         │                  │
///    │ │           doubted┼── worker gone ──────────┤                  │
///    │ │                │ │ the leader holds it, or  │                 │
///    │ │ moved          ▼ │ not: a new generation    │                 │
///    │ └───────────── moving ── worker gone, refused ┘                 │
///    │                  ▲ some of what is passed would never come      │
///    │                  └──────────────────────────────────────────────┤
///    └──────────────────── all is accounted for ───────────────────────┘
///   with a worker ── gone too often ──► exhausted (held, silent)
///   any ── revoked ──► draining ── drained, or out of time ──► fenced
///   any ── an operator's move ──► draining ── a new generation ──► moving
/// ```
///
/// The chart in partition_failures.cpp goes on with calls that fail. `starting`
/// and `isolating` may be doubted, too. A former incarnation's word is void.
///
/// Invariants: one incarnation is current at most; tracker and log agree on
/// what is pending. When one begins, every offset that the source has passed is
/// acked, retained, or a hole. It is moved only while no worker reads it. No
/// ack passes a record that failed, before it is handled or got past.
class partition {
public:
  /// `begin`: of the first record; a logical one, below 0, is resolved by the
  /// source. `row`: of the group's last incarnation. `acked`: above `begin`.
  partition(generation g, offset_t begin, restart_limits limits,
            failure_rules rules = {}, failure_row row = {},
            const range_set& acked = {});

  // -- the incarnation of a worker

  /// A worker starts now; its number, by which its messages are known.
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
  /// The handler wants all that it did not ack once more, and nothing failed:
  /// the next incarnation begins without a backoff.
  failure_effect begin_again(time_point now);
  /// The backoff is over, and the source goes on at `source_position`. True:
  /// the next incarnation begins. Else the partition is to be moved first: see
  /// `target`.
  bool backoff_over(offset_t source_position);
  /// Whether nothing below `source_position` is missing here: a worker may have
  /// taken records that nobody heard of, or let go of them without an ack.
  bool accounts_for(offset_t source_position) const noexcept;

  // -- moves, and positions that are or seem out of range

  /// While moving: where to, once no former worker reads any more.
  std::optional<move_target> target() const noexcept;
  /// The client goes on there: so does the worker, or one is to begin.
  void moved() noexcept;
  /// A broker says that the position is out of its range, and may only take
  /// itself for the leader. True: its leader is to be asked.
  bool doubt() noexcept;
  /// It is asked once more.
  void ask_again() noexcept {
    ++asked_;
  }
  /// How often it was since the doubt began.
  int asked() const noexcept {
    return asked_;
  }
  /// The leader holds it: the client moves there, and the worker reads on.
  void believe() noexcept;
  /// It is out of range: a new generation begins at `begin`, by a move.
  void reset(generation g, offset_t begin);

  // -- delivery

  /// A drain gave this; a block goes to the handler. True: it tells what the
  /// logical begin was resolved to.
  bool take(const intake& x);
  /// First retained records above `after`, without those that are on their way
  /// past the handler. While it isolates: the lowest one alone, wherever
  /// `after` is; nothing while `waits_for_ack`.
  std::optional<redelivery> next_redelivery(offset_t after) const;
  /// With the first retained records above `after`, if there are any.
  delivery_step next_step(offset_t after) const;
  /// The source goes on, whatever is retained.
  delivery_step read_step() const;
  /// The next record of the isolated ones waits for the ack of the one before.
  bool waits_for_ack() const noexcept {
    return isolation_.waits_for().has_value();
  }
  /// Up to before here the source, too, is to give its records one by one.
  std::optional<offset_t> isolated_until() const noexcept {
    return isolation_.until();
  }
  void call_begun(time_point now) noexcept;
  /// The same of a call with records of this range.
  void call_begun(time_point now, offset_range batch) noexcept;
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
  /// True: this reason came, or went.
  bool set_pause(pause_reason why, bool on) noexcept;
  bool is_paused(pause_reason why) const noexcept {
    return (paused_for_ & static_cast<unsigned>(why)) != 0;
  }

  // -- acks

  /// From outside of the calls: passes no failed record, but for `offset`
  /// itself where that was delivered again, and none of `withhold`.
  ack_effect ack(offset_t offset);
  ack_effect ack_individual(std::span<const offset_t> offsets);
  /// A call with the records of `batch` answered that all up to `through` are
  /// processed: those of them that had failed before, too.
  ack_effect ack_call(offset_range batch, offset_t through);
  /// Those records of `x` that were delivered and are not acked.
  ack_effect ack_pending(offset_range x);
  /// Acks of one kind and of one offset each in this order, at least one, done
  /// in one go. Nothing: some would be refused, and nothing changed.
  std::optional<ack_effect> ack_each(std::span<const offset_t> offsets,
                                     bool cumulative);
  /// The handler kept the records: a drain waits for their acks.
  void await_acks(offset_range x);
  /// The same, of a call that ended now; so does the next call while it
  /// isolates.
  void await_acks(offset_range x, time_point now);
  /// The handler let go of the records of one call without an ack.
  ack_effect drop(offset_range batch);
  /// The answer of their call waits for outputs: no explicit ack and no drain
  /// passes them, until they count again.
  void withhold(offset_range batch) {
    withheld_.insert(batch);
  }
  /// What was said of them meanwhile is to be done behind the answer.
  withheld_records::words count_again(offset_range batch) {
    return withheld_.release(batch);
  }
  /// The answer is void.
  void forget_answer(offset_range batch);
  /// Of what was said meanwhile: where the answer left something to ack.
  ack_effect ack_early(const range_set& acked);

  // -- failures

  /// A handler call failed, or one of its outputs cannot be written: what lies
  /// below `x.at` in its batch is acked. Its worker is gone, or ends with this.
  failure_effect call_failed(const failed_call& x, time_point now,
                             double jitter);
  /// The handler rejected the record `x.at`: to try again is no use. Where
  /// there is a way past it, its worker goes on.
  failure_effect rejected(const failed_call& x, time_point now, double jitter);
  /// Somebody outside of the calls says that a record failed; without `retry`
  /// it is rejected. Refused like an ack. `ends`: its worker does.
  std::pair<ack_result, failure_effect>
  nack(offset_t offset, bool retry, failure_cause cause, time_point now,
       double jitter, bool ends = false);
  /// Whether a `nack` would be accepted and its worker would fail with it.
  bool nack_fails_worker(offset_t offset, bool retry) const;
  /// The report of a dead letter. `failure`: it could not be written; else
  /// `place` says where it is. Nothing: nobody waits for it any more.
  std::optional<failure_effect>
  reported(std::uint64_t id, const std::optional<failure_cause>& failure,
           const std::string& place, time_point now, double jitter);
  /// What is due by now; see `next_look`.
  failure_effect look(time_point now, double jitter);
  std::optional<time_point> next_look() const noexcept;
  /// To be kept while the partition is held, across restarts of the group.
  const failure_row& row() const noexcept {
    return row_;
  }
  /// The lowest record that failed and is neither handled nor got past.
  std::optional<offset_t> failing_offset() const noexcept {
    return failed_.first();
  }
  const failed_records& failed() const noexcept {
    return failed_;
  }
  /// Got past without being handled, in this generation.
  std::uint64_t dead_lettered() const noexcept {
    return dead_lettered_;
  }
  std::uint64_t skipped() const noexcept {
    return skipped_;
  }

  // -- giving back

  void begin_drain() noexcept;
  /// The worker finished in order; it sends nothing more.
  void worker_drained() noexcept;
  /// Nothing is left to wait for: no worker, no ack that a handler owes, no
  /// report of a dead letter or an output.
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
  /// Its backoff is over by `now`, and no successor has begun.
  bool is_due(time_point now) const noexcept;
  /// When the backoff is over, or a step past a record is tried again; nothing
  /// where neither is waited for.
  std::optional<time_point> next_try() const noexcept {
    return next_try_ ? next_try_ : failed_.next_retry();
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
  friend class partition_orders;
  void transition_to(partition_state x) noexcept;
  void go_on() noexcept;
  void resolve(offset_t begin);
  ack_effect apply(const ack_outcome& outcome, offset_t watermark_before);
  ack_effect apply_acks(const ack_outcome& outcome, offset_t watermark_before);
  std::vector<offset_t> passable(std::span<const offset_t> offsets);
  void forget_deliveries() noexcept;

  // partition_failures.cpp
  void incarnation_ends(const failure_cause& cause);
  void put_down(failure_effect& to, offset_t x, const failure_cause& cause);
  std::optional<ack_result> refusal_of_nack(offset_t offset) const;
  std::optional<offset_t> blame(const failed_call& x) const;
  bool is_alone(offset_t x) const;
  bool has_way_past(offset_t x) const;
  bool may_leave(offset_t x, time_point now) const;
  void isolate(failure_effect& to, const failure_cause& cause);
  bool is_through() const;
  void check_isolation(ack_effect& to);
  void restart(failure_effect& to, std::size_t failures, time_point now,
               double jitter);
  void dispose(failure_effect& to, offset_t x, bool is_rejected,
               time_point now);
  void take_step(failure_effect& to, offset_t x, time_point now);
  void write_letter(failure_effect& to, offset_t x, time_point now);
  void step_failed(failure_effect& to, offset_t x, time_point now,
                   double jitter);
  void got_past(failure_effect& to, offset_t x, failure_note how,
                time_point now);
  void leave(failure_effect& to, offset_t x, time_point now);
  void stop(failure_effect& to, offset_t x, failure_effect::action how);

  generation generation_;
  offset_t begin_;
  partition_state state_ = partition_state::starting;
  std::optional<offset_tracker> tracker_;
  delivery_log log_;
  restart_limits limits_;
  restart_policy policy_;
  failure_rules rules_;
  failure_row row_;
  failed_records failed_;
  isolation isolation_;
  std::optional<offset_t> leaves_; // the successor waits for its way
  withheld_records withheld_;
  std::uint64_t disposals_ = 0;
  std::uint64_t dead_lettered_ = 0;
  std::uint64_t skipped_ = 0;
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
