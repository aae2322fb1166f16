/// What happens when records fail: who is told, dead letters, and what becomes
/// of the worker.

#include "actors/group_manager/record_failures.hpp"

#include "actors/group_manager/group_manager_parts.hpp"
#include "actors/partition_worker/delivery_loop.hpp"

#include <optional>
#include <utility>

namespace cafka::actors {

namespace {

using action = core::failure_effect::action;

event_kind kind_of(core::failure_note::kind x) {
  using note = core::failure_note::kind;
  switch (x) {
    case note::record_failed:
      return event_kind::record_failed;
    case note::isolating:
      return event_kind::isolating;
    case note::isolation_through:
      return event_kind::isolation_through;
    case note::blame_unknown:
      return event_kind::blame_unknown;
    case note::dead_lettered:
      return event_kind::dead_lettered;
    case note::dead_letter_failed:
      return event_kind::dead_letter_failed;
    case note::record_skipped:
      return event_kind::record_skipped;
    case note::failure_flood:
      break;
  }
  return event_kind::failure_flood;
}

/// Copied out of its block, so that its report may be long in coming.
owned_record record_of(const core::dead_letter_order& x,
                       const held_partition& of) {
  record_block::builder copy;
  copy.add_copy(*x.record.from->block, x.record.indices.front());
  return {copy.finish(), x.failures, of.identity, x.failures};
}

core::letter_cause cause_of(const core::dead_letter_order& x) {
  core::letter_cause result;
  result.failures = x.failures;
  result.error_class = x.cause.kind;
  result.cause = x.cause.text;
  return result;
}

} // namespace

record_failures::record_failures(group_manager_parts& parts)
  : parts_(parts), context_(parts.context) {
}

void record_failures::publish(const topic_partition& tp,
                              const held_partition& x,
                              const std::vector<core::failure_note>& notes) {
  for (auto& note : notes) {
    context_.publish(kind_of(note.what), tp, x.machine.gen(), note.offset,
                     note.count, note.cause.code, note.cause.text);
    parts_.disposals.on_note(tp, note);
  }
}

void record_failures::carry_out(const topic_partition& tp, held_partition& x,
                                const core::failure_effect& effect) {
  publish(tp, x, effect.notes);
  parts_.acks.apply(tp, x, effect.acked);
  if (x.has_running_worker())
    x.worker->loop->count_exactly();
  if (x.machine.state() == partition_state::starting && x.worker)
    x.worker->loop->withdraw();
  for (auto& order : effect.letters)
    parts_.writes.write(
      write_dead_letter{0, record_of(order, x), cause_of(order)}, order.id);
  if (auto at = x.machine.next_look())
    context_.arm(*at);
  if (effect.worker != action::none)
    see_to_worker(tp, x, effect);
}

/// `x` may be gone afterwards.
void record_failures::see_to_worker(const topic_partition& tp,
                                    held_partition& x,
                                    const core::failure_effect& effect) {
  auto code = x.machine.last_error();
  auto text = x.machine.last_error_text();
  if (x.worker && x.worker->id.generation == x.machine.gen()) {
    if (code != errc::none) // else it begins again
      context_.publish(event_kind::worker_failed, tp, x.machine.gen(), -1, 0,
                       code, text);
    parts_.workers.end(x);
  }
  switch (effect.worker) {
    case action::restart:
      parts_.workers.begin_backoff(tp, x, effect.delay);
      return;
    case action::stop_partition:
    case action::stop_group:
      parts_.workers.give_up(tp, x, effect.worker == action::stop_group, code,
                             text);
      return;
    case action::finish:
      parts_.rebalance.check_drained(tp, x);
      return;
    case action::none:
    case action::wait:
      return;
  }
}

void record_failures::note_row(const topic_partition& tp, held_partition& x) {
  if (x.machine.row() == x.noted_row)
    return;
  x.noted_row = x.machine.row();
  context_.registry->note_row(tp, x.noted_row);
}

ack_result record_failures::take(const topic_partition& tp, held_partition& x,
                                 const nack& of) {
  core::failure_cause cause{of.retry ? errc::handler_failed
                                     : errc::record_rejected,
                            of.cause, of.retry ? "failed" : "rejected"};
  if (x.has_running_worker()
      && x.machine.nack_fails_worker(of.offset, of.retry)) {
    parts_.workers.fail_with(
      x, {{of.offset, of.offset + 1}, 1, of.offset, std::move(cause)});
    return ack_result::accepted;
  }
  auto [result, effect] = x.machine.nack(of.offset, of.retry, std::move(cause),
                                         context_.now(), context_.jitter(),
                                         !x.has_running_worker());
  if (result == ack_result::accepted)
    carry_out(tp, x, effect);
  return result;
}

void record_failures::on_letter(const topic_partition& tp, held_partition& x,
                                const write_report& report) {
  std::optional<core::failure_cause> failure;
  if (report.failure)
    failure = {errc::dead_letter_failed, report.failure.text, {}};
  auto effect = x.machine.reported(report.id, failure, report.where,
                                   context_.now(), context_.jitter());
  if (!context_.is_current(effect.has_value()))
    return; // all was forgotten meanwhile
  carry_out(tp, x, *effect);
  parts_.rebalance.check_drained(tp);
}

void record_failures::look(time_point t) {
  std::vector<topic_partition> due;
  for (auto& [tp, x] : context_.held)
    if (auto at = x.machine.next_look(); at && *at <= t)
      due.push_back(tp);
  for (auto& tp : due)
    if (auto* held = context_.look_up(tp))
      carry_out(tp, *held, held->machine.look(t, context_.jitter()));
  for (auto& [tp, x] : context_.held)
    if (auto at = x.machine.next_look())
      context_.arm(*at);
}

} // namespace cafka::actors
