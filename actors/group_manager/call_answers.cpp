/// What the answers of handler calls do, at once or when their outputs are
/// written.

#include "actors/group_manager/call_answers.hpp"

#include "actors/group_manager/group_manager_parts.hpp"
#include "actors/partition_worker/delivery_loop.hpp"

#include <utility>
#include <vector>

namespace cafka::actors {

namespace {

using kind = handler_answer::kind;

/// The records that the answer decides on: the rest of its batch comes again.
offset_range decided_by(const call_ended& x) {
  if (x.answer == kind::ack_through)
    return {x.batch.first, x.through + 1};
  if (x.answer == kind::reject) // up to what it names
    return {x.batch.first, x.through + 2};
  return x.batch;
}

bool has_outputs(const call_ended& x) {
  return x.rest && !x.rest->outputs.empty();
}

} // namespace

call_answers::call_answers(group_manager_parts& parts)
  : parts_(parts), context_(parts.context) {
}

void call_answers::take(const topic_partition& tp, held_partition& x,
                        const call_ended& ended) {
  auto is_through = ended.answer == kind::ack_through;
  auto comes_again = ended.answer == kind::reject
                     || (is_through && ended.through + 1 < ended.batch.last);
  x.worker->turns.call_ended(comes_again,
                             is_through && ended.through < ended.batch.first);
  if (has_outputs(ended) || !x.answers.empty())
    wait_for_outputs(tp, x, ended);
  else
    count(x, ended);
}

/// `x` may be gone afterwards.
void call_answers::count(held_partition& x, const call_ended& ended) {
  auto& tp = ended.from.tp;
  switch (ended.answer) {
    case kind::ack:
      ack(x, ended);
      return;
    case kind::ack_through:
      if (ended.through >= ended.batch.first)
        ack(x, ended);
      return;
    case kind::ack_through_keep:
      ack(x, ended);
      keep(x, {ended.through + 1, ended.batch.last});
      return;
    case kind::no_ack:
      keep(x, ended.batch);
      return;
    case kind::continued:
      parts_.acks.apply(tp, x, x.machine.drop(ended.batch));
      return;
    case kind::reject:
      parts_.failures.carry_out(tp, x,
                                x.machine.rejected(ended.rest->failed,
                                                   context_.now(),
                                                   context_.jitter()));
      return;
    case kind::failed_at: // the worker ends with it instead
    case kind::failed:
      return;
  }
}

void call_answers::ack(held_partition& x, const call_ended& ended) {
  auto effect = x.machine.ack_call(ended.batch, ended.through);
  // Explicit acks of the same records may have come first.
  if (effect.result == ack_result::accepted)
    parts_.acks.apply(ended.from.tp, x, effect);
}

/// Whoever has the records acks them.
void call_answers::keep(held_partition& x, offset_range records) {
  x.machine.await_acks(records, context_.now());
  if (auto at = x.machine.next_look())
    context_.arm(*at);
}

// -- outputs ------------------------------------------------------------------

/// The call is over; its answer stands in line.
void call_answers::wait_for_outputs(const topic_partition& tp,
                                    held_partition& x,
                                    const call_ended& ended) {
  auto writes = has_outputs(ended);
  auto outputs = writes ? std::move(ended.rest->outputs)
                        : std::vector<output>{};
  auto bytes = writes ? ended.rest->bytes : 0;
  if (writes)
    ended.rest->outputs_taken = outputs.size();
  auto records = decided_by(ended);
  auto id = x.answers.add(ended, records, writes ? 1 : 0, bytes);
  if (records.first < records.last)
    x.machine.withhold(records);
  if (x.machine.state() == partition_state::isolating)
    keep(x, records);
  if (x.has_running_worker())
    x.worker->loop->count_exactly();
  if (writes)
    parts_.writes.write(
      write_outputs{0, tp, x.machine.gen(), std::move(outputs)}, id);
}

void call_answers::on_outputs(const topic_partition& tp, held_partition& x,
                              const write_report& report) {
  auto g = x.machine.gen();
  if (report.failure)
    void_failed(tp, x, report);
  else
    count_written(tp, x, report.id);
  auto* held = context_.look_up(tp, g);
  if (held == nullptr)
    return;
  if (held->has_running_worker())
    held->worker->loop->look_again(); // where outputs alone made room
  if (held->answers.empty() && held->machine.is_due(context_.now()))
    parts_.workers.on_backoff_elapsed({tp, g});
  parts_.workers.deliver_if_waiting(*held);
  parts_.rebalance.check_drained(tp, *held);
}

/// The first ones in line that have all their reports.
void call_answers::count_written(const topic_partition& tp, held_partition& x,
                                 std::uint64_t id) {
  auto g = x.machine.gen();
  auto before = x.answers.bytes();
  auto counted = x.answers.written(id);
  if (x.has_running_worker())
    x.worker->loop->free_outputs(before - x.answers.bytes());
  std::vector<core::withheld_records::words> said;
  for (auto& answer : counted) {
    said.push_back(x.machine.count_again(decided_by(answer)));
    if (answer.rest)
      context_.counts().outputs_written(answer.rest->outputs_taken);
  }
  for (std::size_t i = 0; i < counted.size(); ++i) {
    if (auto* held = context_.look_up(tp, g))
      count(*held, counted[i]);
    take_early(tp, g, said[i]);
  }
}

/// What others said of the records before the answer of their call counted.
void call_answers::take_early(const topic_partition& tp, generation g,
                              core::withheld_records::words& said) {
  if (auto* held = context_.look_up(tp, g); held && !said.acked.empty())
    parts_.acks.apply(tp, *held, held->machine.ack_early(said.acked));
  for (auto& x : said.nacked)
    if (auto* held = context_.look_up(tp, g))
      parts_.failures.take(tp, *held,
                           {tp.topic, tp.partition, g, x.offset,
                            std::move(x.cause.text), x.retry});
}

/// This one has failed, and those behind it are as if they had not been given.
void call_answers::void_failed(const topic_partition& tp, held_partition& x,
                               const write_report& report) {
  auto failed = x.answers.failed(report.id);
  if (failed.empty())
    return; // it was void
  context_.counts().outputs_failed();
  for (auto& answer : failed)
    x.machine.forget_answer(decided_by(answer));
  auto& first = failed.front();
  auto call = first.rest->failed;
  call.cause.text = report.failure.text;
  context_.publish(event_kind::output_failed, tp, x.machine.gen(),
                   first.batch.first, 0, report.failure.code,
                   report.failure.text);
  if (x.machine.state() == partition_state::draining && x.worker) {
    x.worker->turns.end(true); // a call that runs is still waited for
    return;
  }
  if (!x.has_running_worker()) {
    parts_.failures.carry_out(
      tp, x, x.machine.call_failed(call, context_.now(), context_.jitter()));
    return;
  }
  parts_.workers.fail_with(x, std::move(call), true);
}

} // namespace cafka::actors
