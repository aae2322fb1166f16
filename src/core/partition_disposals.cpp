/// The ways past records that failed.

#include "core/partition.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace cafka::core {

namespace {

using note = failure_note::kind;
using action = failure_effect::action;

bool is_stop(failure_step x) {
  return x >= failure_step::stop_partition;
}

} // namespace

void ack_effect::add(ack_effect x) {
  freed += x.freed;
  records += x.records;
  moved = moved || x.moved;
  goes_on = goes_on || x.goes_on;
  std::ranges::move(x.notes, std::back_inserter(notes));
}

/// Its bytes must still be here.
bool partition::has_way_past(offset_t x) const {
  return !rules_.then.empty() && tracker_ && tracker_->pending().contains(x)
         && log_.find(x);
}

bool partition::may_leave(offset_t x, time_point now) const {
  return failed_.failures(x) > rules_.retries && has_way_past(x)
         && (is_stop(rules_.then.front()) || row_.may_go_on(rules_, now));
}

void partition::dispose(failure_effect& to, offset_t x, bool is_rejected,
                        time_point now) {
  failed_.find(x)->way.emplace(++disposals_, is_rejected
                                               ? disposal::reason::rejected
                                               : disposal::reason::retries);
  take_step(to, x, now);
}

void partition::take_step(failure_effect& to, offset_t x, time_point now) {
  auto& failed = *failed_.find(x);
  switch (rules_.then[failed.way->step()]) {
    case failure_step::dead_letter:
      write_letter(to, x, now);
      return;
    case failure_step::skip:
      ++skipped_;
      got_past(to, x, {note::record_skipped, x, 0, failed.cause}, now);
      return;
    case failure_step::stop_partition:
      stop(to, x, action::stop_partition);
      return;
    case failure_step::stop_group:
      stop(to, x, action::stop_group);
      return;
  }
}

void partition::write_letter(failure_effect& to, offset_t x, time_point now) {
  auto& failed = *failed_.find(x);
  auto record = log_.find(x);
  if (!record) { // the handler let go of it: it comes again
    failed.way.reset();
    leave(to, x, now);
    return;
  }
  failed.way->hand_over();
  to.letters.push_back(
    {failed.way->id(), x, std::move(*record), failed.failures, failed.cause});
}

std::optional<failure_effect>
partition::reported(std::uint64_t id,
                    const std::optional<failure_cause>& failure,
                    const std::string& place, time_point now, double jitter) {
  auto* letter = failed_.find_letter(id);
  if (letter == nullptr)
    return std::nullopt;
  failure_effect result;
  auto offset = letter->first;
  letter->second.way->come_back();
  if (failure) {
    result.notes.push_back({note::dead_letter_failed, offset, 0, *failure});
    letter->second.way->note_failure(failure->text);
    step_failed(result, offset, now, jitter);
  } else {
    ++dead_lettered_;
    failure_cause where{errc::none, place, {}};
    got_past(result, offset, {note::dead_lettered, offset, 0, where}, now);
  }
  return result;
}

void partition::step_failed(failure_effect& to, offset_t x, time_point now,
                            double jitter) {
  auto& way = *failed_.find(x)->way;
  if (way.is_acked()) {
    auto before = tracker_->watermark();
    to.acked.add(apply_acks(tracker_->ack_individual({&x, 1}), before));
    leave(to, x, now);
  } else if (way.is_ordered()) {
    failed_.find(x)->way.reset(); // it is as it was before
    leave(to, x, now);
  } else if (way.step() + 1 < rules_.then.size()) {
    way.next_step();
    take_step(to, x, now);
  } else if (state_ == partition_state::draining) {
    failed_.find(x)->way.reset(); // whoever reads it next begins anew
  } else {
    way.wait_until(now + backoff(limits_, way.count_try(), jitter));
    if (leaves_ == x)
      next_try_ = way.retry_at();
  }
}

void partition::got_past(failure_effect& to, offset_t x, failure_note how,
                         time_point now) {
  auto is_flood = failed_.find(x)->way->counts_as_flood()
                  && row_.add(rules_, now);
  auto before = tracker_->watermark();
  to.acked.add(apply(tracker_->ack_individual({&x, 1}), before));
  to.notes.push_back(std::move(how));
  if (is_flood)
    to.notes.push_back({note::failure_flood, x, row_.length(), {}});
  leave(to, x, now);
}

/// Nobody waits for the record's way any more.
void partition::leave(failure_effect& to, offset_t x, time_point now) {
  if (leaves_ != x)
    return;
  leaves_.reset();
  if (state_ != partition_state::disposing)
    return;
  transition_to(partition_state::backoff);
  next_try_ = now;
  ++restarts_;
  to.worker = action::restart;
  to.delay = {};
}

void partition::stop(failure_effect& to, offset_t x, action how) {
  auto& failed = *failed_.find(x);
  failed.way.reset();
  leaves_.reset();
  if (state_ == partition_state::draining)
    return;
  incarnation_ends(failed.cause);
  transition_to(partition_state::exhausted);
  to.worker = how;
}

} // namespace cafka::core
