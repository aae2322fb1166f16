/// Where acks become watermarks, and where a commit is decided.

#include "actors/group_manager/group_manager.hpp"

#include <utility>

namespace cafka::actors {

// -- acks ------------------------------------------------------------------------------

ack_reply group_manager_state::on_ack(const topic_partition& tp, generation g,
                                      std::span<const offset_t> offsets,
                                      bool cumulative) {
  auto i = held_.find(tp);
  if (i == held_.end()) {
    refusals_.add(publisher_, tp, g, ack_result::not_held);
    return {ack_result::not_held, -1};
  }
  auto& held = i->second;
  core::ack_effect effect;
  if (!held.takes_acks(g))
    effect.result = ack_result::stale_generation;
  else if (cumulative && offsets.size() != 1)
    effect.result = ack_result::negative_offset;
  else if (cumulative)
    effect = held.machine.ack(offsets.front());
  else
    effect = held.machine.ack_individual(offsets);
  if (is_refused(effect.result))
    refusals_.add(publisher_, tp, g, effect.result);
  else
    apply(tp, held, effect);
  ack_reply reply{effect.result, held.watermark()};
  check_drained(tp, held); // may give the partition back
  return reply;
}

void group_manager_state::on_passed_acks(const passed_acks& x) {
  for (auto& y : x.items) {
    if (y.acks == 1)
      on_ack(y.tp, y.generation, y.offsets, y.cumulative);
    else if (!take_in_one_go(y))
      for (auto& offset : y.offsets)
        on_ack(y.tp, y.generation, {&offset, 1}, y.cumulative);
  }
}

/// False: some of them are refused, so that nothing happened.
bool group_manager_state::take_in_one_go(const ack_series& x) {
  auto i = held_.find(x.tp);
  if (i == held_.end() || !i->second.takes_acks(x.generation))
    return false;
  auto effect = i->second.machine.ack_each(x.offsets, x.cumulative);
  if (!effect)
    return false;
  apply(x.tp, i->second, *effect);
  check_drained(x.tp, i->second); // may give the partition back
  return true;
}

void group_manager_state::apply(const topic_partition& tp, held_partition& x,
                                const core::ack_effect& effect) {
  check_ack_ranges(tp, x);
  if (effect.records > 0 && x.worker)
    x.worker->first->withdraw();
  if (effect.moved)
    commits_.acked(effect.records, now());
  if (effect.freed != core::volume{} && x.machine.has_worker()) {
    if (x.worker->freed == core::volume{}) {
      // What follows is done once for all that wait in the mailbox.
      if (unsettled_.empty())
        compat::post(manager_actor{self_}, settle_acks{});
      unsettled_.push_back(tp);
    }
    x.worker->freed += effect.freed;
  } else if (unsettled_.empty()) {
    commit_if_due();
  }
}

void group_manager_state::on_settle_acks() {
  for (auto& tp : std::exchange(unsettled_, {}))
    if (auto i = held_.find(tp); i != held_.end() && i->second.worker)
      if (auto& to = *i->second.worker; to.freed != core::volume{})
        to.window->free(std::exchange(to.freed, {}), to.full_acks);
  commit_if_due();
}

/// With nothing pending there is no ack to wait for: what closes the gaps must
/// be delivered again first.
void group_manager_state::check_ack_ranges(const topic_partition& tp,
                                           held_partition& x) {
  auto& tracker = x.machine.tracker();
  auto ranges = tracker ? tracker->ack_range_count() : 0;
  auto hold = ranges >= options_->config.ack_ranges_max
              && tracker->has_pending();
  if (!x.machine.set_pause(core::pause_reason::ack_ranges, hold))
    return;
  if (hold)
    tell(event_kind::delivery_waits, tp, x.machine.gen(), -1, ranges);
  if (x.machine.has_worker())
    compat::post(x.worker->handle, hold_delivery{hold});
}

// -- commits ---------------------------------------------------------------------------

void group_manager_state::commit_if_due() {
  if (commits_.due(now()) && !send_commit(nullptr)) {
    // Everything that was gathered is committed already.
    commits_.sent();
    commits_.answered(true, now());
  }
  if (auto next = commits_.next_due())
    arm(*next);
}

/// Sends the watermarks of the held partitions, or of `only` some, as far as
/// the broker has not confirmed them. Nothing: there is nothing to send.
std::optional<std::uint64_t>
group_manager_state::send_commit(const std::set<topic_partition>* only) {
  commit_request request;
  for (auto& [tp, x] : held_) {
    if ((only && !only->count(tp)) || !x.is_uncommitted())
      continue;
    request.entries.push_back({tp, x.machine.gen(), x.watermark()});
  }
  if (request.entries.empty())
    return std::nullopt;
  request.id = ++last_commit_id_;
  for (auto& x : request.entries)
    tell(event_kind::commit_sent, x.tp, x.generation, x.offset);
  commits_.sent();
  compat::post(coordinator_, std::move(request));
  if (only)
    commits_.acked(0, now()); // what the others gathered is still to be sent
  return last_commit_id_;
}

void group_manager_state::on_commit_result(const commit_result& x) {
  bool ok = true;
  std::vector<topic_partition> again; // refused for now
  for (auto& entry : x.entries) {
    if (entry.failure) {
      ok = false;
      if (entry.failure.retriable)
        again.push_back(entry.tp);
      tell(event_kind::commit_failed, entry.tp, entry.generation, entry.offset,
           0, entry.failure.code, entry.failure.text);
      continue;
    }
    tell(event_kind::committed, entry.tp, entry.generation, entry.offset);
    auto i = held_.find(entry.tp);
    if (i != held_.end() && i->second.machine.gen() == entry.generation)
      i->second.committed = entry.offset;
  }
  if (!commits_.in_flight() || x.id != last_commit_id_) {
    ++stale_dropped_;
    return;
  }
  commits_.answered(ok, now());
  if (revocation_.at() == core::revocation::state::idle)
    commit_if_due();
  else
    carry_out(revocation_.commit_answered(x.id, again, now()));
}

} // namespace cafka::actors
