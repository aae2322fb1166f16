/// Answers that count when their outputs are written, and those behind them.

#include "actors/group_manager/group_manager.hpp"
#include "actors/partition_worker/delivery_loop.hpp"

#include <utility>

namespace cafka::actors {

namespace {

/// The records that the answer decides on: the rest of its batch comes again.
offset_range decided_by(const call_ended& x) {
  if (x.answer == handler_answer::kind::ack_through)
    return {x.batch.first, x.through + 1};
  return x.batch;
}

/// It may have been given back; null then.
template <class Map>
held_partition* still_held(Map& held, const topic_partition& tp, generation g) {
  auto i = held.find(tp);
  return i != held.end() && i->second.takes_acks(g) ? &i->second : nullptr;
}

} // namespace

/// The call is over; its answer stands in line.
void group_manager_state::wait_for_outputs(const topic_partition& tp,
                                           held_partition& x,
                                           const call_ended& ended) {
  auto has_outputs = ended.rest && !ended.rest->outputs.empty();
  auto outputs = has_outputs ? std::move(ended.rest->outputs)
                             : std::vector<output>{};
  auto bytes = has_outputs ? ended.rest->bytes : 0;
  auto records = decided_by(ended);
  auto id = x.answers.add(ended, records, has_outputs ? 1 : 0, bytes);
  if (records.first < records.last)
    x.machine.withhold(records);
  if (x.machine.state() == partition_state::isolating)
    keep(x, records);
  if (x.has_running_worker())
    x.worker->loop->count_exactly();
  if (has_outputs)
    link_.write(write_outputs{0, tp, x.machine.gen(), std::move(outputs)}, id);
}

/// All outputs of one answer are written, or one cannot be.
void group_manager_state::on_outputs(const topic_partition& tp,
                                     held_partition& x,
                                     const write_report& report) {
  auto g = x.machine.gen();
  if (report.failure)
    void_answers(tp, x, report);
  else
    count_answers(tp, x, report.id);
  auto* held = still_held(held_, tp, g);
  if (held == nullptr)
    return;
  if (held->answers.empty() && std::exchange(held->successor_waits, false))
    on_backoff_elapsed({tp, g});
  deliver_if_waiting(*held);
  check_drained(tp, *held);
}

/// The first ones in line that have all their reports.
void group_manager_state::count_answers(const topic_partition& tp,
                                        held_partition& x, std::uint64_t id) {
  auto g = x.machine.gen();
  auto before = x.answers.bytes();
  auto counted = x.answers.written(id);
  if (x.has_running_worker()) {
    x.worker->loop->free_outputs(before - x.answers.bytes());
    x.worker->loop->look_again();
  }
  for (auto& answer : counted)
    x.machine.count_again(decided_by(answer));
  for (auto& answer : counted)
    if (auto* held = still_held(held_, tp, g))
      count(*held, answer);
}

/// This one has failed, and those behind it are as if they had not been given.
void group_manager_state::void_answers(const topic_partition& tp,
                                       held_partition& x,
                                       const write_report& report) {
  auto failed = x.answers.failed(report.id);
  if (failed.empty())
    return; // it was void
  for (auto& answer : failed)
    x.machine.count_again(decided_by(answer));
  auto& first = failed.front();
  auto call = first.rest->failed;
  call.cause.text = report.failure.text;
  publish(event_kind::output_failed, tp, x.machine.gen(), first.batch.first, 0,
          report.failure.code, report.failure.text);
  if (!x.has_running_worker()) {
    carry_out(tp, x, x.machine.call_failed(call, now(), jitter()));
    return;
  }
  x.worker->is_void = true;
  fail_worker(x, std::move(call));
}

} // namespace cafka::actors
