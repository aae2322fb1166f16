#include "core/range_set.hpp"

#include <algorithm>
#include <iterator>

namespace cafka::core {

void range_set::insert(offset_range x) {
  if (x.first >= x.last)
    return;
  auto i = ranges_.upper_bound(x.first);
  // A range that ends where `x` begins touches it: the two become one.
  if (i != ranges_.begin() && std::prev(i)->second >= x.first) {
    --i;
    x.first = i->first;
  }
  while (i != ranges_.end() && i->first <= x.last) {
    x.last = std::max(x.last, i->second);
    i = ranges_.erase(i);
  }
  ranges_.emplace_hint(i, x.first, x.last);
}

void range_set::erase(offset_range x) {
  if (x.first >= x.last)
    return;
  auto i = ranges_.upper_bound(x.first);
  if (i != ranges_.begin() && std::prev(i)->second > x.first)
    --i;
  while (i != ranges_.end() && i->first < x.last) {
    offset_range hit{i->first, i->second};
    i = ranges_.erase(i);
    if (hit.first < x.first)
      ranges_.emplace_hint(i, hit.first, x.first);
    if (hit.last > x.last)
      ranges_.emplace_hint(i, x.last, hit.last);
  }
}

bool range_set::contains(offset_t x) const noexcept {
  return end_of(x).has_value();
}

std::optional<offset_t> range_set::end_of(offset_t x) const noexcept {
  auto i = ranges_.upper_bound(x);
  if (i == ranges_.begin() || std::prev(i)->second <= x)
    return std::nullopt;
  return std::prev(i)->second;
}

std::vector<offset_range> range_set::intersection(offset_range x) const {
  std::vector<offset_range> result;
  if (x.first >= x.last)
    return result;
  auto i = ranges_.upper_bound(x.first);
  if (i != ranges_.begin() && std::prev(i)->second > x.first)
    --i;
  for (; i != ranges_.end() && i->first < x.last; ++i)
    result.push_back({std::max(i->first, x.first), //
                      std::min(i->second, x.last)});
  return result;
}

std::vector<offset_range> range_set::ranges() const {
  std::vector<offset_range> result;
  result.reserve(ranges_.size());
  for (auto [first, last] : ranges_)
    result.push_back({first, last});
  return result;
}

} // namespace cafka::core
