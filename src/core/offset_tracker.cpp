#include "core/offset_tracker.hpp"

#include <algorithm>
#include <cassert>
#include <limits>

namespace cafka::core {

namespace {

std::vector<offset_range> without(const std::vector<offset_range>& xs,
                                  const range_set& except) {
  range_set result;
  for (auto x : xs) {
    result.insert(x);
    for (auto y : except.intersection(x))
      result.erase(y);
  }
  return result.ranges();
}

} // namespace

void offset_tracker::adopt(const range_set& acked) {
  adopted_ = acked;
  acked_ = acked;
  raise_watermark();
}

void offset_tracker::delivered(std::span<const offset_range> runs,
                               offset_t next) {
  for (auto run : runs) {
    assert(run.first >= position_ && run.first < run.last && run.last <= next);
    assert(acked_.intersection(run).empty());
    pending_.insert(run);
    position_ = run.last;
  }
  assert(next >= position_);
  position_ = next;
  raise_watermark();
}

ack_outcome offset_tracker::ack(offset_t offset, const range_set& except) {
  if (offset < 0)
    return {ack_result::negative_offset, {}};
  if (offset >= position_)
    return {ack_result::beyond_delivered, {}};
  if (offset < watermark_)
    return {ack_result::below_watermark, {}};
  // The watermark is below the position, so it is pending, and this ack covers
  // it: unless that is excepted, one that passes the checks acks something.
  offset_range covered{watermark_, offset + 1};
  auto newly_acked = pending_.intersection(covered);
  if (!except.empty())
    newly_acked = without(newly_acked, except);
  if (newly_acked.empty())
    return {ack_result::withheld, {}};
  for (auto x : newly_acked) {
    pending_.erase(x);
    if (!except.empty()) // else it is below the watermark now
      acked_.insert(x);
  }
  raise_watermark();
  return {ack_result::accepted, std::move(newly_acked)};
}

ack_outcome offset_tracker::ack_individual(std::span<const offset_t> offsets) {
  if (auto refusal = check_individual(offsets))
    return {*refusal, {}};
  range_set fresh;
  for (auto x : offsets)
    if (pending_.contains(x))
      fresh.insert({x, x + 1});
  if (fresh.empty())
    return {ack_result::already_acked, {}};
  return acked_out_of_order(fresh.ranges());
}

ack_outcome offset_tracker::ack_pending(offset_range x,
                                        const range_set& except) {
  auto fresh = pending_.intersection(x);
  if (!except.empty())
    fresh = without(fresh, except);
  if (fresh.empty())
    return {ack_result::already_acked, {}};
  return acked_out_of_order(std::move(fresh));
}

/// They are pending.
ack_outcome offset_tracker::acked_out_of_order(std::vector<offset_range> xs) {
  for (auto range : xs) {
    pending_.erase(range);
    acked_.insert(range);
  }
  raise_watermark();
  return {ack_result::accepted, std::move(xs)};
}

void offset_tracker::rewind() {
  pending_.clear();
  position_ = watermark_;
}

std::optional<ack_result>
offset_tracker::check_individual(std::span<const offset_t> offsets) const {
  auto any = [&](auto pred) { return std::ranges::any_of(offsets, pred); };
  // What is acked may lie at or above the position after `rewind`. To ack it
  // once more is no error of the sender, who knows nothing of the restart.
  auto acked = [this](offset_t x) { return acked_.contains(x); };
  if (offsets.empty() || any([](offset_t x) { return x < 0; }))
    return ack_result::negative_offset;
  if (any([&](offset_t x) { return x >= position_ && !acked(x); }))
    return ack_result::beyond_delivered;
  if (any([&](offset_t x) { return x < watermark_; }))
    return ack_result::below_watermark;
  if (any([&](offset_t x) { return !pending_.contains(x) && !acked(x); }))
    return ack_result::not_delivered;
  return std::nullopt;
}

void offset_tracker::raise_watermark() {
  // What is acked already is not delivered: the source may not have passed it.
  auto behind = pending_.empty() ? acked_.end_of(position_) : std::nullopt;
  position_ = behind.value_or(position_);
  watermark_ = pending_.empty() ? position_ : pending_.front();
  offset_range passed{std::numeric_limits<offset_t>::min(), watermark_};
  acked_.erase(passed);
  adopted_.erase(passed);
}

} // namespace cafka::core
