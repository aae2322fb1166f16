#pragma once

#include <cafka/status.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace cafka::actors {

struct call_times;

/// Counts what a group has done since it was spawned, in all incarnations of
/// its manager, which count in it per handler call, commit and rebalance. Only
/// the manager of the moment touches it; while there is none the supervisor
/// reads.
class group_counts {
public:
  struct of_partition {
    std::uint64_t delivered = 0;
    std::uint64_t redelivered = 0;
    std::uint64_t acked = 0;
  };

  of_partition& of(const topic_partition& tp) {
    return partitions_[tp];
  }
  void called(const std::string& topic, const call_times& x);
  void rebalanced(time_point now) {
    ++rebalances_;
    rebalanced_at_ = now;
  }
  void committed(bool ok, duration took);
  void outputs_written(std::size_t count) {
    outputs_written_ += count;
  }
  void outputs_failed() {
    ++outputs_failed_;
  }
  /// Whether all brokers are away.
  void outage(bool lasts) noexcept {
    outage_ = lasts;
  }

  /// Puts all of it into `to`, whose partitions are there.
  void show(group_status& to, time_point now) const;

private:
  std::map<topic_partition, of_partition> partitions_;
  std::map<std::string, topic_status> topics_;
  std::uint64_t rebalances_ = 0;
  time_point rebalanced_at_{};
  std::uint64_t commits_confirmed_ = 0;
  std::uint64_t commits_failed_ = 0;
  time_counts commit_seconds_;
  std::uint64_t outputs_written_ = 0;
  std::uint64_t outputs_failed_ = 0;
  bool outage_ = false;
};

} // namespace cafka::actors
