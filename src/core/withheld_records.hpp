#pragma once

#include "core/failure_rules.hpp"
#include "core/range_set.hpp"

#include <cafka/types.hpp>

#include <map>
#include <utility>
#include <vector>

namespace cafka::core {

/// A nack that came before the answer of its record's call counted.
struct early_nack {
  offset_t offset = -1;
  bool retry = true;
  failure_cause cause;
};

/// Records whose calls have answered and whose answers wait for outputs. What
/// somebody says of one meanwhile counts behind the answer, and is void where
/// that is; of several words the first. Bounded by the flow window.
class withheld_records {
public:
  struct words {
    range_set acked;
    std::vector<early_nack> nacked;
  };

  void insert(offset_range x) {
    records_.insert(x);
  }
  bool empty() const noexcept {
    return records_.empty();
  }
  bool contains(offset_t x) const noexcept {
    return records_.contains(x);
  }
  const range_set& records() const noexcept {
    return records_;
  }
  /// An ack of those of them that lie in `x`, without those of `except`.
  void note_ack(offset_range x, const range_set& except = {}) {
    for (auto part : records_.intersection(x)) {
      acked_.insert(part);
      for (auto left : except.intersection(part))
        acked_.erase(left);
    }
    for (auto& [offset, nack] : nacked_)
      acked_.erase({offset, offset + 1});
  }
  /// It is one of them.
  void note_nack(early_nack x) {
    if (!acked_.contains(x.offset))
      nacked_.try_emplace(x.offset, std::move(x));
  }
  /// They are withheld no more. What was said of them.
  words release(offset_range x) {
    words result;
    records_.erase(x);
    for (auto part : acked_.intersection(x))
      result.acked.insert(part);
    acked_.erase(x);
    auto first = nacked_.lower_bound(x.first);
    auto last = nacked_.lower_bound(x.last);
    for (auto i = first; i != last; ++i)
      result.nacked.push_back(std::move(i->second));
    nacked_.erase(first, last);
    return result;
  }
  void clear() noexcept {
    *this = {};
  }

private:
  range_set records_;
  range_set acked_;
  std::map<offset_t, early_nack> nacked_;
};

} // namespace cafka::core
