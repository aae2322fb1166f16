/// What happens while a worker calls the handler.

#include "actors/group_manager/group_manager.hpp"
#include "actors/partition_worker/delivery_loop.hpp"

#include <utility>

namespace cafka::actors {

void group_manager_state::on(const handler_built& x) {
  auto* held = find(x.from);
  if (held == nullptr)
    return;
  held->machine.ready();
  held->machine.call_ended();
}

void group_manager_state::on(const worker_ready& x) {
  auto* held = find(x.from);
  if (held == nullptr)
    return;
  held->machine.ready();
  held->machine.call_ended();
  auto& worker = *held->worker;
  if (worker.acked_nothing > 1) {
    worker.acked_nothing = 1;
    compat::send_after(self_, manager_actor{self_},
                       caf::timespan{options_->config.restart_backoff_min},
                       redelivery_due{x});
    return;
  }
  deliver(*held, x.after);
}

void group_manager_state::go_on(held_partition& x, core::delivery_step step) {
  x.worker->reads = !step.again;
  x.worker->loop->go_on(std::move(step));
}

/// Its worker waits for what comes next.
void group_manager_state::deliver(held_partition& x, offset_t after) {
  if (x.machine.waits_for_ack() || x.has_full_outputs()) {
    x.worker->waits_after = after;
    return;
  }
  auto step = x.machine.next_step(after);
  // Else it is read when it was moved.
  if (step.again || x.machine.state() == partition_state::running
      || x.machine.state() == partition_state::isolating)
    go_on(x, std::move(step));
}

void group_manager_state::deliver_if_waiting(held_partition& x) {
  if (!x.has_running_worker())
    return;
  if (auto after = std::exchange(x.worker->waits_after, std::nullopt))
    deliver(x, *after);
}

void group_manager_state::on(const call_begun& x) {
  if (auto* held = find(x.from))
    begin_call(x.from.tp, *held, x.batch);
}

void group_manager_state::on(const source_drained& x) {
  if (x.before)
    on(*x.before);
  auto* held = find(x.from);
  if (!held)
    return;
  auto resolves = held->machine.take(x.what);
  if (resolves) {
    publish(event_kind::begin_resolved, x.from.tp, x.from.generation,
            *x.what.resolved_begin);
    // Committed at once, so that a crash before the first ack does not skip
    // what comes in between.
    commits_.acked(0, now());
    commits_.urge();
  }
  if (auto& block = x.what.block)
    begin_call(x.from.tp, *held,
               {block->block->offset_at(0),
                block->block->offset_at(block->block->size() - 1) + 1});
  if (resolves || !x.what.block)
    commit_if_due();
  if (x.out_of_range && held->machine.doubt())
    compat::post(coordinator_, range_request{x.from.tp, x.from.generation});
}

void group_manager_state::begin_call(const topic_partition& tp,
                                     held_partition& x, offset_range batch) {
  x.machine.ready();
  x.machine.call_begun(now(), batch);
  check_ack_ranges(tp, x);
}

void group_manager_state::on(const call_ended& x) {
  auto* held = find(x.from);
  if (!held)
    return;
  held->machine.call_ended();
  auto& worker = *held->worker;
  if (worker.is_void)
    return; // it failed before this, and all of it comes again
  using kind = handler_answer::kind;
  if (x.answer == kind::reject
      || (x.answer == kind::ack_through && x.through + 1 < x.batch.last))
    worker.reads = false;
  auto acks_nothing = x.answer == kind::ack_through
                      && x.through < x.batch.first;
  worker.acked_nothing = acks_nothing ? worker.acked_nothing + 1 : 0;
  auto has_outputs = x.rest && !x.rest->outputs.empty();
  if (has_outputs || !held->answers.empty())
    wait_for_outputs(x.from.tp, *held, x);
  else
    count(*held, x);
  check_drained(x.from.tp);
}

/// What the answer of a call does. `x` may be gone afterwards.
void group_manager_state::count(held_partition& x, const call_ended& ended) {
  auto& tp = ended.from.tp;
  using kind = handler_answer::kind;
  switch (ended.answer) {
    case kind::ack:
      ack_call(x, ended);
      return;
    case kind::ack_through:
      if (ended.through >= ended.batch.first)
        ack_call(x, ended);
      return;
    case kind::ack_through_keep:
      ack_call(x, ended);
      keep(x, {ended.through + 1, ended.batch.last});
      return;
    case kind::no_ack:
      keep(x, ended.batch);
      return;
    case kind::continued:
      apply(tp, x, x.machine.drop(ended.batch));
      return;
    case kind::reject:
      carry_out(tp, x, x.machine.rejected(ended.rest->failed, now(), jitter()));
      return;
    case kind::failed_at: // the worker ends with it instead
    case kind::failed:
      return;
  }
}

/// Whoever has the records acks them.
void group_manager_state::keep(held_partition& x, offset_range records) {
  x.machine.await_acks(records, now());
  if (auto at = x.machine.next_look())
    arm(*at);
}

void group_manager_state::on_redelivery_due(const redelivery_due& x) {
  on(x.what);
}

void group_manager_state::on(const close_failed& x) {
  publish(event_kind::handler_not_closed, x.from.tp, x.from.generation, -1, 0,
          errc::handler_failed, x.text);
}

void group_manager_state::ack_call(held_partition& x, const call_ended& ended) {
  auto effect = x.machine.ack_call(ended.batch, ended.through);
  // Explicit acks of the same records may have come first.
  if (effect.result == ack_result::accepted)
    apply(ended.from.tp, x, effect);
}

} // namespace cafka::actors
