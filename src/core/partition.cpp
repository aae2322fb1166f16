#include "core/partition.hpp"

#include <algorithm>
#include <functional>

namespace cafka::core {

namespace {

std::vector<offset_range> runs_of(const record_block& block) {
  auto first = block.offset_at(0);
  auto end = block.offset_at(block.size() - 1) + 1;
  if (end - first == static_cast<offset_t>(block.size())) // nearly always
    return {{first, end}};
  std::vector<offset_range> result;
  for (std::size_t i = 0; i < block.size(); ++i) {
    auto offset = block.offset_at(i);
    if (!result.empty() && result.back().last == offset)
      ++result.back().last;
    else
      result.push_back({offset, offset + 1});
  }
  return result;
}

ack_effect nothing_delivered(std::span<const offset_t> offsets) {
  ack_effect result;
  result.result = offset_tracker{0}.ack_individual(offsets).result;
  return result;
}

} // namespace

partition::partition(generation g, offset_t begin, restart_limits limits)
  : generation_(g), begin_(begin), policy_(limits) {
  if (begin >= 0)
    tracker_.emplace(begin);
}

// -- the life of a worker --------------------------------------------------------

std::uint64_t partition::begin_life() noexcept {
  state_ = partition_state::starting;
  next_try_.reset();
  alive_ = true;
  return ++life_;
}

void partition::ready() noexcept {
  if (state_ == partition_state::starting)
    state_ = partition_state::running;
}

failure_decision partition::worker_gone(time_point now, double jitter) {
  alive_ = false;
  call_since_.reset();
  awaited_.clear();
  if (state_ == partition_state::draining)
    return {failure_decision::action::finish};
  ++failures_;
  auto delay = policy_.on_failure(now, jitter);
  if (!delay) {
    state_ = partition_state::exhausted;
    return {failure_decision::action::exhaust};
  }
  ++restarts_;
  next_try_ = now + *delay;
  state_ = partition_state::backoff;
  return {failure_decision::action::restart, *delay};
}

std::optional<offset_t> partition::backoff_over(offset_t source_position,
                                                bool must_seek) {
  if (!must_seek && accounts_for(source_position))
    return std::nullopt;
  state_ = partition_state::seeking;
  log_.clear();
  if (!tracker_)
    return begin_;
  tracker_->rewind();
  return tracker_->watermark();
}

bool partition::accounts_for(offset_t source_position) const noexcept {
  if (log_.has_dropped())
    return false;
  return tracker_ ? source_position <= tracker_->position()
                  : source_position < 0;
}

// -- delivery ----------------------------------------------------------------------

void partition::resolve(offset_t begin) {
  if (!tracker_)
    tracker_.emplace(begin);
}

bool partition::take(const intake& x) {
  auto resolves = !tracker_ && x.resolved_begin;
  if (x.resolved_begin)
    resolve(*x.resolved_begin);
  if (x.block) {
    resolve(x.block->block->offset_at(0)); // where the source did not tell it
    auto runs = runs_of(*x.block->block);
    tracker_->delivered(runs, std::max(x.next.value_or(0), runs.back().last));
    log_.add(x.block);
  } else if (x.next) {
    resolve(*x.next);
    if (*x.next > tracker_->position())
      tracker_->delivered({}, *x.next);
  }
  return resolves;
}

std::optional<redelivery> partition::next_redelivery(offset_t after) const {
  return log_.next_redelivery(after);
}

void partition::call_begun(time_point now) noexcept {
  call_since_ = now;
}

void partition::call_ended() noexcept {
  call_since_.reset();
}

// -- acks ----------------------------------------------------------------------------

ack_effect partition::apply(const ack_outcome& outcome,
                            offset_t watermark_before) {
  ack_effect effect;
  effect.result = outcome.result;
  if (outcome.result != ack_result::accepted)
    return effect;
  for (auto& x : outcome.newly_acked) {
    awaited_.erase(x);
    effect.records += static_cast<std::size_t>(x.last - x.first);
  }
  effect.freed = log_.release(outcome.newly_acked);
  effect.moved = tracker_->watermark() > watermark_before;
  if (effect.moved)
    failures_ = 0;
  return effect;
}

ack_effect partition::ack(offset_t offset) {
  if (!tracker_)
    return nothing_delivered({&offset, 1});
  auto before = tracker_->watermark();
  return apply(tracker_->ack(offset), before);
}

ack_effect partition::ack_individual(std::span<const offset_t> offsets) {
  if (!tracker_)
    return nothing_delivered(offsets);
  auto before = tracker_->watermark();
  return apply(tracker_->ack_individual(offsets), before);
}

std::optional<ack_effect> partition::ack_each(std::span<const offset_t> offsets,
                                              bool cumulative) {
  if (!tracker_)
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

void partition::await_acks(offset_range x) {
  for (auto& part : tracker_->pending().intersection(x))
    awaited_.insert(part);
}

volume partition::drop(const delivery_ptr& x) {
  return log_.drop(x);
}

// -- giving back -----------------------------------------------------------------------

void partition::begin_drain() noexcept {
  state_ = partition_state::draining;
  next_try_.reset();
}

void partition::worker_drained() noexcept {
  alive_ = false;
  call_since_.reset();
}

bool partition::drained() const noexcept {
  return state_ == partition_state::draining && !alive_ && awaited_.empty();
}

} // namespace cafka::core
