/// Whether partitions get on, and how far their ends are.

#include "actors/group_manager/progress_checks.hpp"

#include "actors/group_manager/group_manager_parts.hpp"

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

progress_checks::progress_checks(group_manager_parts& parts)
  : parts_(parts), context_(parts.context) {
}

core::progress_facts progress_checks::facts_of(const topic_partition& tp,
                                               const held_partition& x) const {
  return x.progress(context_.registry->strands().is_busy(tp));
}

/// Whether its call takes long, whether it stalls, and whether its acks are
/// overdue.
void progress_checks::look(time_point t) {
  std::map<topic_partition, generation> ask;
  auto slow_after = context_.config().handler_timeout;
  for (auto& [tp, x] : context_.held) {
    auto& m = x.machine;
    auto facts = facts_of(tp, x);
    x.note_progress(t);
    if (slow_after.count() > 0)
      if (auto since = m.slow_call(t, slow_after))
        context_.publish(event_kind::handler_slow, tp, m.gen(), -1,
                         ms_of(*since));
    auto what = x.watch.look(facts, t);
    if (what == core::progress_action::ask_end)
      ask.emplace(tp, m.gen());
    else if (what == core::progress_action::resumed)
      context_.publish(event_kind::partition_resumed, tp, m.gen(),
                       x.position());
    auto is_stuck
      = x.is_full() && !x.is_writing() && !x.is_paused()
        && !m.is_paused(core::pause_reason::ack_ranges)
        && !x.delivery_waits(context_.registry->strands().is_busy(tp));
    auto records = m.retained().records;
    auto passed = (m.tracker() ? x.position() : 0)
                  - static_cast<std::int64_t>(records);
    if (x.acks.look(is_stuck, passed, t))
      context_.publish(event_kind::acks_overdue, tp, m.gen(), x.watermark(),
                       records);
  }
  if (ask.empty() || !ends_asked_.empty())
    return;
  ends_asked_ = std::move(ask);
  ends_request request;
  request.id = ++ends_id_;
  for (auto& [tp, g] : ends_asked_)
    request.partitions.push_back(tp);
  compat::post(context_.coordinator, std::move(request));
}

void progress_checks::on_ends_result(const ends_result& answer) {
  using action = core::progress_action;
  if (!context_.is_current(answer.id == ends_id_))
    return;
  for (auto& [tp, g] : std::exchange(ends_asked_, {})) {
    auto* x = context_.find(tp, g);
    if (x == nullptr)
      continue; // given back meanwhile
    auto end = answer.ends.find(tp);
    auto is_known = end != answer.ends.end();
    auto facts = facts_of(tp, *x);
    auto now = context_.now();
    auto what = is_known ? x->watch.end_found(end->second, facts, now)
                         : x->watch.end_unknown(answer.asked, facts, now);
    if (!is_known && answer.asked)
      note_wait(tp, *x, "its leader does not say where its end is");
    else if (is_known && x->machine.state() != partition_state::doubted)
      x->waits.look(false, now);
    if (what == action::resumed)
      context_.publish(event_kind::partition_resumed, tp, g, x->position());
    else if (what != action::none)
      on_stall(tp, *x, what, is_known);
  }
}

void progress_checks::note_wait(const topic_partition& tp, held_partition& x,
                                std::string what_for) {
  if (x.waits.look(true, context_.now()))
    context_.publish(event_kind::partition_waits, tp, x.machine.gen(),
                     x.position(), 0, errc::none, std::move(what_for));
}

/// While the client lives its worker does, too: it knows what it has had, and
/// passes over what comes again.
void progress_checks::on_stall(const topic_partition& tp, held_partition& x,
                               core::progress_action what, bool is_end_known) {
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
  context_.publish(event_kind::partition_stalled, tp, x.machine.gen(), at,
                   static_cast<std::uint64_t>(lag), errc::none, text);
  if (what == action::replace_client)
    replace_client(tp);
  else
    compat::post(context_.coordinator, wake_request{tp, x.machine.gen(), at,
                                                    what == action::reassign});
}

/// librdkafka (2.0.2 to 2.15, its pull request 5593) may fetch a partition from
/// a broker that does not lead it, for good, when the leader changes twice
/// within milliseconds. The group ends in order and is started anew: what is
/// acked is committed, and the member leaves, so that nobody waits for its
/// session's end.
void progress_checks::replace_client(const topic_partition& tp) {
  for (auto& [other, x] : context_.held)
    if (x.watch.stalls())
      context_.registry->note_replaced(other, facts_of(other, x).position);
  parts_.rebalance.stop(
    close_reason::revoked,
    make_error(errc::partition_stalled,
               to_string(tp) + ": a new assignment brought nothing"));
}

} // namespace cafka::actors
