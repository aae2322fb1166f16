/// Where acks become watermarks, and where a commit is decided.

#include "actors/group_manager/group_manager.hpp"
#include "actors/partition_worker/delivery_loop.hpp"

#include <chrono>
#include <thread>
#include <utility>
#include <variant>

namespace cafka::actors {

// -- acks ------------------------------------------------------------------------------

/// Many senders, or one of very many, cost few wake-ups: see ack_gathering.
void group_manager_state::on_buffer_filled() {
  auto waiting = registry_->buffer()->look();
  auto acks = waiting.is_urgent ? 0 : waiting.acks;
  if (gathering_.goes_on(acks, std::chrono::steady_clock::now())) {
    std::this_thread::yield(); // who sends them may want this processor
    compat::post(manager_actor{self_}, buffer_filled{});
    return;
  }
  registry_->buffer()->take_and_sleep(taken_);
  take_in_items();
}

/// Whatever waits in the buffer.
void group_manager_state::take_in() {
  registry_->buffer()->take(taken_);
  take_in_items();
}

void group_manager_state::take_in_items() {
  for (auto& x : taken_)
    std::visit([this](auto& y) { take_in(y); }, x);
  taken_.clear();
  flush();
}

void group_manager_state::take_in(const delivery_report& x) {
  std::visit([this](auto& y) { on(y); }, x);
}

void group_manager_state::take_in(const nack& x) {
  on_nack(x);
}

void group_manager_state::take_in(const ack_series& x) {
  if (x.acks == 1)
    on_ack(x.tp, x.generation, x.offsets, x.cumulative);
  else if (!take_in_one_go(x))
    for (auto& offset : x.offsets)
      on_ack(x.tp, x.generation, {&offset, 1}, x.cumulative);
}

/// An ack that came through the mailbox.
ack_reply group_manager_state::answer(const topic_partition& tp, generation g,
                                      std::span<const offset_t> offsets,
                                      bool cumulative) {
  take_in();
  auto reply = on_ack(tp, g, offsets, cumulative);
  flush();
  return reply;
}

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
  publish(tp, x, effect.notes);
  check_ack_ranges(tp, x);
  note_row(tp, x);
  if (effect.records > 0 && x.worker
      && x.machine.state() == partition_state::starting)
    x.worker->loop->withdraw();
  if (effect.moved)
    commits_.acked(effect.records, now());
  if (effect.freed != core::volume{} && x.machine.has_worker()
      && x.worker->loop->free(effect.freed, x.position()))
    look_again_.push_back(tp);
  if (effect.goes_on)
    deliver_if_waiting(x);
  unflushed_ = true;
}

/// What follows from acks is done once for all that came together.
void group_manager_state::flush() {
  if (!std::exchange(unflushed_, false))
    return;
  for (auto& tp : look_again_)
    if (auto i = held_.find(tp); i != held_.end() && i->second.worker)
      i->second.worker->loop->look_again();
  look_again_.clear();
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
    publish(event_kind::delivery_waits, tp, x.machine.gen(), -1, ranges);
  if (!x.machine.has_worker())
    return;
  x.worker->loop->hold(x.machine.is_paused());
  x.worker->loop->look_again();
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
    publish(event_kind::commit_sent, x.tp, x.generation, x.offset);
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
      publish(event_kind::commit_failed, entry.tp, entry.generation,
              entry.offset, 0, entry.failure.code, entry.failure.text);
      continue;
    }
    publish(event_kind::committed, entry.tp, entry.generation, entry.offset);
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
