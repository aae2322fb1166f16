/// Whether partitions get on, and how far their ends are.

#include "actors/group_manager/group_manager.hpp"

#include <algorithm>
#include <utility>

namespace cafka::actors {

/// What holds the next record back on our side is a reason to wait.
core::progress_facts
group_manager_state::progress_of(const topic_partition& tp,
                                 const held_partition& x) const {
  using delivery = core::progress_facts::delivery;
  core::progress_facts result;
  if (auto& tracker = x.machine.tracker())
    result.position = tracker->position();
  if (x.machine.state() == partition_state::exhausted)
    result.what = delivery::stopped;
  else if (delivery_waits(tp, x) || x.held_back || is_full(x))
    result.what = delivery::waits;
  return result;
}

/// For its worker, or for a call.
bool group_manager_state::delivery_waits(const topic_partition& tp,
                                         const held_partition& x) const {
  return x.machine.state() != partition_state::running || x.machine.call_since()
         || !x.worker || !x.worker->reads
         || registry_->strands().is_busy(tp); // a call waits for a thread
}

bool group_manager_state::is_full(const held_partition& x) const {
  core::flow_window window{options_->config.prefetch_count,
                           options_->config.prefetch_bytes};
  window.add(x.machine.retained());
  return !window.open();
}

void group_manager_state::watch_acks(time_point t) {
  for (auto& [tp, x] : held_) {
    auto& tracker = x.machine.tracker();
    auto records = x.machine.retained().records;
    auto passed = (tracker ? tracker->position() : 0)
                  - static_cast<std::int64_t>(records);
    if (x.acks.look(is_full(x) && !delivery_waits(tp, x), passed, t))
      tell(event_kind::acks_overdue, tp, x.machine.gen(), tracker->watermark(),
           records);
  }
}

/// The gravest first.
partition_health group_manager_state::health_of(const held_partition& x,
                                                std::string& why) const {
  auto cause = to_string(x.last_error) + ": " + x.last_error_text;
  auto& m = x.machine;
  if (m.state() == partition_state::exhausted) {
    why = "its restarts are used up, so that it stands still; " + cause;
    return partition_health::exhausted;
  }
  if (m.failures() > 1) {
    why = "failed " + std::to_string(m.failures())
          + " times since it last got on; " + cause;
    return partition_health::failing;
  }
  if (x.watch.stalls()) {
    why = "it lags, nothing holds it back, and nothing comes";
    return partition_health::stalled;
  }
  if (x.slow_reports > 0) {
    why = "a handler call runs for longer than handler-timeout";
    return partition_health::handler_slow;
  }
  if (x.acks.overdue()) {
    why = std::to_string(m.retained().records)
          + " records are delivered and not acked, which fills the window";
    return partition_health::acks_overdue;
  }
  return partition_health::healthy;
}

void group_manager_state::tell_wait(const topic_partition& tp,
                                    held_partition& x, std::string what_for) {
  auto& tracker = x.machine.tracker();
  if (x.waits.look(true, now()))
    tell(event_kind::partition_waits, tp, x.machine.gen(),
         tracker ? tracker->position() : x.machine.begin(), 0, errc::none,
         std::move(what_for));
}

void group_manager_state::watch_progress(time_point t) {
  std::set<topic_partition> asked;
  for (auto& [tp, x] : held_)
    switch (x.watch.look(progress_of(tp, x), t)) {
      case core::progress_action::ask_end:
        asked.insert(tp);
        break;
      case core::progress_action::resumed:
        on_resumed(tp, x);
        break;
      default:
        break;
    }
  if (asked.empty() || !ends_asked_.empty())
    return;
  ends_asked_ = std::move(asked);
  compat::post(coordinator_,
               ends_request{{ends_asked_.begin(), ends_asked_.end()}});
}

void group_manager_state::on_ends_result(const ends_result& answer) {
  using action = core::progress_action;
  for (auto& tp : std::exchange(ends_asked_, {})) {
    auto i = held_.find(tp);
    if (i == held_.end())
      continue; // given back meanwhile
    auto& x = i->second;
    auto end = answer.ends.find(tp);
    auto is_known = end != answer.ends.end();
    auto facts = progress_of(tp, x);
    auto what = is_known ? x.watch.end_found(end->second, facts, now())
                         : x.watch.end_unknown(answer.asked, facts, now());
    if (!is_known && answer.asked)
      tell_wait(tp, x, "its leader does not say where its end is");
    else if (is_known && x.range_asked == 0)
      x.waits.look(false, now());
    if (what == action::resumed)
      on_resumed(tp, x);
    else if (what != action::none)
      on_stall(tp, x, what, is_known);
  }
}

/// While the client lives its worker does, too: it knows what it has had, and
/// passes over what comes again.
void group_manager_state::on_stall(const topic_partition& tp, held_partition& x,
                                   core::progress_action what,
                                   bool is_end_known) {
  using action = core::progress_action;
  auto& tracker = x.machine.tracker();
  auto at = tracker ? tracker->position() : x.machine.begin();
  // Where it was to begin at the end, all that came since is to be read.
  if (at == kafka::offset_latest)
    at = x.watch.first_end().value_or(at);
  auto end = x.watch.end().value_or(0);
  auto lag = std::max<offset_t>(end - std::max<offset_t>(at, 0), 0);
  std::string text = what == action::seek       ? "sought"
                     : what == action::reassign ? "assigned anew"
                                                : "the client is replaced";
  if (!is_end_known)
    text += ", its leader does not say where the end is";
  tell(event_kind::partition_stalled, tp, x.machine.gen(), at,
       static_cast<std::uint64_t>(lag), errc::none, text);
  if (what == action::replace_client)
    replace_client(tp);
  else
    compat::post(coordinator_, wake_request{tp, x.machine.gen(), at,
                                            what == action::reassign});
}

/// librdkafka (2.0.2 to 2.15, its pull request 5593) may fetch a partition from a
/// broker that does not lead it, for good, when the leader changes twice within
/// milliseconds. The group ends in order and is started anew: what is acked is
/// committed, and the member leaves, so that nobody waits for its session's end.
void group_manager_state::replace_client(const topic_partition& tp) {
  for (auto& [other, x] : held_)
    if (x.watch.stalls())
      registry_->note_replaced(other, progress_of(other, x).position);
  on_stop(close_reason::revoked,
          make_error(errc::partition_stalled,
                     to_string(tp) + ": a new assignment brought nothing"));
}

void group_manager_state::on_resumed(const topic_partition& tp,
                                     const held_partition& x) {
  tell(event_kind::partition_resumed, tp, x.machine.gen(),
       x.machine.tracker()->position());
}

/// -1: not known. Control records may lie between the last record and the end.
/// Only while somebody reads does the source hear that the end moved on; what
/// the broker was asked for may be newer, or older.
std::int64_t group_manager_state::lag_of(const held_partition& x) const {
  auto& tracker = x.machine.tracker();
  if (!tracker)
    return -1;
  auto asked = x.watch.end().value_or(-1);
  auto is_read = x.machine.state() == partition_state::running;
  if (is_read && x.source->at_end() && !tracker->has_pending()
      && asked <= tracker->position())
    return 0;
  auto end = std::max(x.source->readable_end().value_or(-1), asked);
  return end < 0 ? -1 : std::max<std::int64_t>(end - tracker->watermark(), 0);
}

} // namespace cafka::actors
