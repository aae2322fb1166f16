/// What happens while a worker calls the handler.

#include "actors/group_manager/strand_reports.hpp"

#include "actors/group_manager/group_manager_parts.hpp"

#include <utility>
#include <variant>

namespace cafka::actors {

strand_reports::strand_reports(group_manager_parts& parts)
  : parts_(parts), context_(parts.context) {
}

void strand_reports::take(const delivery_report& x) {
  std::visit([this](auto& y) { on(y); }, x);
}

void strand_reports::on(const handler_built& x) {
  auto* held = context_.find(x.from);
  if (held == nullptr)
    return;
  held->machine.ready();
  held->machine.call_ended();
}

void strand_reports::on(const worker_ready& x) {
  auto* held = context_.find(x.from);
  if (held == nullptr)
    return;
  held->machine.ready();
  held->machine.call_ended();
  if (held->worker->turns.puts_off()) {
    context_.send_later(context_.config().restart_backoff_min,
                        redelivery_due{x});
    return;
  }
  parts_.workers.deliver(*held, x.after);
}

void strand_reports::on_redelivery_due(const redelivery_due& x) {
  on(x.what);
}

void strand_reports::on(const call_begun& x) {
  auto* held = context_.find(x.from);
  if (held == nullptr)
    return;
  context_.counts().of(x.from.tp).delivered += x.records;
  context_.counts().of(x.from.tp).redelivered += x.records;
  begin_call(x.from.tp, *held, x.batch);
}

void strand_reports::on(const source_drained& x) {
  if (x.before)
    on(*x.before);
  auto* held = context_.find(x.from);
  if (!held)
    return;
  auto resolves = held->machine.take(x.what);
  if (resolves) {
    context_.publish(event_kind::begin_resolved, x.from.tp, x.from.generation,
                     *x.what.resolved_begin);
    parts_.commits.begin_known();
  }
  if (auto& block = x.what.block) {
    context_.counts().of(x.from.tp).delivered += block->block->size();
    begin_call(x.from.tp, *held,
               {block->block->offset_at(0),
                block->block->offset_at(block->block->size() - 1) + 1});
  }
  if (resolves || !x.what.block)
    parts_.commits.send_if_due();
  if (x.out_of_range)
    parts_.lost.on_refused(x.from.tp, *held);
}

void strand_reports::begin_call(const topic_partition& tp, held_partition& x,
                                offset_range batch) {
  x.machine.ready();
  x.machine.call_begun(context_.now(), batch);
  parts_.acks.check_ranges(tp, x);
}

void strand_reports::on(const call_ended& x) {
  auto* held = context_.find(x.from);
  if (!held)
    return;
  held->machine.call_ended();
  context_.counts().called(x.from.tp.topic, x.times);
  if (held->worker->turns.is_void())
    return; // it failed before this, and all of it comes again
  parts_.answers.take(x.from.tp, *held, x);
  parts_.rebalance.check_drained(x.from.tp);
}

void strand_reports::on(const incarnation_failed& x) {
  auto* held = context_.find(x.from);
  if (held == nullptr)
    return;
  if (x.times)
    context_.counts().called(x.from.tp.topic, *x.times);
  parts_.workers.on_failed(*held, x);
}

void strand_reports::on(const worker_drained& x) {
  if (auto* held = context_.find(x.from))
    parts_.workers.on_drained(x.from.tp, *held);
}

void strand_reports::on(const close_failed& x) {
  context_.publish(event_kind::handler_not_closed, x.from.tp, x.from.generation,
                   -1, 0, errc::handler_failed, x.text);
}

} // namespace cafka::actors
