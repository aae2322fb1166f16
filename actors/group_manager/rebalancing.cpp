/// What happens when partitions come and go: assignments, revocations, losses
/// and the stop of the group, which is a revocation of everything.

#include "actors/group_manager/rebalancing.hpp"

#include "actors/group_manager/group_manager_parts.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace cafka::actors {

namespace {

core::restart_limits limits_of(const group_config& x) {
  return {x.restart_backoff_min, x.restart_backoff_max, x.restart_max,
          x.restart_window};
}

core::failure_rules rules_of(const group_config& x) {
  auto& y = x.on_failure;
  return {y.retries, y.then, y.flood_after, y.flood_interval, x.ack_timeout};
}

bool begins_at_end(const group_config& x) {
  return x.begin_offset == begin_offset{logical_offset::latest};
}

} // namespace

rebalancing::rebalancing(group_manager_parts& parts)
  : parts_(parts),
    context_(parts.context),
    limits_(limits_of(context_.config())),
    rules_(rules_of(context_.config())) {
}

// -- assignments and revocations ----------------------------------------------

void rebalancing::on_assigned(const assignments_received& x) {
  if (!context_.is_current(x.rebalance >= last_rebalance_))
    return;
  last_rebalance_ = x.rebalance;
  if (stop_result_)
    return; // the coordinator is about to close
  std::vector<manager_context::held_map::iterator> added;
  offset_t unread = 0;
  auto& registry = *context_.registry;
  for (auto& a : x.partitions) {
    core::partition machine{a.generation,       a.begin,       limits_, rules_,
                            registry.row(a.tp), a.map.complete};
    auto [i, is_new] = context_.held.try_emplace(a.tp, context_.config(),
                                                 x.group, a, std::move(machine),
                                                 registry.replaced_at(a.tp),
                                                 context_.now());
    if (!is_new)
      continue; // kept, never doubled
    added.push_back(i);
    context_.publish(event_kind::assigned, a.tp, a.generation, a.begin);
    if (!a.map.ignored.empty())
      context_.publish(event_kind::foreign_offset_metadata, a.tp, a.generation,
                       a.begin, 0, errc::none, a.map.ignored);
    if (a.committed)
      continue;
    if (begins_at_end(context_.config()))
      unread += std::max<offset_t>(a.begin, 0);
    if (a.begin >= 0)
      parts_.commits.begin_known();
  }
  registry.end_rows_but(
    [this](auto& tp) { return context_.held.contains(tp); });
  context_.counts().rebalanced(context_.now());
  context_.counts().outage(false);
  context_.publish(event_kind::assignment_complete, added.size());
  if (unread > 0)
    context_.publish(
      event_kind::begins_at_end, static_cast<std::uint64_t>(unread), errc::none,
      "partitions begin at their ends, and what stands before is not read: "
      "see begin-offset");
  std::vector<topic_partition> names;
  for (auto i : added)
    names.push_back(i->first);
  parts_.intents.on_assigned(names);
  if (!added.empty() && parts_.writes.knows_letter_topics())
    for (auto i : added) // who hears of records knows the whole assignment
      parts_.workers.spawn(i->first, i->second);
  parts_.commits.send_if_due();
}

void rebalancing::on_revoked(const assignments_revoked& x) {
  if (!context_.is_current(x.rebalance >= last_rebalance_))
    return;
  last_rebalance_ = x.rebalance;
  auto held = x.partitions;
  std::erase_if(held, [this](auto& tp) { return !context_.held.contains(tp); });
  if (!x.lost) {
    auto now = context_.now();
    taken_for_ = close_reason::revoked;
    carry_out(revocation_.revoke(x.rebalance, held, now,
                                 now + context_.config().drain_timeout));
    return;
  }
  for (auto& tp : held)
    lose(tp);
  context_.publish(event_kind::revocation_complete, held.size());
  if (revocation_.at() == core::revocation::state::idle)
    compat::post(context_.coordinator, revocation_done{x.rebalance});
  else
    carry_out(revocation_.lose(x.rebalance, x.partitions, context_.now()));
}

/// Fenced at once: another member may have it already.
void rebalancing::lose(const topic_partition& tp) {
  auto& x = context_.held.at(tp);
  if (x.worker)
    compat::post(x.worker->handle, fence_worker{close_reason::lost});
  context_.publish(event_kind::lost, tp, x.machine.gen(), x.watermark());
  context_.registry->raise(tp);
  context_.registry->note_row(tp, {});
  context_.held.erase(tp);
}

// -- the end of the group -----------------------------------------------------

void rebalancing::on_stop_group(const stop_group&) {
  stop(close_reason::stopped, {});
}

void rebalancing::stop(close_reason why, caf::error result) {
  if (stop_result_)
    return;
  stop_result_ = std::move(result);
  taken_for_ = why;
  std::vector<topic_partition> all;
  for (auto& [tp, x] : context_.held)
    all.push_back(tp);
  auto now = context_.now();
  carry_out(revocation_.revoke(revocation_.rebalance(), all, now,
                               now + context_.config().stop_timeout));
}

/// Without it nothing is committed any more; one-for-all, whoever supervises.
void rebalancing::on_coordinator_down(const caf::error& cause) {
  auto* self = context_.self;
  if (stop_result_)
    self->quit(*stop_result_ ? *stop_result_
                             : caf::error{caf::exit_reason::user_shutdown});
  else if (code_of(cause) != errc::none)
    self->quit(cause);
  else
    self->quit(make_error(errc::coordinator_died, text_of(cause)));
}

/// The group stops to begin anew, as it needs another client.
bool rebalancing::begins_again() const noexcept {
  return stop_result_ && *stop_result_;
}

// -- drain, fence, commit, give back ------------------------------------------

void rebalancing::look(time_point t) {
  carry_out(revocation_.look(t));
}

void rebalancing::carry_out(const core::revocation::actions& x) {
  parts_.commits.pause(revocation_.at() != core::revocation::state::idle);
  auto& held = context_.held;
  for (auto& tp : x.drain) {
    auto& drains = held.at(tp);
    parts_.disposals.on_taken(tp);
    parts_.moves.on_taken(tp);
    if (drains.machine.has_worker())
      compat::post(drains.worker->handle,
                   drain_worker{x.drain_until, taken_for_});
    drains.machine.begin_drain();
  }
  for (auto& tp : x.expired)
    context_.publish(event_kind::drain_expired, tp, held.at(tp).machine.gen());
  for (auto& tp : x.fence)
    fence(tp);
  for (auto& tp : x.drain)
    check_drained(tp, held.at(tp));
  if (x.commit)
    commit_last(*x.commit);
  for (auto& tp : x.uncommitted)
    if (auto& y = held.at(tp); parts_.commits.is_uncommitted(y))
      context_.publish(event_kind::commit_failed, tp, y.machine.gen(), -1, 0,
                       errc::timed_out,
                       "not accepted before the partition is given back");
  if (x.done)
    give_back(*x.done);
  if (auto at = revocation_.next())
    context_.arm(*at);
}

void rebalancing::check_drained(const topic_partition& tp, held_partition& x) {
  if (x.machine.drained() && !parts_.moves.on_drained(tp, x))
    carry_out(revocation_.drained(tp, context_.now()));
}

void rebalancing::check_drained(const topic_partition& tp) {
  if (auto* held = context_.look_up(tp))
    check_drained(tp, *held);
}

/// From here on no ack of the generation counts any more.
void rebalancing::fence(const topic_partition& tp) {
  auto& x = context_.held.at(tp);
  x.machine.fence();
  context_.registry->raise(tp);
  if (x.machine.has_worker())
    compat::post(x.worker->handle, fence_worker{taken_for_});
}

/// Behind the one in flight, whose answer asks again. What was refused for now
/// is sent again: given back uncommitted, its records would come again at the
/// next owner.
void rebalancing::commit_last(const std::set<topic_partition>& partitions) {
  if (parts_.commits.in_flight())
    return;
  if (auto id = parts_.commits.send_last(partitions))
    revocation_.commit_sent(*id);
  else
    carry_out(revocation_.nothing_to_commit());
}

void rebalancing::commit_answered(const offset_commits::answer& x) {
  if (revocation_.at() == core::revocation::state::idle)
    parts_.commits.send_if_due();
  else
    carry_out(revocation_.commit_answered(x.id, x.again, context_.now()));
}

void rebalancing::give_back(const core::revocation::actions::completion& x) {
  for (auto& tp : x.give_back) {
    auto& given = context_.held.at(tp);
    context_.publish(event_kind::revoked, tp, given.machine.gen(),
                     given.commit_position());
    if (!begins_again())
      context_.registry->note_row(tp, {});
    context_.held.erase(tp);
  }
  context_.publish(event_kind::revocation_complete, x.give_back.size());
  if (x.answer.value != 0)
    compat::post(context_.coordinator, revocation_done{x.answer});
  if (stop_result_) {
    parts_.writes.close();
    compat::post(context_.coordinator,
                 close_client{}); // the member leaves, then we end
  } else
    parts_.commits.send_if_due();
}

} // namespace cafka::actors
