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
  for (auto& a : x.partitions)
    if (auto i = hold(x.group, a); i != held_.end()) {
      added.push_back(i);
      if (!a.committed && begins_at_end(options_->config))
        unread += std::max<offset_t>(a.begin, 0);
    }
  tell(event_kind::assignment_complete, {}, {}, -1, added.size());
  if (unread > 0)
    tell(event_kind::begins_at_end, {}, {}, -1,
         static_cast<std::uint64_t>(unread), errc::none,
         "partitions begin at their ends, and what stands before is not read: "
         "see begin-offset");
  for (auto i : added) // who hears of records knows the whole assignment
    spawn_worker(i->first, i->second);
  commit_if_due();
}

/// The end where it is held already: kept, never doubled.
group_manager_state::held_map::iterator
group_manager_state::hold(const std::string& group, const assignment& a) {
  core::partition machine{a.generation, a.begin, limits_};
  core::progress_watch watch{options_->config.progress_timeout,
                             registry_->replaced_at(a.tp)};
  core::ack_watch acks{options_->config.ack_timeout};
  auto [i, is_new] = held_.try_emplace(a.tp, std::move(machine), a.source,
                                       watch, acks);
  if (!is_new)
    return held_.end();
  auto& held = i->second;
  held.identity = std::make_shared<const partition_identity>(
    partition_identity{group, a.tp.topic, a.tp.partition, a.generation});
  held.committed = a.committed.value_or(-1);
  tell(event_kind::assigned, a.tp, a.generation, a.begin);
  if (!a.committed && a.begin >= 0) {
    commits_.acked(0, now());
    commits_.urge();
  }
  return i;
}

void group_manager_state::on_revoked(const assignments_revoked& x) {
  if (x.rebalance < last_rebalance_) {
    ++stale_dropped_;
    return;
  }
  last_rebalance_ = x.rebalance;
  if (!x.lost) {
    start_revocation(x.rebalance, {x.partitions.begin(), x.partitions.end()},
                     options_->config.drain_timeout, close_reason::revoked);
    return;
  }
  std::uint64_t count = 0;
  for (auto& tp : x.partitions) {
    if (auto i = held_.find(tp); i != held_.end()) {
      lose(i);
      ++count;
    }
    if (revocation_) {
      revocation_->partitions.erase(tp);
      revocation_->draining.erase(tp);
      revocation_->uncommitted.erase(tp);
    }
  }
  tell(event_kind::revocation_complete, {}, {}, -1, count);
  if (!revocation_) {
    compat::post(coordinator_, revocation_done{x.rebalance});
    return;
  }
  revocation_->rebalance = x.rebalance;
  if (revocation_->partitions.empty())
    finish_revocation(); // its commit has nothing left to wait for
  else
    end_drain();
}

void group_manager_state::on_stop(close_reason why, caf::error result) {
  if (stop_result_)
    return;
  stop_result_ = std::move(result);
  std::set<topic_partition> all;
  for (auto& [tp, x] : held_)
    all.insert(tp);
  // A rebalance in progress is finished by the same way.
  auto id = revocation_ ? revocation_->rebalance : rebalance_id{};
  start_revocation(id, std::move(all), options_->config.stop_timeout, why);
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
  auto& tracker = x.machine.tracker();
  tell(event_kind::lost, tp, x.machine.gen(),
       tracker ? tracker->watermark() : -1);
  registry_->raise(tp);
  held_.erase(i);
}

// -- drain, fence, commit, give back -----------------------------------------------------

/// A newer revocation takes over what an older one has not finished; only the
/// newer one is answered.
void group_manager_state::start_revocation(rebalance_id id,
                                           std::set<topic_partition> partitions,
                                           caf::timespan limit,
                                           close_reason why) {
  auto deadline = now() + limit;
  std::erase_if(partitions,
                [&](const topic_partition& tp) { return !held_.count(tp); });
  if (!revocation_)
    revocation_ = revocation{};
  commits_.hold(true);
  revocation_->rebalance = id;
  revocation_->at = revocation::phase::draining;
  revocation_->commit_id.reset(); // an older commit does not cover what is new
  revocation_->why = why;
  for (auto& tp : partitions) {
    auto& x = held_.at(tp);
    auto is_new = revocation_->partitions.insert(tp).second;
    if (is_new)
      revocation_->draining.insert(tp);
    // A drain that runs is never prolonged.
    if (is_new || deadline < x.drain_until)
      begin_drain(x, deadline, why);
  }
  compat::send_after(self_, manager_actor{self_}, limit, drain_expired{});
  for (auto& tp : partitions)
    fence_if_drained(tp, held_.at(tp));
  end_drain();
}

void group_manager_state::begin_drain(held_partition& x, time_point deadline,
                                      close_reason why) {
  x.drain_until = deadline;
  if (x.machine.has_worker())
    compat::post(x.worker->handle, drain_worker{deadline, why});
  x.machine.begin_drain();
}

/// After whatever may have been the last that its drain waits for. The partition
/// may be given back then.
void group_manager_state::check_drained(const topic_partition& tp,
                                        held_partition& x) {
  if (fence_if_drained(tp, x))
    end_drain();
}

bool group_manager_state::fence_if_drained(const topic_partition& tp,
                                           held_partition& x) {
  if (x.drain_over || !x.machine.drained())
    return false;
  fence(tp, x);
  return true;
}

/// Once nothing drains any more, the last commit follows.
void group_manager_state::end_drain() {
  if (!revocation_ || revocation_->at != revocation::phase::draining
      || !revocation_->draining.empty())
    return;
  revocation_->at = revocation::phase::committing;
  revocation_->uncommitted = revocation_->partitions;
  revocation_->attempt = ++last_attempt_;
  compat::send_after(self_, manager_actor{self_}, core::revoke_commit_limit,
                     commit_expired{revocation_->attempt});
  commit_revoked();
}

void group_manager_state::on_drain_expired() {
  if (!revocation_)
    return;
  for (auto& tp : std::set{revocation_->draining}) {
    auto& held = held_.at(tp);
    if (now() < held.drain_until)
      continue;
    tell(event_kind::drain_expired, tp, held.machine.gen());
    fence(tp, held);
  }
  end_drain();
}

/// From here on no ack of the generation counts any more.
void group_manager_state::fence(const topic_partition& tp, held_partition& x) {
  x.drain_over = true;
  revocation_->draining.erase(tp);
  registry_->raise(tp);
  if (x.machine.has_worker())
    compat::post(x.worker->handle, fence_worker{revocation_->why});
}

/// The last commit, for just what is given back, behind the one in flight.
void group_manager_state::commit_revoked() {
  if (commits_.in_flight())
    return; // its result calls again
  if (send_commit(&revocation_->uncommitted))
    revocation_->commit_id = last_commit_id_;
  else
    finish_revocation();
}

/// What was refused for now is sent again: given back uncommitted, its records
/// would come again at the next owner. What was refused for good is not.
void group_manager_state::on_revoke_commit_result(const commit_result& x) {
  std::set<topic_partition> again;
  for (auto& entry : x.entries)
    if (entry.failure.retriable && revocation_->partitions.count(entry.tp))
      again.insert(entry.tp);
  revocation_->uncommitted = std::move(again);
  if (revocation_->uncommitted.empty())
    finish_revocation();
  else
    compat::send_after(self_, manager_actor{self_}, core::revoke_commit_retry,
                       commit_again{x.id});
}

void group_manager_state::on_commit_again(commit_again x) {
  if (!revocation_ || revocation_->commit_id != x.id)
    return; // overtaken
  revocation_->commit_id.reset();
  commit_revoked();
}

void group_manager_state::on_commit_expired(commit_expired x) {
  if (!revocation_ || revocation_->attempt != x.attempt
      || revocation_->at != revocation::phase::committing)
    return;
  for (auto& tp : revocation_->uncommitted)
    if (auto i = held_.find(tp); i != held_.end() && i->second.is_uncommitted())
      tell(event_kind::commit_failed, tp, i->second.machine.gen(), -1, 0,
           errc::timed_out, "not accepted before the partition is given back");
  finish_revocation();
}

void group_manager_state::finish_revocation() {
  auto done = std::exchange(revocation_, std::nullopt);
  commits_.hold(false);
  for (auto& tp : done->partitions) {
    auto i = held_.find(tp);
    auto& tracker = i->second.machine.tracker();
    tell(event_kind::revoked, tp, i->second.machine.gen(),
         tracker ? tracker->watermark() : -1);
    held_.erase(i);
  }
  tell(event_kind::revocation_complete, {}, {}, -1, done->partitions.size());
  if (done->rebalance.value != 0)
    compat::post(coordinator_, revocation_done{done->rebalance});
  if (stop_result_)
    finish_stop();
  else
    commit_if_due();
}

/// Everything is given back: the member leaves, then we end.
void group_manager_state::finish_stop() {
  compat::post(coordinator_, close_client{});
}

} // namespace cafka::actors
