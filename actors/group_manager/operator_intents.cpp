/// What operators want of partitions, and can have at once.

#include "actors/group_manager/operator_intents.hpp"

#include "actors/events/intent_events.hpp"
#include "actors/group_manager/group_manager_parts.hpp"
#include "actors/partition_pauses/partition_pauses.hpp"
#include "actors/partition_worker/delivery_loop.hpp"
#include "core/partition_orders.hpp"
#include "core/record_excerpt.hpp"

#include <utility>

namespace cafka::actors {

operator_intents::operator_intents(group_manager_parts& parts)
  : parts_(parts), context_(parts.context) {
}

// -- pauses -------------------------------------------------------------------

operation_reply operator_intents::pause(const pause_partitions& x) {
  auto reply = take_pause(*context_.registry, context_.config(),
                          context_.publisher, x);
  apply_pauses();
  return reply;
}

operation_reply operator_intents::resume(const resume_partitions& x) {
  auto reply = take_resume(*context_.registry, context_.config(),
                           context_.publisher, x);
  apply_pauses();
  return reply;
}

void operator_intents::apply_pauses() {
  auto pauses = context_.registry->pauses();
  for (auto& [tp, x] : context_.held)
    set_pause(x, pauses.find(tp) != nullptr);
}

void operator_intents::set_pause(held_partition& x, bool on) {
  if (!x.machine.set_pause(core::pause_reason::intent, on) || !x.worker)
    return;
  x.worker->loop->pause(on);
  if (on)
    return;
  parts_.workers.deliver_if_waiting(x);
  x.worker->loop->look_again();
}

/// An operator's wish outlives what took the partition away.
void operator_intents::on_assigned(const std::vector<topic_partition>& added) {
  auto pauses = context_.registry->pauses();
  for (auto& tp : added)
    if (auto* pause = pauses.find(tp)) {
      auto& x = context_.held.at(tp);
      set_pause(x, true);
      publish(event_of({tp, pause->second.who, pause->second.reason, {}},
                       event_kind::delivery_paused, x.machine.gen()));
    }
}

// -- a worker that begins anew ------------------------------------------------

operation_reply operator_intents::restart(const restart_worker& x) {
  topic_partition tp{x.topic, x.partition};
  intent what{tp, x.who, x.reason, "restart"};
  if (auto why = refusal(tp))
    return refuse(what, *why);
  if (parts_.moves.moves(tp))
    return refuse(what, {operation_result::busy, "it is being moved"});
  auto* held = context_.look_up(tp);
  if (held->worker && held->worker->turns.is_over())
    parts_.acks.take_in(); // its end waits in the buffer
  held = context_.look_up(tp);
  auto behind_call = held->machine.call_since().has_value();
  auto [result, effect]
    = core::partition_orders{held->machine}.restart(context_.now());
  if (result != operation_result::done)
    return refuse(what, {result, "a dead letter is on its way"});
  what.what.clear();
  publish(event_of(what, event_kind::restart_asked, held->machine.gen()));
  if (held->has_running_worker())
    parts_.workers.begin_again(*held);
  else
    parts_.failures.carry_out(tp, *held, effect);
  return {operation_result::done,
          behind_call ? "the next worker begins behind the call that runs"
                      : "the next worker begins"};
}

// -- the record that a partition stands at ------------------------------------

record_excerpt operator_intents::show(const get_record& x) {
  topic_partition tp{x.topic, x.partition};
  record_excerpt none;
  auto* held = context_.look_up(tp);
  if (held == nullptr) {
    none.text = "this member does not hold " + to_string(tp);
    return none;
  }
  auto& machine = held->machine;
  auto failing = machine.failing_offset();
  auto found = core::partition_orders{machine}.stands_at();
  if (!found) {
    none.text = failing ? "offset " + std::to_string(*failing)
                            + " fails, and comes again from the broker first"
                        : "no record is delivered and not acked";
    return none;
  }
  auto index = found->indices.empty() ? 0 : found->indices.front();
  auto& block = *found->from->block;
  return core::excerpt_of({block, index, 1, held->identity,
                           machine.failed().failures(block.offset_at(index))});
}

// -- what all of them share ---------------------------------------------------

std::optional<operation_reply>
operator_intents::refusal(const topic_partition& tp) const {
  if (parts_.rebalance.is_stopping())
    return operation_reply{operation_result::unavailable, "the group stops"};
  auto* held = context_.look_up(tp);
  if (held == nullptr)
    return operation_reply{operation_result::not_held,
                           "this member does not hold " + to_string(tp)};
  auto state = held->machine.state();
  if (state == partition_state::fenced
      || (state == partition_state::draining && !parts_.moves.moves(tp)))
    return operation_reply{operation_result::given_back,
                           to_string(tp) + " is being given back"};
  if (state == partition_state::starting && !held->worker)
    return operation_reply{operation_result::unavailable,
                           to_string(tp) + " begins in a moment"};
  return std::nullopt;
}

operation_reply operator_intents::refuse(const intent& x, operation_reply why) {
  return actors::refuse(context_.publisher, x, std::move(why));
}

void operator_intents::publish(event x) {
  context_.publisher.publish(std::move(x));
}

} // namespace cafka::actors
