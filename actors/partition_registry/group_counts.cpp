#include "actors/partition_registry/group_counts.hpp"

#include "actors/worker_messages.hpp"
#include "core/time_counts.hpp"

namespace cafka::actors {

void group_counts::called(const std::string& topic, const call_times& x) {
  auto& to = topics_[topic];
  core::observe(to.handler_seconds, x.took, call_seconds_bounds);
  if (x.age)
    core::observe(to.record_age, *x.age, record_age_bounds);
}

void group_counts::committed(bool ok, duration took) {
  ++(ok ? commits_confirmed_ : commits_failed_);
  core::observe(commit_seconds_, took, call_seconds_bounds);
}

void group_counts::show(group_status& to, time_point now) const {
  for (auto& x : to.partitions) {
    auto i = partitions_.find(x.tp);
    if (i == partitions_.end())
      continue;
    x.records_delivered = i->second.delivered;
    x.records_redelivered = i->second.redelivered;
    x.records_acked = i->second.acked;
  }
  to.connected = !outage_;
  to.rebalances = rebalances_;
  if (rebalances_ > 0)
    to.rebalance_ms = std::chrono::duration_cast<std::chrono::milliseconds>(
                        now - rebalanced_at_)
                        .count();
  to.commits_confirmed = commits_confirmed_;
  to.commits_failed = commits_failed_;
  to.commit_seconds = commit_seconds_;
  to.outputs_written = outputs_written_;
  to.outputs_failed = outputs_failed_;
  for (auto& [topic, x] : topics_) {
    to.topics.push_back(x);
    to.topics.back().topic = topic;
  }
}

} // namespace cafka::actors
