#pragma once

#if __cplusplus < 202002L
#  error "cafka needs C++20: compile with -std=c++20 or a newer standard"
#endif

#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace cafka {

/// Position of a record in its partition; 0 is the first ever written. Negative
/// values never name a record.
using offset_t = std::int64_t;

/// Number of a partition within its topic, from 0.
using partition_t = std::int32_t;

/// The epoch of one partition's assignment to this member. Raised when the
/// partition is given to this member, fenced, lost, reset or moved; kept
/// through other members' rebalances and through worker restarts. 0 is never
/// assigned.
struct generation {
  /// From 1, rising; 0 where there is none.
  std::uint64_t value = 0;
  /// A later generation of a partition is greater.
  friend auto operator<=>(const generation&, const generation&) = default;
};

/// Serial number that the coordinator gives to a rebalance, from 1.
struct rebalance_id {
  /// From 1, rising; 0 where there is none.
  std::uint64_t value = 0;
  /// A later rebalance is greater.
  friend auto operator<=>(const rebalance_id&, const rebalance_id&) = default;
};

/// Names one partition of one topic.
struct topic_partition {
  std::string topic;         ///< as the broker names it
  partition_t partition = 0; ///< from 0
  /// By topic, then by partition.
  friend auto operator<=>(const topic_partition&, const topic_partition&)
    = default;
};

/// Renders as `topic/partition`.
inline std::string to_string(const topic_partition& x) {
  return x.topic + "/" + std::to_string(x.partition);
}

/// Half-open range of offsets, `[first, last)`.
struct offset_range {
  offset_t first = 0; ///< the first one that belongs to it
  offset_t last = 0;  ///< the first one behind it
  /// By `first`, then by `last`.
  friend auto operator<=>(const offset_range&, const offset_range&) = default;
};

/// The monotonic clock that decisions are given; they never read it themselves.
using time_point = std::chrono::steady_clock::time_point;
/// A span of that clock.
using duration = std::chrono::steady_clock::duration;

} // namespace cafka

namespace std {

/// For unordered containers.
template <>
struct hash<cafka::topic_partition> {
  /// The hash of topic and partition.
  std::size_t operator()(const cafka::topic_partition& x) const noexcept {
    // 0x9e37…: 2^64 / golden ratio, spreads neighbouring partition numbers.
    return std::hash<std::string>{}(x.topic)
           ^ (static_cast<std::size_t>(x.partition) * 0x9e3779b97f4a7c15ull);
  }
};

} // namespace std
