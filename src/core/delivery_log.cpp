#include "core/delivery_log.hpp"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <utility>

namespace cafka::core {

namespace {

/// Whether one of the block's records at `indices`, which rise, is this one;
/// empty: all of them are meant.
bool holds(const record_block& block, const std::vector<std::uint32_t>& indices,
           offset_t x) {
  auto i = block.lower_bound(x);
  if (i == block.size() || block.offset_at(i) != x)
    return false;
  return indices.empty()
         || std::ranges::binary_search(indices, static_cast<std::uint32_t>(i));
}

} // namespace

/// What a block that was copied out lacks in between is acked: to count it
/// costs nothing.
bool delivery::goes_to_end(
  const std::vector<std::uint32_t>& indices) const noexcept {
  return indices.empty() || indices.size() == block->size() - indices.front();
}

void delivery::begin_call(const std::vector<std::uint32_t>& indices) {
  if (goes_to_end(indices)) {
    ++calls_->from[block->offset_at(indices.empty() ? 0 : indices.front())];
    return;
  }
  for (auto i : indices)
    ++calls_->of_some[block->offset_at(i)];
}

std::uint32_t delivery::call_counts::up_to(offset_t x) const noexcept {
  std::uint32_t result = 0;
  for (auto i = from.begin(); i != from.end() && i->first <= x; ++i)
    result += i->second;
  return result;
}

std::uint32_t
delivery::calls(const std::vector<std::uint32_t>& indices) const noexcept {
  auto first = block->offset_at(indices.empty() ? 0 : indices.front());
  auto last = block->offset_at(indices.empty() ? block->size() - 1
                                               : indices.back());
  auto most = calls_->up_to(last); // it rises
  auto end = calls_->of_some.upper_bound(last);
  for (auto i = calls_->of_some.lower_bound(first); i != end; ++i)
    if (holds(*block, indices, i->first))
      most = std::max(most, calls_->up_to(i->first) + i->second);
  return most;
}

namespace {

// A quarter bounds what a straggler pins at four times its own size; and for a
// byte that is copied at least three were released.
constexpr std::size_t pinned_per_retained_max = 4;

// Records without bytes pin only their entries, so that these are measured.
bool is_mostly_released(const record_block& block, const volume& left) {
  if (block.size_bytes() == 0)
    return left.records <= block.size() / pinned_per_retained_max;
  return left.bytes <= block.size_bytes() / pinned_per_retained_max;
}

} // namespace

void delivery_log::add(delivery_ptr x) {
  auto& block = *x->block;
  assert(!block.empty());
  auto first = block.offset_at(0);
  volume all{block.size(), block.size_bytes()};
  assert(slots_.empty()
         || slots_.rbegin()->second.item->block->lower_bound(first)
              == slots_.rbegin()->second.item->block->size());
  slots_.emplace_hint(slots_.end(), first, slot{std::move(x), {}, all});
  retained_ += all;
}

volume delivery_log::release(std::span<const offset_range> acked) {
  volume freed;
  for (auto range : acked)
    freed += release(range);
  return freed;
}

volume delivery_log::drop(const delivery_ptr& x) {
  auto i = slots_.upper_bound(x->block->offset_at(0));
  if (i == slots_.begin())
    return {};
  --i;
  // The slot may hold a compacted copy of `x`, or another delivery of the same
  // offsets that was added after `clear`.
  if (!i->second.item->same_origin(*x))
    return {};
  auto freed = i->second.left;
  slots_.erase(i);
  retained_ -= freed;
  has_dropped_ = true;
  return freed;
}

volume delivery_log::drop(offset_range x) {
  auto freed = release(x);
  has_dropped_ = has_dropped_ || freed != volume{};
  return freed;
}

void delivery_log::clear() noexcept {
  slots_.clear();
  retained_ = {};
  has_dropped_ = false;
}

std::optional<redelivery> delivery_log::next_redelivery(offset_t after) const {
  auto i = slots_.upper_bound(after);
  if (i != slots_.begin())
    if (auto x = rest_of(std::prev(i)->second, after); !x.indices.empty())
      return x;
  if (i == slots_.end())
    return std::nullopt;
  if (i->second.released.empty())
    return redelivery{i->second.item, {}};
  return rest_of(i->second, after);
}

std::optional<redelivery>
delivery_log::next_redelivery(offset_t after, const range_set& except) const {
  auto result = next_redelivery(after);
  while (result && !except.empty()) {
    auto& block = *result->from->block;
    auto first = result->indices.empty() ? 0 : result->indices.front();
    if (except
          .intersection(
            {block.offset_at(first), block.offset_at(block.size() - 1) + 1})
          .empty())
      break; // nearly always: they are below
    if (result->indices.empty())
      for (std::uint32_t i = 0; i < block.size(); ++i)
        result->indices.push_back(i);
    std::erase_if(result->indices, [&](std::uint32_t i) {
      return except.contains(block.offset_at(i));
    });
    if (!result->indices.empty())
      break;
    result = next_redelivery(block.offset_at(block.size() - 1));
  }
  return result;
}

std::optional<redelivery> delivery_log::find(offset_t x) const {
  auto behind = slots_.upper_bound(x);
  if (behind == slots_.begin())
    return std::nullopt;
  auto& found = std::prev(behind)->second;
  auto& block = *found.item->block;
  auto i = block.lower_bound(x);
  if (i == block.size() || block.offset_at(i) != x || !found.holds(i))
    return std::nullopt;
  return redelivery{found.item, {static_cast<std::uint32_t>(i)}};
}

redelivery delivery_log::rest_of(const slot& x, offset_t after) {
  redelivery result{x.item, {}};
  auto& block = *x.item->block;
  auto first = block.lower_bound(after + 1);
  if (first == block.size())
    return result;
  auto is_whole = x.released
                    .intersection({block.offset_at(first),
                                   block.offset_at(block.size() - 1) + 1})
                    .empty(); // nearly always
  result.indices.reserve(block.size() - first);
  for (auto i = first; i < block.size(); ++i)
    if (is_whole || x.holds(i))
      result.indices.push_back(static_cast<std::uint32_t>(i));
  return result;
}

std::vector<redelivery> delivery_log::redeliveries() const {
  std::vector<redelivery> result;
  result.reserve(slots_.size());
  for (offset_t after = -1; auto x = next_redelivery(after);) {
    after = x->from->block->offset_at(x->from->block->size() - 1);
    result.push_back(std::move(*x));
  }
  return result;
}

std::size_t delivery_log::pinned_bytes() const noexcept {
  std::size_t result = 0;
  for (auto& [first, x] : slots_)
    result += x.item->block->size_bytes();
  return result;
}

volume delivery_log::release(offset_range acked) {
  volume freed;
  auto i = slots_.upper_bound(acked.first);
  if (i != slots_.begin())
    --i;
  while (i != slots_.end() && i->first < acked.last) {
    freed += release(i->second, acked);
    if (i->second.left.records == 0) {
      i = slots_.erase(i);
    } else {
      compact(i->second);
      ++i;
    }
  }
  retained_ -= freed;
  return freed;
}

volume delivery_log::release(slot& x, offset_range acked) {
  volume freed;
  auto& block = *x.item->block;
  auto last = block.offset_at(block.size() - 1);
  if (x.released.empty() && acked.first <= block.offset_at(0)
      && last < acked.last) // nearly always
    return std::exchange(x.left, {});
  auto end = block.lower_bound(acked.last);
  for (auto i = block.lower_bound(acked.first); i < end; ++i)
    if (x.holds(i))
      freed += {1, block.size_bytes_at(i)};
  if (freed.records > 0)
    x.released.insert(acked);
  x.left -= freed;
  return freed;
}

void delivery_log::compact(slot& x) {
  auto& block = *x.item->block;
  if (!is_mostly_released(block, x.left))
    return;
  record_block::builder rest;
  rest.reserve(x.left.records, x.left.bytes);
  for (std::size_t i = 0; i < block.size(); ++i)
    if (x.holds(i))
      rest.add_copy(block, i);
  x.item = std::make_shared<delivery>(rest.finish(), *x.item);
  x.released.clear();
}

} // namespace cafka::core
