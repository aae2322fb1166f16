#pragma once

#include "http/snapshot.hpp"

#include <string>

namespace cafka::test {

/// A partition that runs, at offsets that a test tells apart.
inline partition_status running_partition(const std::string& topic,
                                          partition_t number) {
  partition_status result;
  result.tp = {topic, number};
  result.state = partition_state::running;
  result.position = 120;
  result.watermark = 100;
  result.committed = 90;
  result.lag = 50;
  return result;
}

/// The same with a record that fails.
inline partition_status failing_partition(const std::string& topic,
                                          partition_t number) {
  auto result = running_partition(topic, number);
  result.state = partition_state::backoff;
  result.healthy = false;
  result.health = partition_health::failing;
  result.health_text = "offset 100 failed 3 times";
  result.failing_offset = 100;
  result.failures = 3;
  result.next_try_ms = 12'000;
  result.since_progress_ms = 240'000;
  result.last_error = errc::handler_failed;
  result.last_error_text = "exit 65";
  return result;
}

/// A group that was in its group, heard of at 1,000,000 s.
inline http::seen_group seen_group(std::vector<partition_status> partitions) {
  http::seen_group result;
  result.name = "orders";
  result.answered_at = 1'000'000'000;
  result.status.emplace();
  result.status->name = "orders";
  result.status->group = "order-readers";
  result.status->rebalances = 1;
  result.status->rebalance_ms = 5'000;
  result.status->partitions = std::move(partitions);
  return result;
}

inline http::snapshot snapshot_of(std::vector<http::seen_group> groups) {
  http::snapshot result;
  result.now = 1'000'000'000;
  result.groups = std::move(groups);
  return result;
}

} // namespace cafka::test
