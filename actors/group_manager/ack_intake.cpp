/// Where acks come in, and become watermarks.

#include "actors/group_manager/ack_intake.hpp"

#include "actors/group_manager/group_manager_parts.hpp"
#include "actors/partition_worker/delivery_loop.hpp"

#include <chrono>
#include <thread>
#include <utility>
#include <variant>

namespace cafka::actors {

ack_intake::ack_intake(group_manager_parts& parts)
  : parts_(parts), context_(parts.context) {
}

// -- the buffer ---------------------------------------------------------------

/// Many senders, or one of very many, cost few wake-ups: see ack_gathering.
void ack_intake::on_buffer_filled() {
  auto waiting = context_.registry->buffer()->look();
  auto acks = waiting.is_urgent ? 0 : waiting.acks;
  if (gathering_.goes_on(acks, std::chrono::steady_clock::now())) {
    std::this_thread::yield(); // who sends them may want this processor
    compat::post(manager_actor{context_.self}, buffer_filled{});
    return;
  }
  auto doze = context_.registry->buffer()->take_and_doze(taken_,
                                                         context_.now());
  take_in_items();
  if (doze && !std::exchange(dozes_, true))
    compat::send_after(context_.self, manager_actor{context_.self},
                       caf::timespan{*doze}, doze_over{});
}

void ack_intake::on_doze_over() {
  dozes_ = false;
  on_buffer_filled();
}

void ack_intake::take_in() {
  context_.registry->buffer()->take(taken_);
  take_in_items();
}

void ack_intake::take_in_items() {
  for (auto& x : taken_)
    std::visit([this](auto& y) { take_in(y); }, x);
  taken_.clear();
  flush();
}

void ack_intake::take_in(const delivery_report& x) {
  parts_.reports.take(x);
}

void ack_intake::take_in(const nack& x) {
  on_nack(x);
}

void ack_intake::take_in(const ack_series& x) {
  if (x.acks == 1)
    on_ack(x.tp, x.generation, x.offsets, x.cumulative);
  else if (!take_in_one_go(x))
    for (auto& offset : x.offsets)
      on_ack(x.tp, x.generation, {&offset, 1}, x.cumulative);
}

/// False: some of them are refused, so that nothing happened.
bool ack_intake::take_in_one_go(const ack_series& x) {
  auto* held = context_.look_up(x.tp, x.generation);
  if (held == nullptr)
    return false;
  auto effect = held->machine.ack_each(x.offsets, x.cumulative);
  if (!effect)
    return false;
  apply(x.tp, *held, *effect);
  parts_.rebalance.check_drained(x.tp, *held);
  return true;
}

void ack_intake::flush() {
  if (!std::exchange(unflushed_, false))
    return;
  for (auto& tp : look_again_)
    if (auto* held = context_.look_up(tp); held != nullptr && held->worker)
      held->worker->loop->look_again();
  look_again_.clear();
  parts_.commits.send_if_due();
}

// -- one ack, or one nack -----------------------------------------------------

ack_reply ack_intake::answer(const topic_partition& tp, generation g,
                             std::span<const offset_t> offsets,
                             bool cumulative) {
  take_in();
  auto reply = on_ack(tp, g, offsets, cumulative);
  flush();
  return reply;
}

ack_reply ack_intake::answer(const nack& x) {
  take_in();
  auto reply = on_nack(x);
  flush();
  return reply;
}

ack_reply ack_intake::on_ack(const topic_partition& tp, generation g,
                             std::span<const offset_t> offsets,
                             bool cumulative) {
  auto* held = context_.look_up(tp);
  if (held == nullptr) {
    context_.refuse(tp, g, ack_result::not_held);
    return {ack_result::not_held, -1};
  }
  core::ack_effect effect;
  if (!held->takes_acks(g))
    effect.result = ack_result::stale_generation;
  else if (cumulative && offsets.size() != 1)
    effect.result = ack_result::negative_offset;
  else if (cumulative)
    effect = held->machine.ack(offsets.front());
  else
    effect = held->machine.ack_individual(offsets);
  if (is_refused(effect.result))
    context_.refuse(tp, g, effect.result);
  else
    apply(tp, *held, effect);
  ack_reply reply{effect.result, held->watermark()};
  parts_.rebalance.check_drained(tp, *held);
  return reply;
}

ack_reply ack_intake::on_nack(const nack& x) {
  topic_partition tp{x.topic, x.partition};
  auto* held = context_.look_up(tp);
  auto result = held == nullptr ? ack_result::not_held
                : !held->takes_acks(x.generation)
                  ? ack_result::stale_generation
                  : parts_.failures.take(tp, *held, x);
  if (is_refused(result))
    context_.refuse(tp, x.generation, result);
  held = context_.look_up(tp); // it may have been given back
  return {result, held == nullptr ? -1 : held->watermark()};
}

// -- what they do -------------------------------------------------------------

void ack_intake::apply(const topic_partition& tp, held_partition& x,
                       const core::ack_effect& effect) {
  parts_.failures.publish(tp, x, effect.notes);
  check_ranges(tp, x);
  parts_.failures.note_row(tp, x);
  if (effect.records > 0)
    context_.counts().of(tp).acked += effect.records;
  if (effect.records > 0 && x.worker
      && x.machine.state() == partition_state::starting)
    x.worker->loop->withdraw();
  if (effect.moved || (effect.records > 0 && parts_.commits.keeps_maps()))
    parts_.commits.acked(effect.records);
  if (effect.freed != core::volume{} && x.machine.has_worker()
      && x.worker->loop->free(effect.freed, x.position()))
    look_again_.push_back(tp);
  if (effect.goes_on)
    parts_.workers.deliver_if_waiting(x);
  unflushed_ = true;
}

/// With nothing pending there is no ack to wait for: what closes the gaps must
/// be delivered again first.
void ack_intake::check_ranges(const topic_partition& tp, held_partition& x) {
  auto& tracker = x.machine.tracker();
  auto ranges = tracker ? tracker->ack_range_count() : 0;
  auto waits = ranges >= context_.config().ack_ranges_max
               && tracker->has_pending();
  if (!x.machine.set_pause(core::pause_reason::ack_ranges, waits))
    return;
  if (waits)
    context_.publish(event_kind::delivery_waits, tp, x.machine.gen(), -1,
                     ranges);
  if (!x.machine.has_worker())
    return;
  x.worker->loop->hold(waits);
  x.worker->loop->look_again();
}

} // namespace cafka::actors
