/// Records that operators want got past.

#include "actors/group_manager/record_disposals.hpp"

#include "actors/group_manager/group_manager_parts.hpp"
#include "config/failure_settings.hpp"
#include "core/partition_orders.hpp"

#include <utility>
#include <vector>

namespace cafka::actors {

namespace {

using note = core::failure_note::kind;

std::string step_text(const dispose_record& x) {
  return x.step == failure_step::skip ? "skip" : "dead-letter";
}

/// Why a record cannot be got past, in words.
std::string refusal_text(operation_result x, offset_t offset,
                         std::optional<offset_t> failing) {
  auto record = "offset " + std::to_string(offset);
  switch (x) {
    case operation_result::not_failing:
      return record + " does not fail; "
             + (failing ? "offset " + std::to_string(*failing) + " does"
                        : std::string{"no record does"});
    case operation_result::blame_unknown:
      return "records come one by one, until it is known which one fails";
    case operation_result::on_its_way:
      return "the dead letter of " + record + " is on its way";
    case operation_result::not_delivered:
      return record + " comes again from the broker first";
    case operation_result::given_back:
      return "the partition is being given back";
    default:
      return {};
  }
}

} // namespace

record_disposals::record_disposals(group_manager_parts& parts)
  : parts_(parts), context_(parts.context) {
}

caf::result<operation_reply> record_disposals::take(const dispose_record& x) {
  topic_partition tp{x.topic, x.partition};
  intent what{tp, x.who, x.reason, step_text(x), x.offset};
  if (auto why = refusal(x))
    return parts_.intents.refuse(what, *why);
  auto& machine = context_.look_up(tp)->machine;
  auto result = core::partition_orders{machine}.refusal(x.offset, x.step);
  if (result != operation_result::done
      && result != operation_result::not_delivered)
    return parts_.intents.refuse(
      what, {result, refusal_text(result, x.offset, machine.failing_offset())});
  parts_.intents.publish(
    event_of(what, event_kind::dispose_asked, machine.gen()));
  auto promise = context_.self->make_response_promise<operation_reply>();
  orders_.emplace(tp, order{machine.gen(), x.step, std::move(what), promise});
  look_at(tp);
  return promise;
}

std::optional<operation_reply>
record_disposals::refusal(const dispose_record& x) const {
  topic_partition tp{x.topic, x.partition};
  if (x.step != failure_step::skip && x.step != failure_step::dead_letter)
    return operation_reply{operation_result::invalid,
                           "step: skip or dead_letter"};
  if (auto why = parts_.intents.refusal(tp))
    return why;
  if (orders_.contains(tp))
    return operation_reply{operation_result::busy,
                           "a record of it is got past already"};
  if (parts_.moves.moves(tp))
    return operation_reply{operation_result::busy, "it is being moved"};
  if (x.step == failure_step::skip)
    return std::nullopt;
  if (auto wrong = wrong_with_letter_topic(context_.config(), x.topic);
      !wrong.empty())
    return operation_reply{operation_result::no_dead_letter_topic,
                           "on-failure.dead-letter.topic: " + wrong};
  return std::nullopt;
}

// -- what is due --------------------------------------------------------------

void record_disposals::look() {
  if (orders_.empty()) // nearly always
    return;
  std::vector<topic_partition> all;
  for (auto& [tp, x] : orders_)
    all.push_back(tp);
  for (auto& tp : all)
    if (orders_.contains(tp))
      look_at(tp);
}

void record_disposals::look_at(const topic_partition& tp) {
  auto& x = orders_.at(tp);
  auto* held = context_.look_up(tp);
  if (held == nullptr || held->machine.gen() != x.generation)
    answer(tp, operation_result::given_back,
           "the partition was taken meanwhile");
  else if (!x.carried_out && !must_wait(*held))
    carry_out(tp, *held);
}

/// A call runs, or is about to, or its answer does not count yet: the record
/// may be handled by it.
bool record_disposals::must_wait(const held_partition& x) const {
  if (x.machine.call_since() || !x.answers.empty())
    return true;
  if (!x.worker)
    return false;
  auto& turns = x.worker->turns;
  return turns.is_over() || turns.at() == core::worker_turns::state::retained;
}

void record_disposals::carry_out(const topic_partition& tp, held_partition& x) {
  auto& of = orders_.at(tp);
  auto offset = of.what.offset;
  auto [result, effect] = core::partition_orders{x.machine}.dispose(
    offset, of.step, context_.now());
  auto& tracker = x.machine.tracker();
  if (result == operation_result::not_failing
      && !(tracker && tracker->pending().contains(offset)))
    result = operation_result::handled;
  if (result != operation_result::done) {
    answer(tp, result,
           refusal_text(result, offset, x.machine.failing_offset()));
    return;
  }
  of.carried_out = true;
  parts_.failures.carry_out(tp, x, effect);
}

void record_disposals::on_taken(const topic_partition& tp) {
  auto i = orders_.find(tp);
  if (i != orders_.end() && !i->second.carried_out)
    answer(tp, operation_result::given_back,
           refusal_text(operation_result::given_back, i->second.what.offset,
                        {}));
}

void record_disposals::on_note(const topic_partition& tp,
                               const core::failure_note& x) {
  auto i = orders_.find(tp);
  if (i == orders_.end() || i->second.what.offset != x.offset)
    return;
  auto is_past = x.what == note::record_skipped
                 || x.what == note::dead_lettered;
  if (is_past && !i->second.carried_out)
    answer(tp, operation_result::unchanged, "on-failure got past it meanwhile");
  else if (is_past)
    answer(tp, operation_result::done,
           x.what == note::record_skipped ? "skipped"
                                          : "written to " + x.cause.text);
  else if (x.what == note::dead_letter_failed && i->second.carried_out)
    answer(tp, operation_result::dead_letter_failed, x.cause.text);
}

/// What was done has its own event.
void record_disposals::answer(const topic_partition& tp,
                              operation_result result, std::string text) {
  auto node = orders_.extract(tp);
  auto& x = node.mapped();
  operation_reply reply{result, std::move(text), x.what.offset};
  if (result != operation_result::done)
    reply = parts_.intents.refuse(x.what, std::move(reply));
  x.promise.deliver(std::move(reply));
}

} // namespace cafka::actors
