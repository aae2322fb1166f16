/// What happens when a position is, or seems, out of the broker's range.

#include "actors/group_manager/group_manager.hpp"
#include "core/lost_position.hpp"

#include <utility>

namespace cafka::actors {

namespace {

/// Between two questions for what the leader holds; see core::beyond_end_max.
constexpr auto range_interval = std::chrono::seconds{1};

} // namespace

/// A broker that takes itself for the leader says so, too, and by a reset records
/// would be skipped or come again.
void group_manager_state::on_ask_range_again(const ask_range_again& x) {
  auto* held = find(x.tp, x.generation);
  if (held == nullptr || held->machine.state() != partition_state::doubted)
    return;
  held->machine.ask_again();
  compat::post(coordinator_, range_request{x.tp, x.generation});
}

void group_manager_state::on_range_result(const range_result& x) {
  auto* held = find(x.tp, x.generation);
  if (held == nullptr || held->machine.state() != partition_state::doubted)
    return;
  switch (core::judge_lost(held->position(), x.range, held->machine.asked())) {
    case core::lost_position::ask_again:
      publish_wait(x.tp, *held,
                   x.range
                     ? "a broker refused its position, and its leader has "
                         + std::to_string(x.range->first) + " to "
                         + std::to_string(x.range->last)
                     : "a broker refused its position, and its leader does "
                       "not answer");
      compat::send_after(self_, manager_actor{self_},
                         caf::timespan{range_interval},
                         ask_range_again{x.tp, x.generation});
      return;
    case core::lost_position::go_on:
      held->waits.look(false, now());
      held->machine.believe();
      move(x.tp, *held);
      return;
    case core::lost_position::reset:
      held->waits.look(false, now());
      reset_position(x.tp, *held, *x.range);
      return;
  }
}

/// A new generation begins where `offset-reset-policy` says, told as an event.
void group_manager_state::reset_position(const topic_partition& tp,
                                         held_partition& x,
                                         offset_range range) {
  auto lost = x.machine.tracker() ? x.position() : -1;
  auto to_earliest = options_->config.offset_reset_policy
                     == offset_reset_policy::reset_to_earliest;
  auto g = registry_->raise(tp);
  compat::post(x.worker->handle, fence_worker{close_reason::reset});
  x.machine.reset(g, to_earliest ? core::offset_earliest : core::offset_latest);
  x.answers = {}; // their reports are of the former generation
  x.successor_waits = false;
  x.identify(options_->config.group, tp);
  x.committed = -1;
  publish(event_kind::reset, tp, g, lost, 0, errc::offset_out_of_range,
          to_earliest
            ? "reset-to-earliest: it goes on at " + std::to_string(range.first)
            : "reset-to-latest: it goes on at " + std::to_string(range.last));
  move(tp, x);
}

} // namespace cafka::actors
