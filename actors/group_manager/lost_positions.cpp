/// What happens when a position is, or seems, out of the broker's range.

#include "actors/group_manager/lost_positions.hpp"

#include "actors/group_manager/group_manager_parts.hpp"
#include "core/lost_position.hpp"

#include <chrono>
#include <utility>

namespace cafka::actors {

namespace {

/// Between two questions for what the leader holds; see core::beyond_end_max.
constexpr auto range_interval = std::chrono::seconds{1};

} // namespace

lost_positions::lost_positions(group_manager_parts& parts)
  : parts_(parts), context_(parts.context) {
}

/// A broker that takes itself for the leader says so, too, and by a reset
/// records would be skipped or come again.
void lost_positions::on_refused(const topic_partition& tp, held_partition& x) {
  if (x.machine.doubt())
    compat::post(context_.coordinator, range_request{tp, x.machine.gen()});
}

void lost_positions::on_ask_again(const ask_range_again& x) {
  auto* held = find_doubted(x.tp, x.generation);
  if (held == nullptr)
    return;
  held->machine.ask_again();
  compat::post(context_.coordinator, range_request{x.tp, x.generation});
}

void lost_positions::on_range_result(const range_result& x) {
  auto* held = find_doubted(x.tp, x.generation);
  if (held == nullptr)
    return;
  switch (core::judge_lost(held->position(), x.range, held->machine.asked())) {
    case core::lost_position::ask_again:
      ask_later(x, *held);
      return;
    case core::lost_position::go_on:
      held->waits.look(false, context_.now());
      held->machine.believe();
      parts_.workers.move(x.tp, *held);
      return;
    case core::lost_position::reset:
      held->waits.look(false, context_.now());
      reset(x.tp, *held, *x.range);
      return;
  }
}

/// Null: it is given back, or nobody doubts any more.
held_partition* lost_positions::find_doubted(const topic_partition& tp,
                                             generation g) {
  auto* held = context_.find(tp, g);
  return held ? context_.current(held, held->machine.state()
                                         == partition_state::doubted)
              : nullptr;
}

void lost_positions::ask_later(const range_result& x, held_partition& held) {
  parts_.progress.note_wait(
    x.tp, held,
    x.range ? "a broker refused its position, and its leader has "
                + std::to_string(x.range->first) + " to "
                + std::to_string(x.range->last)
            : "a broker refused its position, and its leader does not answer");
  context_.send_later(range_interval, ask_range_again{x.tp, x.generation});
}

/// A new generation begins where `offset-reset-policy` says, told as an event.
void lost_positions::reset(const topic_partition& tp, held_partition& x,
                           offset_range range) {
  auto lost = x.machine.tracker() ? x.position() : -1;
  auto to_earliest = context_.config().offset_reset_policy
                     == offset_reset_policy::reset_to_earliest;
  auto g = context_.registry->raise(tp);
  compat::post(x.worker->handle, fence_worker{close_reason::reset});
  x.begin_generation(context_.config().group, tp, g,
                     to_earliest ? core::offset_earliest : core::offset_latest);
  x.committed = -1;
  context_.publish(
    event_kind::reset, tp, g, lost, 0, errc::offset_out_of_range,
    to_earliest
      ? "reset-to-earliest: it goes on at " + std::to_string(range.first)
      : "reset-to-latest: it goes on at " + std::to_string(range.last));
  parts_.workers.move(tp, x);
}

} // namespace cafka::actors
