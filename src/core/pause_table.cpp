#include "core/pause_table.hpp"

#include <algorithm>
#include <utility>

namespace cafka::core {

namespace {

constexpr partition_t all_partitions = -1;

} // namespace

std::string pause_table::wrong_with(const topic_partition& of,
                                    const std::vector<std::string>& topics) {
  if (of.topic.empty() && of.partition != all_partitions)
    return "partition " + std::to_string(of.partition)
           + " of no topic: name its topic, or no partition";
  if (of.partition < all_partitions)
    return "partition " + std::to_string(of.partition)
           + ": from 0, or none for all of the topic";
  if (!of.topic.empty() && std::ranges::find(topics, of.topic) == topics.end())
    return "topic " + of.topic + ": the group does not read it";
  return {};
}

bool pause_table::add(const topic_partition& of, pause x) {
  return pauses_.insert_or_assign(of, std::move(x)).second;
}

bool pause_table::remove(const topic_partition& of) {
  return pauses_.erase(of) != 0;
}

auto pause_table::find(const topic_partition& tp) const -> const entry* {
  for (auto& x : {tp, topic_partition{tp.topic, all_partitions},
                  topic_partition{{}, all_partitions}})
    if (auto i = pauses_.find(x); i != pauses_.end())
      return &*i;
  return nullptr;
}

std::string text_of_paused(const topic_partition& x) {
  if (x.topic.empty())
    return "all partitions";
  return x.partition < 0 ? "all of " + x.topic : to_string(x);
}

} // namespace cafka::core
