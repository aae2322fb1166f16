/// What happens when a position is, or seems, out of the broker's range.

#include "actors/group_manager/group_manager.hpp"
#include "core/lost_position.hpp"

#include <utility>

namespace cafka::actors {

namespace {

/// Between two questions for what the leader holds; see core::beyond_end_max.
constexpr auto range_interval = std::chrono::seconds{1};

/// In that generation. Where it is given back, or used up its restarts, nothing
/// is fetched any more, so nobody needs to know.
bool is_doubted(const held_partition& x, generation g) {
  auto state = x.machine.state();
  return x.machine.gen() == g && x.range_asked > 0
         && state != partition_state::draining
         && state != partition_state::exhausted;
}

} // namespace

/// Not believed at once: a broker that takes itself for the leader says so, too,
/// and by a reset records would be skipped or come again.
void group_manager_state::doubt_position(const topic_partition& tp,
                                         held_partition& x) {
  if (x.machine.state() == partition_state::draining || x.range_asked > 0)
    return;
  x.range_asked = 1;
  compat::post(coordinator_, range_request{tp, x.machine.gen()});
}

void group_manager_state::on_ask_range_again(const ask_range_again& x) {
  auto i = held_.find(x.tp);
  if (i == held_.end() || !is_doubted(i->second, x.generation))
    return;
  ++i->second.range_asked;
  compat::post(coordinator_, range_request{x.tp, x.generation});
}

void group_manager_state::on_range_result(const range_result& x) {
  auto i = held_.find(x.tp);
  if (i == held_.end() || !is_doubted(i->second, x.generation))
    return;
  auto& held = i->second;
  auto& tracker = held.machine.tracker();
  auto position = tracker ? tracker->position() : held.machine.begin();
  auto what = core::judge_lost(position, x.range, held.range_asked);
  // A worker that is about to start would be told nothing.
  if (what == core::lost_position::ask_again || !held.machine.has_worker()) {
    tell_wait(x.tp, held,
              x.range ? "a broker refused its position, and its leader has "
                          + std::to_string(x.range->first) + " to "
                          + std::to_string(x.range->last)
                      : "a broker refused its position, and its leader does "
                        "not answer");
    compat::send_after(self_, manager_actor{self_},
                       caf::timespan{range_interval},
                       ask_range_again{x.tp, x.generation});
    return;
  }
  held.range_asked = 0;
  held.waits.look(false, now());
  if (what == core::lost_position::reset) {
    reset_position(x.tp, held, *x.range);
    return;
  }
  held.position_lost = true; // so that the successor fetches at the watermark
  caf::anon_send_exit(held.worker->handle, caf::exit_reason::kill);
}

/// A new generation begins where `offset-reset-policy` says, told as an event.
void group_manager_state::reset_position(const topic_partition& tp,
                                         held_partition& x,
                                         offset_range range) {
  auto& tracker = x.machine.tracker();
  auto lost = tracker ? tracker->position() : -1;
  auto to_earliest = options_->config.offset_reset_policy
                     == offset_reset_policy::reset_to_earliest;
  auto begin = to_earliest ? kafka::offset_earliest : kafka::offset_latest;
  auto g = registry_->raise(tp);
  compat::post(x.worker->handle, fence_worker{close_reason::reset});
  x.machine = core::partition{g, begin, limits_};
  x.identity = std::make_shared<const partition_identity>(
    partition_identity{options_->config.group, tp.topic, tp.partition, g});
  x.position_lost = true;
  x.held_back = false;
  x.slow_reports = 0;
  x.committed = -1;
  tell(event_kind::reset, tp, g, lost, 0, errc::offset_out_of_range,
       to_earliest
         ? "reset-to-earliest: it goes on at " + std::to_string(range.first)
         : "reset-to-latest: it goes on at " + std::to_string(range.last));
  move(x, {tp, g, begin, true});
}

} // namespace cafka::actors
