/// What happens when partitions come and go: assignments, revocations, losses
/// and the stop of the group, which is a revocation of everything.

#include "actors/group_manager/group_manager.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace cafka::actors {

namespace {

bool begins_at_end(const group_config& x) {
  return x.begin_offset == begin_offset{logical_offset::latest};
}

} // namespace

void group_manager_state::on_assigned(const assignments_received& x) {
  if (x.rebalance < last_rebalance_) {
    ++stale_dropped_;
    return;
  }
  last_rebalance_ = x.rebalance;
  if (stop_result_)
    return; // the coordinator is about to close
  std::vector<held_map::iterator> added;
  offset_t unread = 0;
  for (auto& a : x.partitions) {
    core::partition machine{a.generation, a.begin, limits_, rules_,
                            registry_->row(a.tp)};
    auto [i, is_new] = held_.try_emplace(a.tp, options_->config, x.group, a,
                                         std::move(machine),
                                         registry_->replaced_at(a.tp));
    if (!is_new)
      continue; // kept, never doubled
    added.push_back(i);
    publish(event_kind::assigned, a.tp, a.generation, a.begin);
    if (a.committed)
      continue;
    if (begins_at_end(options_->config))
      unread += std::max<offset_t>(a.begin, 0);
    if (a.begin >= 0) {
      commits_.acked(0, now());
      commits_.urge();
    }
  }
  publish(event_kind::assignment_complete, {}, {}, -1, added.size());
  if (unread > 0)
    publish(
      event_kind::begins_at_end, {}, {}, -1, static_cast<std::uint64_t>(unread),
      errc::none,
      "partitions begin at their ends, and what stands before is not read: "
      "see begin-offset");
  if (!added.empty() && knows_letter_topics())
    for (auto i : added) // who hears of records knows the whole assignment
      spawn_worker(i->first, i->second);
  commit_if_due();
}

void group_manager_state::on_revoked(const assignments_revoked& x) {
  if (x.rebalance < last_rebalance_) {
    ++stale_dropped_;
    return;
  }
  last_rebalance_ = x.rebalance;
  auto held = x.partitions;
  std::erase_if(held, [this](auto& tp) { return !held_.contains(tp); });
  if (!x.lost) {
    taken_for_ = close_reason::revoked;
    carry_out(revocation_.revoke(x.rebalance, held, now(),
                                 now() + options_->config.drain_timeout));
    return;
  }
  for (auto& tp : held)
    lose(held_.find(tp));
  publish(event_kind::revocation_complete, {}, {}, -1, held.size());
  if (revocation_.at() == core::revocation::state::idle)
    compat::post(coordinator_, revocation_done{x.rebalance});
  else
    carry_out(revocation_.lose(x.rebalance, x.partitions, now()));
}

void group_manager_state::on_stop_group(const stop_group&) {
  on_stop(close_reason::stopped, {});
}

/// A rebalance in progress is finished by the same way.
void group_manager_state::on_stop(close_reason why, caf::error result) {
  if (stop_result_)
    return;
  stop_result_ = std::move(result);
  taken_for_ = why;
  std::vector<topic_partition> all;
  for (auto& [tp, x] : held_)
    all.push_back(tp);
  carry_out(revocation_.revoke(revocation_.rebalance(), all, now(),
                               now() + options_->config.stop_timeout));
}

/// Without it nothing is committed any more; one-for-all, whoever supervises.
void group_manager_state::on_coordinator_down(const caf::error& cause) {
  if (stop_result_)
    self_->quit(*stop_result_ ? *stop_result_
                              : caf::error{caf::exit_reason::user_shutdown});
  else if (code_of(cause) != errc::none)
    self_->quit(cause);
  else
    self_->quit(make_error(errc::coordinator_died, text_of(cause)));
}

/// Fenced at once: another member may have it already.
void group_manager_state::lose(held_map::iterator i) {
  auto& [tp, x] = *i;
  if (x.worker)
    compat::post(x.worker->handle, fence_worker{close_reason::lost});
  publish(event_kind::lost, tp, x.machine.gen(), x.watermark());
  registry_->raise(tp);
  registry_->note_row(tp, {});
  held_.erase(i);
}

// -- drain, fence, commit, give back -----------------------------------------------------

void group_manager_state::carry_out(const core::revocation::actions& x) {
  commits_.hold(revocation_.at() != core::revocation::state::idle);
  for (auto& tp : x.drain) {
    auto& held = held_.at(tp);
    if (held.machine.has_worker())
      compat::post(held.worker->handle,
                   drain_worker{x.drain_until, taken_for_});
    held.machine.begin_drain();
  }
  for (auto& tp : x.expired)
    publish(event_kind::drain_expired, tp, held_.at(tp).machine.gen());
  for (auto& tp : x.fence)
    fence(tp);
  for (auto& tp : x.drain)
    check_drained(tp, held_.at(tp));
  if (x.commit)
    commit_revoked(*x.commit);
  for (auto& tp : x.uncommitted)
    if (auto& held = held_.at(tp); held.is_uncommitted())
      publish(event_kind::commit_failed, tp, held.machine.gen(), -1, 0,
              errc::timed_out,
              "not accepted before the partition is given back");
  if (x.done)
    give_back(*x.done);
  if (auto at = revocation_.next())
    arm(*at);
}

/// After whatever may have been the last that its drain waits for. The partition
/// may be given back then.
void group_manager_state::check_drained(const topic_partition& tp,
                                        held_partition& x) {
  if (x.machine.drained())
    carry_out(revocation_.drained(tp, now()));
}

void group_manager_state::check_drained(const topic_partition& tp) {
  if (auto i = held_.find(tp); i != held_.end())
    check_drained(tp, i->second);
}

/// From here on no ack of the generation counts any more.
void group_manager_state::fence(const topic_partition& tp) {
  auto& x = held_.at(tp);
  x.machine.fence();
  registry_->raise(tp);
  if (x.machine.has_worker())
    compat::post(x.worker->handle, fence_worker{taken_for_});
}

/// Behind the one in flight, whose answer asks again. What was refused for now
/// is sent again: given back uncommitted, its records would come again at the
/// next owner.
void group_manager_state::commit_revoked(
  const std::set<topic_partition>& partitions) {
  if (commits_.in_flight())
    return;
  if (auto id = send_commit(&partitions))
    revocation_.commit_sent(*id);
  else
    carry_out(revocation_.nothing_to_commit());
}

void group_manager_state::give_back(
  const core::revocation::actions::completion& x) {
  for (auto& tp : x.give_back) {
    auto i = held_.find(tp);
    publish(event_kind::revoked, tp, i->second.machine.gen(),
            i->second.watermark());
    registry_->note_row(tp, {});
    held_.erase(i);
  }
  publish(event_kind::revocation_complete, {}, {}, -1, x.give_back.size());
  if (x.answer.value != 0)
    compat::post(coordinator_, revocation_done{x.answer});
  if (stop_result_) {
    link_.close({}); // nothing is open that would count
    compat::post(coordinator_,
                 close_client{}); // the member leaves, then we end
  } else
    commit_if_due();
}

} // namespace cafka::actors
