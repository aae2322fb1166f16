/// What happens when records fail: who is told, dead letters, and what becomes
/// of the worker.

#include "actors/group_manager/group_manager.hpp"
#include "actors/partition_worker/delivery_loop.hpp"

#include <algorithm>
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

double group_manager_state::jitter() {
  return std::uniform_real_distribution<double>{0, 1}(random_);
}

void group_manager_state::publish(
  const topic_partition& tp, const held_partition& x,
  const std::vector<core::failure_note>& notes) {
  for (auto& note : notes)
    publish(kind_of(note.what), tp, x.machine.gen(), note.offset, note.count,
            note.cause.code, note.cause.text);
}

/// `x` may be gone afterwards.
void group_manager_state::carry_out(const topic_partition& tp,
                                    held_partition& x,
                                    const core::failure_effect& effect) {
  publish(tp, x, effect.notes);
  apply(tp, x, effect.acked);
  note_row(tp, x);
  if (x.has_running_worker())
    x.worker->loop->count_exactly();
  if (x.machine.state() == partition_state::starting && x.worker)
    x.worker->loop->withdraw();
  for (auto& order : effect.letters)
    link_.write(write_dead_letter{0, record_of(order, x), cause_of(order)},
                order.id);
  if (auto at = x.machine.next_look())
    arm(*at);
  if (effect.worker != action::none)
    see_to_worker(tp, x, effect);
}

/// The same of `x`.
void group_manager_state::see_to_worker(const topic_partition& tp,
                                        held_partition& x,
                                        const core::failure_effect& effect) {
  auto code = x.machine.last_error();
  auto text = x.machine.last_error_text();
  if (x.worker && x.worker->id.generation == x.machine.gen()) {
    publish(event_kind::worker_failed, tp, x.machine.gen(), -1, 0, code, text);
    end_worker(x);
  }
  switch (effect.worker) {
    case action::restart:
      begin_backoff(tp, x, effect.delay);
      return;
    case action::stop_partition:
    case action::stop_group:
      give_up(tp, x, effect.worker == action::stop_group, code, text);
      return;
    case action::finish:
      check_drained(tp, x);
      return;
    case action::none:
    case action::wait:
      return;
  }
}

void group_manager_state::note_row(const topic_partition& tp,
                                   held_partition& x) {
  if (x.machine.row() == x.noted_row)
    return;
  x.noted_row = x.machine.row();
  registry_->note_row(tp, x.noted_row);
}

/// A call failed that had ended, or a record that was kept, while their worker
/// may read. It ends, and what its strand said until then counts first.
void group_manager_state::fail_worker(held_partition& x,
                                      core::failed_call call) {
  x.worker->loop->end();
  x.worker->ends = true;
  registry_->buffer()->put(incarnation_failed{
    x.worker->id, call.cause.code, call.cause.text, std::move(call)});
}

// -- records that failed outside of the calls ------------------------------------

ack_reply group_manager_state::on_nack(const nack& x) {
  topic_partition tp{x.topic, x.partition};
  auto i = held_.find(tp);
  auto result = i == held_.end() ? ack_result::not_held
                : !i->second.takes_acks(x.generation)
                  ? ack_result::stale_generation
                  : on_nack(tp, i->second, x);
  if (is_refused(result))
    refusals_.add(publisher_, tp, x.generation, result);
  i = held_.find(tp); // it may have been given back
  return {result, i == held_.end() ? -1 : i->second.watermark()};
}

ack_result group_manager_state::on_nack(const topic_partition& tp,
                                        held_partition& x, const nack& of) {
  core::failure_cause cause{of.retry ? errc::handler_failed
                                     : errc::record_rejected,
                            of.cause, of.retry ? "failed" : "rejected"};
  if (x.has_running_worker()
      && x.machine.nack_fails_worker(of.offset, of.retry)) {
    fail_worker(x,
                {{of.offset, of.offset + 1}, 1, of.offset, std::move(cause)});
    return ack_result::accepted;
  }
  auto [result, effect] = x.machine.nack(of.offset, of.retry, std::move(cause),
                                         now(), jitter(),
                                         !x.has_running_worker());
  if (result == ack_result::accepted)
    carry_out(tp, x, effect);
  return result;
}

// -- dead letters ----------------------------------------------------------------

/// Before the first record is handed out it is known whether the topics for dead
/// letters are there. True: it is.
bool group_manager_state::knows_letter_topics() {
  auto& steps = rules_.then;
  if (std::ranges::find(steps, failure_step::dead_letter) == steps.end()
      || letter_topics_ == letter_topics_state::known)
    return true;
  if (letter_topics_ == letter_topics_state::unknown) {
    letter_topics_ = letter_topics_state::asked;
    link_.check({0, options_->config.topics});
  }
  return false;
}

void group_manager_state::on_letter_topics(const letter_topics_checked& x) {
  if (!link_.accept(x))
    return;
  letter_topics_ = letter_topics_state::known;
  if (x.missing) {
    on_stop(close_reason::stopped,
            make_error(errc::dead_letter_topic_missing, x.failure.text));
    return;
  }
  if (x.failure) // it is seen again, and told, where one is to be written
    publish(event_kind::client_error, {}, {}, -1, 0, x.failure.code,
            x.failure.text);
  for (auto& [tp, held] : held_)
    if (held.machine.state() == partition_state::starting && !held.worker)
      spawn_worker(tp, held);
}

void group_manager_state::on_report(const write_report& x) {
  if (auto accepted = link_.accept(x))
    take_report(*accepted);
}

/// Of a dead letter, or of outputs.
void group_manager_state::take_report(const write_report& x) {
  auto* held = find(x.source, x.generation);
  if (held == nullptr)
    return;
  if (x.offset < 0) {
    on_outputs(x.source, *held, x);
    return;
  }
  std::optional<core::failure_cause> failure;
  if (x.failure)
    failure = {errc::dead_letter_failed, x.failure.text, {}};
  auto effect = held->machine.reported(x.id, failure, x.where, now(), jitter());
  if (!effect) {
    ++stale_dropped_; // all was forgotten meanwhile
    return;
  }
  carry_out(x.source, *held, *effect);
  check_drained(x.source);
}

void group_manager_state::on_producer_down(std::uint64_t incarnation,
                                           const caf::error& cause) {
  kafka::error why;
  why.code = errc::other_client_error;
  why.text = "the group's producer ended: " + text_of(cause);
  link_.on_down(incarnation, why);
}

// -- what is due -----------------------------------------------------------------

void group_manager_state::look_at_failures(time_point t) {
  std::vector<topic_partition> due;
  for (auto& [tp, x] : held_)
    if (auto at = x.machine.next_look(); at && *at <= t)
      due.push_back(tp);
  for (auto& tp : due)
    if (auto i = held_.find(tp); i != held_.end())
      carry_out(tp, i->second, i->second.machine.look(t, jitter()));
  for (auto& [tp, x] : held_)
    if (auto at = x.machine.next_look())
      arm(*at);
}

} // namespace cafka::actors
