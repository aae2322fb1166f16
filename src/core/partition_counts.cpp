#include "core/partition_counts.hpp"

namespace cafka::core {

void partition_counts::note(const std::string& topic, partition_t count) {
  first_.emplace(topic, count);
}

bool partition_counts::knows(const std::string& topic) const {
  return first_.contains(topic);
}

bool partition_counts::is_new(const topic_partition& x) const {
  auto i = first_.find(x.topic);
  return i != first_.end() && x.partition >= i->second;
}

} // namespace cafka::core
