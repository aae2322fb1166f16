#pragma once

#include "kafka/consumer.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace cafka::kafka {

/// Asks the brokers about topics and about the offsets of a group that it never
/// joins, and sets these. Every question blocks, for `limit` at most; for
/// programs, not for actors.
class offset_lookup {
public:
  /// The facts found of partitions, and why nothing of others.
  template <class T>
  struct found {
    std::map<topic_partition, T> values;
    std::map<topic_partition, error> failures;
  };

  /// Partitions, each with the broker that leads it; negative: none does now.
  using led_partitions = std::map<topic_partition, std::int32_t>;

  struct topics_found {
    led_partitions partitions;
    std::vector<error> failures; ///< each names its topic
  };

  /// `props` as for a consumer: bootstrap.servers and group.id are required.
  static result<std::unique_ptr<offset_lookup>>
  open(const properties& props, std::chrono::milliseconds limit);
  ~offset_lookup();
  offset_lookup(const offset_lookup&) = delete;
  offset_lookup& operator=(const offset_lookup&) = delete;

  /// The partitions of topics. Where no broker answers, the topics behind are
  /// not asked for.
  topics_found partitions_of(const std::vector<std::string>& topics);

  /// The group's committed offsets; partitions without one have neither a value
  /// nor a failure.
  result<found<offset_t>> committed(const std::vector<topic_partition>& xs);

  /// The readable offsets, [first, last): behind it stand the next records to
  /// be written, or (isolation.level) the first open transaction. The firsts
  /// are asked for before the lasts.
  found<offset_range> ranges(const led_partitions& xs);

  /// The first records that are as new as that, in ms since 1970; where there
  /// is none the partition has neither a value nor a failure.
  found<offset_t> at_time(const led_partitions& xs, std::int64_t time_ms);

  /// How many members the group has now.
  result<int> members();

  /// Commits in the name of the group, which has no members: else the broker
  /// refuses it.
  error commit(const std::map<topic_partition, offset_t>& next);

private:
  struct impl;
  explicit offset_lookup(std::unique_ptr<impl> x);
  std::unique_ptr<impl> impl_;
};

} // namespace cafka::kafka
