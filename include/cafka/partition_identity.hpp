#pragma once

#include <cafka/types.hpp>

#include <string>

namespace cafka {

/// Which partition records and handlers belong to, fixed for one generation.
struct partition_identity {
  std::string group;            ///< the Kafka consumer group id
  std::string topic;            ///< as the broker names it
  partition_t partition = 0;    ///< of the topic
  cafka::generation generation; ///< of this assignment
};

} // namespace cafka
