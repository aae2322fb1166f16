#pragma once

#include <cafka/types.hpp>

#include <map>
#include <string>

namespace cafka::core {

/// How many partitions each topic had when a run of a group first looked. One
/// that is numbered at or above that came later: nobody who asked for the end
/// of a topic can have meant to skip what is in it, so it starts at earliest.
class partition_counts {
public:
  /// Only the first word on a topic counts; 0: it did not exist.
  void note(const std::string& topic, partition_t count);

  bool knows(const std::string& topic) const;

  /// False, too, where the topic is not known.
  bool is_new(const topic_partition& x) const;

private:
  std::map<std::string, partition_t> first_;
};

} // namespace cafka::core
