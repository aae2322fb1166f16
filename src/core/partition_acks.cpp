/// What an ack, or an answer, does to a partition.

#include "core/partition.hpp"

#include <algorithm>
#include <functional>

namespace cafka::core {

namespace {

ack_effect nothing_delivered(std::span<const offset_t> offsets) {
  ack_effect result;
  result.result = offset_tracker{0}.ack_individual(offsets).result;
  return result;
}

} // namespace

ack_effect partition::apply_acks(const ack_outcome& outcome,
                                 offset_t watermark_before) {
  auto effect = apply(outcome, watermark_before);
  if (effect.records > 0)
    row_.end();
  return effect;
}

/// They are handled, or got past.
ack_effect partition::apply(const ack_outcome& outcome,
                            offset_t watermark_before) {
  ack_effect effect;
  effect.result = outcome.result;
  if (outcome.result != ack_result::accepted)
    return effect;
  failed_.erase(outcome.newly_acked);
  for (auto& x : outcome.newly_acked) {
    awaited_.erase(x);
    effect.records += static_cast<std::size_t>(x.last - x.first);
  }
  effect.freed = log_.release(outcome.newly_acked);
  effect.moved = tracker_->watermark() > watermark_before;
  if (effect.moved)
    failures_ = 0;
  check_isolation(effect);
  return effect;
}

/// Those that an individual ack counts for at once. One whose dead letter is
/// away waits for the report, and one that is withheld for its call's answer.
std::vector<offset_t> partition::passable(std::span<const offset_t> offsets) {
  std::vector<offset_t> result;
  for (auto offset : offsets) {
    auto* failed = failed_.find(offset);
    if (failed != nullptr && failed->way && failed->way->is_away())
      failed->way->note_ack();
    if (failed != nullptr && !failed->may_be_acked())
      continue;
    if (withheld_.contains(offset))
      withheld_.note_ack({offset, offset + 1});
    else
      result.push_back(offset);
  }
  return result;
}

ack_effect partition::ack(offset_t offset) {
  if (!tracker_)
    return nothing_delivered({&offset, 1});
  auto before = tracker_->watermark();
  auto failed = failed_.not_acked_by(offset);
  auto except = withheld_.records();
  for (auto x : failed.ranges())
    except.insert(x);
  auto outcome = tracker_->ack(offset, except);
  if (!is_refused(outcome.result))
    withheld_.note_ack({before, offset + 1}, failed);
  return apply_acks(outcome, before);
}

ack_effect partition::ack_call(offset_range batch, offset_t through) {
  auto except = withheld_.records();
  for (auto& [offset, x] : failed_)
    if (x.way || offset < batch.first || offset >= batch.last)
      except.insert({offset, offset + 1});
  auto before = tracker_->watermark();
  return apply_acks(tracker_->ack(through, except), before);
}

ack_effect partition::ack_individual(std::span<const offset_t> offsets) {
  if (!tracker_)
    return nothing_delivered(offsets);
  auto before = tracker_->watermark();
  if (failed_.empty() && withheld_.empty()) // nearly always
    return apply_acks(tracker_->ack_individual(offsets), before);
  if (auto refusal = tracker_->check_individual(offsets))
    return apply({*refusal, {}}, before);
  auto rest = passable(offsets);
  if (rest.empty())
    return apply({ack_result::withheld, {}}, before);
  return apply_acks(tracker_->ack_individual(rest), before);
}

ack_effect partition::ack_pending(offset_range x) {
  auto except = failed_.on_their_way(x);
  for (auto part : withheld_.records().intersection(x))
    except.insert(part);
  auto before = tracker_->watermark();
  auto outcome = tracker_->ack_pending(x, except);
  return outcome.newly_acked.empty() ? ack_effect{}
                                     : apply_acks(outcome, before);
}

std::optional<ack_effect> partition::ack_each(std::span<const offset_t> offsets,
                                              bool cumulative) {
  if (!tracker_ || !failed_.empty() || !withheld_.empty())
    return std::nullopt;
  if (!cumulative) {
    auto effect = ack_individual(offsets);
    return is_refused(effect.result) ? std::nullopt : std::optional{effect};
  }
  // Of rising ones the last stands for all.
  auto rises = std::ranges::adjacent_find(offsets, std::ranges::greater_equal{})
               == offsets.end();
  if (!rises || offsets.front() < tracker_->watermark()
      || offsets.back() >= tracker_->position())
    return std::nullopt;
  return ack(offsets.back());
}

void partition::forget_answer(offset_range batch) {
  withheld_.release(batch);
  awaited_.erase(batch);
}

ack_effect partition::ack_early(const range_set& acked) {
  std::vector<offset_t> offsets;
  for (auto range : acked.ranges())
    for (auto part : tracker_->pending().intersection(range))
      for (auto i = part.first; i < part.last; ++i)
        offsets.push_back(i);
  return offsets.empty() ? ack_effect{} : ack_individual(offsets);
}

void partition::await_acks(offset_range x) {
  for (auto& part : tracker_->pending().intersection(x))
    awaited_.insert(part);
}

void partition::await_acks(offset_range x, time_point now) {
  await_acks(x);
  auto pending = tracker_->pending().intersection(x);
  if (isolation_.on() && !pending.empty())
    isolation_.kept(pending.front().first, now);
}

ack_effect partition::drop(offset_range batch) {
  ack_effect result;
  range_set own;
  own.insert(batch);
  for (auto x : failed_.on_their_way(batch).ranges())
    own.erase(x);
  for (auto x : own.ranges())
    result.freed += log_.drop(x);
  check_isolation(result);
  return result;
}

} // namespace cafka::core
