/// Whether partitions get on, and how far their ends are.

#include "actors/group_manager/group_manager.hpp"

#include <algorithm>
#include <utility>

namespace cafka::actors {

namespace {

std::uint64_t ms_of(duration x) {
  using std::chrono::milliseconds;
  return static_cast<std::uint64_t>(
    std::chrono::duration_cast<milliseconds>(x).count());
}

} // namespace

core::progress_facts
group_manager_state::progress_of(const topic_partition& tp,
                                 const held_partition& x) const {
  return x.progress(registry_->strands().is_busy(tp));
}

/// Each partition, now and then: whether its call takes long, whether it stalls,
/// and whether its acks are overdue.
void group_manager_state::watch(time_point t) {
  std::map<topic_partition, generation> ask;
  auto slow_after = options_->config.handler_timeout;
  for (auto& [tp, x] : held_) {
    auto& m = x.machine;
    auto facts = progress_of(tp, x);
    if (slow_after.count() > 0)
      if (auto since = m.slow_call(t, slow_after))
        publish(event_kind::handler_slow, tp, m.gen(), -1, ms_of(*since));
    auto what = x.watch.look(facts, t);
    if (what == core::progress_action::ask_end)
      ask.emplace(tp, m.gen());
    else if (what == core::progress_action::resumed)
      publish(event_kind::partition_resumed, tp, m.gen(), x.position());
    auto is_stuck = x.is_full() && !x.is_writing()
                    && !x.delivery_waits(registry_->strands().is_busy(tp));
    auto records = m.retained().records;
    auto passed = (m.tracker() ? x.position() : 0)
                  - static_cast<std::int64_t>(records);
    if (x.acks.look(is_stuck, passed, t))
      publish(event_kind::acks_overdue, tp, m.gen(), x.watermark(), records);
  }
  if (ask.empty() || !ends_asked_.empty())
    return;
  ends_asked_ = std::move(ask);
  ends_request request;
  for (auto& [tp, g] : ends_asked_)
    request.partitions.push_back(tp);
  compat::post(coordinator_, std::move(request));
}

void group_manager_state::on_ends_result(const ends_result& answer) {
  using action = core::progress_action;
  for (auto& [tp, g] : std::exchange(ends_asked_, {})) {
    auto* x = find(tp, g);
    if (x == nullptr)
      continue; // given back meanwhile
    auto end = answer.ends.find(tp);
    auto is_known = end != answer.ends.end();
    auto facts = progress_of(tp, *x);
    auto what = is_known ? x->watch.end_found(end->second, facts, now())
                         : x->watch.end_unknown(answer.asked, facts, now());
    if (!is_known && answer.asked)
      publish_wait(tp, *x, "its leader does not say where its end is");
    else if (is_known && x->machine.state() != partition_state::doubted)
      x->waits.look(false, now());
    if (what == action::resumed)
      publish(event_kind::partition_resumed, tp, g, x->position());
    else if (what != action::none)
      on_stall(tp, *x, what, is_known);
  }
}

void group_manager_state::publish_wait(const topic_partition& tp,
                                       held_partition& x,
                                       std::string what_for) {
  if (x.waits.look(true, now()))
    publish(event_kind::partition_waits, tp, x.machine.gen(), x.position(), 0,
            errc::none, std::move(what_for));
}

/// While the client lives its worker does, too: it knows what it has had, and
/// passes over what comes again.
void group_manager_state::on_stall(const topic_partition& tp, held_partition& x,
                                   core::progress_action what,
                                   bool is_end_known) {
  using action = core::progress_action;
  auto at = x.position();
  // Where it was to begin at the end, all that came since is to be read.
  if (at == core::offset_latest)
    at = x.watch.first_end().value_or(at);
  auto end = x.watch.end().value_or(0);
  auto lag = std::max<offset_t>(end - std::max<offset_t>(at, 0), 0);
  std::string text = what == action::seek       ? "sought"
                     : what == action::reassign ? "assigned anew"
                                                : "the client is replaced";
  if (!is_end_known)
    text += ", its leader does not say where the end is";
  publish(event_kind::partition_stalled, tp, x.machine.gen(), at,
          static_cast<std::uint64_t>(lag), errc::none, text);
  if (what != action::replace_client) {
    compat::post(coordinator_, wake_request{tp, x.machine.gen(), at,
                                            what == action::reassign});
    return;
  }
  // librdkafka (2.0.2 to 2.15, its pull request 5593) may fetch a partition from
  // a broker that does not lead it, for good, when the leader changes twice
  // within milliseconds. The group ends in order and is started anew: what is
  // acked is committed, and the member leaves, so that nobody waits for its
  // session's end.
  for (auto& [other, y] : held_)
    if (y.watch.stalls())
      registry_->note_replaced(other, progress_of(other, y).position);
  on_stop(close_reason::revoked,
          make_error(errc::partition_stalled,
                     to_string(tp) + ": a new assignment brought nothing"));
}

} // namespace cafka::actors
