#pragma once

#include <cafka/types.hpp>

#include <cstddef>
#include <map>
#include <optional>
#include <vector>

namespace cafka::core {

/// A set of offsets kept as disjoint, non-touching half-open ranges.
class range_set {
public:
  void insert(offset_range x);
  void erase(offset_range x);
  void clear() noexcept {
    ranges_.clear();
  }

  bool contains(offset_t x) const noexcept;
  /// Behind the range that holds `x`; nothing: none does.
  std::optional<offset_t> end_of(offset_t x) const noexcept;
  /// The parts of `x` that are in the set, in rising order.
  std::vector<offset_range> intersection(offset_range x) const;
  bool empty() const noexcept {
    return ranges_.empty();
  }
  /// Lowest offset; the set must not be empty.
  offset_t front() const noexcept {
    return ranges_.begin()->first;
  }
  /// How many separate ranges there are.
  std::size_t range_count() const noexcept {
    return ranges_.size();
  }
  std::vector<offset_range> ranges() const;

private:
  std::map<offset_t, offset_t> ranges_; // first -> last, exclusive
};

} // namespace cafka::core
