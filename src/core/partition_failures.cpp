/// Calls that failed: who is to blame, one by one, and what is due.
///
/// After a call of many records that failed, and nobody knows for which, an
/// incarnation runs as `isolating`: records come one by one until all that was
/// out is through. A record that used up its retries holds the next incarnation
/// back until it is got past; one that was rejected goes that way beside its
/// worker.
///
/// ```
///               range through, or an ack overdue (then by backoff)
///     running ◄──────────────────────────────────────────── isolating
///        │ │ a call of many failed                              ▲ │
///        │ └───────────► backoff ── over ──► starting ── ready ─┘ │
///        │                 ▲  ▲ ▲                                 │
///        │ a record failed │  │ └──────── a record failed ────────┤
///        ├─────────────────┘  │                                   │
///        │ for the last time  │ got past: no backoff              │
///        └──────────────► disposing ◄─────────────────────────────┘
///                             │ stop-partition, stop-group
///                             └──► exhausted
///   running, isolating ── the step of a rejected record stops ──► exhausted
///   exhausted, disposing ── an operator's restart ──► backoff
///   any but draining, fenced ── an operator orders a dead letter ──► disposing
/// ```

#include "core/partition.hpp"

#include <algorithm>
#include <utility>

namespace cafka::core {

namespace {

using note = failure_note::kind;
using action = failure_effect::action;

} // namespace

// -- a call failed ------------------------------------------------------------

failure_effect partition::call_failed(const failed_call& x, time_point now,
                                      double jitter) {
  failure_effect result;
  auto lived = alive_;
  if (x.at && tracker_)
    result.acked.add(ack_pending({x.batch.first, *x.at}));
  auto culprit = blame(x);
  if (culprit)
    put_down(result, *culprit, x.cause);
  else if (!x.at && state_ != partition_state::draining)
    isolate(result, x.cause);
  incarnation_ends(x.cause);
  if (state_ == partition_state::draining) {
    result.worker = action::finish;
    return result;
  }
  if (!lived)
    return result;
  ++failures_;
  revive_ = revive_ || state_ == partition_state::doubted;
  if (!culprit) {
    restart(result, failures_, now, jitter);
  } else if (may_leave(*culprit, now)) {
    leaves_ = culprit;
    transition_to(partition_state::disposing);
    result.worker = action::wait;
    dispose(result, *culprit, false, now);
  } else {
    restart(result, failed_.failures(*culprit), now, jitter);
  }
  return result;
}

failure_effect partition::rejected(const failed_call& x, time_point now,
                                   double jitter) {
  if (!has_way_past(*x.at))
    return call_failed(x, now, jitter);
  failure_effect result;
  result.acked.add(ack_pending({x.batch.first, *x.at}));
  put_down(result, *x.at, x.cause);
  dispose(result, *x.at, true, now);
  check_isolation(result.acked);
  return result;
}

std::pair<ack_result, failure_effect>
partition::nack(offset_t offset, bool retry, failure_cause cause,
                time_point now, double jitter, bool ends) {
  if (auto refusal = refusal_of_nack(offset)) {
    if (refusal == ack_result::withheld && withheld_.contains(offset))
      withheld_.note_nack({offset, retry, std::move(cause)});
    return {*refusal, {}};
  }
  failed_call x{{offset, offset + 1}, 1, offset, std::move(cause)};
  if (!retry && has_way_past(offset))
    return {ack_result::accepted, rejected(x, now, jitter)};
  if (alive_ && !ends && state_ != partition_state::draining)
    return {ack_result::accepted, call_failed(x, now, jitter)};
  failure_effect result;
  put_down(result, offset, x.cause);
  return {ack_result::accepted, std::move(result)};
}

bool partition::nack_fails_worker(offset_t offset, bool retry) const {
  return alive_ && state_ != partition_state::draining
         && !refusal_of_nack(offset) && (retry || !has_way_past(offset));
}

std::optional<ack_result> partition::refusal_of_nack(offset_t offset) const {
  if (auto refusal
      = tracker_.value_or(offset_tracker{0}).check_individual({&offset, 1}))
    return refusal;
  if (!tracker_->pending().contains(offset))
    return ack_result::already_acked;
  if (withheld_.contains(offset) || failed_.is_on_its_way(offset))
    return ack_result::withheld;
  return std::nullopt;
}

failure_effect partition::begin_again(time_point now) {
  failure_effect result;
  incarnation_ends({errc::none, {}, {}});
  if (state_ == partition_state::draining) {
    result.worker = action::finish;
    return result;
  }
  revive_ = revive_ || state_ == partition_state::doubted;
  restart(result, 0, now, 0);
  next_try_ = now;
  result.delay = {};
  return result;
}

void partition::incarnation_ends(const failure_cause& cause) {
  alive_ = false;
  call_ended();
  awaited_.clear();
  isolation_.go_on();
  last_error_ = cause.code;
  last_error_text_ = cause.text;
}

/// One more failed call of the record.
void partition::put_down(failure_effect& to, offset_t x,
                         const failure_cause& cause) {
  auto& failed = failed_.failed(x, cause);
  to.notes.push_back({note::record_failed, x, failed.failures, cause});
  isolation_.failed();
  awaited_.erase({x, x + 1});
}

void partition::restart(failure_effect& to, std::size_t failures,
                        time_point now, double jitter) {
  transition_to(partition_state::backoff);
  to.worker = action::restart;
  to.delay = backoff(limits_, failures, jitter);
  next_try_ = now + to.delay;
  ++restarts_;
}

// -- who is to blame ----------------------------------------------------------

std::optional<offset_t> partition::blame(const failed_call& x) const {
  if (!tracker_ || (!x.at && x.records != 1))
    return std::nullopt;
  auto record = x.at.value_or(x.batch.first);
  if (!tracker_->pending().contains(record))
    return std::nullopt;
  if (x.at || record < isolation_.until().value_or(record) || is_alone(record))
    return record;
  return std::nullopt;
}

/// Nothing else is delivered and not acked, but what is on its way past the
/// handler.
bool partition::is_alone(offset_t x) const {
  for (auto range : tracker_->pending().ranges())
    for (auto i = range.first; i < range.last; ++i)
      if (i != x && !failed_.is_on_its_way(i))
        return false;
  return true;
}

/// All that is out is delivered again one by one.
void partition::isolate(failure_effect& to, const failure_cause& cause) {
  if (!tracker_ || !tracker_->has_pending())
    return;
  std::uint64_t records = 0;
  for (auto range : tracker_->pending().ranges())
    records += static_cast<std::uint64_t>(range.last - range.first);
  if (!isolation_.on())
    to.notes.push_back(
      {note::isolating, tracker_->watermark(), records, cause});
  isolation_.begin(tracker_->position());
}

bool partition::is_through() const {
  auto until = *isolation_.until();
  if (tracker_->position() < until)
    return false;
  auto next = log_.next_redelivery(-1, failed_.on_their_way({0, until}));
  if (!next)
    return true;
  auto first = next->indices.empty() ? 0 : next->indices.front();
  return next->from->block->offset_at(first) >= until;
}

/// Something was acked, let go of, or began its way past the handler.
void partition::check_isolation(ack_effect& to) {
  if (!isolation_.on())
    return;
  if (auto x = isolation_.waits_for();
      x && (!tracker_->pending().contains(*x) || failed_.is_on_its_way(*x))) {
    isolation_.go_on();
    to.goes_on = true;
  }
  if (!is_through())
    return;
  auto until = *isolation_.until();
  if (isolation_.end())
    to.notes.push_back({note::isolation_through, until, 0, {}});
  if (state_ == partition_state::isolating)
    transition_to(partition_state::running);
}

// -- what is due --------------------------------------------------------------

failure_effect partition::look(time_point now, double jitter) {
  failure_effect result;
  while (auto x = failed_.due(now)) {
    failed_.find(*x)->way->take_again();
    if (leaves_ == x)
      next_try_.reset();
    take_step(result, *x, now);
  }
  auto deadline = isolation_.deadline();
  if (state_ != partition_state::isolating || !deadline || now < *deadline)
    return result;
  failure_cause cause{
    errc::timed_out, "the ack of a record that came alone did not come", {}};
  result.notes.push_back(
    {note::blame_unknown, *isolation_.waits_for(), 0, cause});
  isolation_.end();
  incarnation_ends(cause);
  restart(result, ++failures_, now, jitter);
  return result;
}

std::optional<time_point> partition::next_look() const noexcept {
  auto retry = failed_.next_retry();
  auto deadline = isolation_.deadline();
  if (state_ != partition_state::isolating || !deadline)
    return retry;
  return std::min(*deadline, retry.value_or(*deadline));
}

} // namespace cafka::core
