#pragma once

#include "kafka/handles.hpp"
#include "kafka/writer_events.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace cafka::kafka {

struct new_topic {
  std::string name;
  partition_t partitions = 1;
  int replication = -1; ///< -1: the broker's default, which Kafka 2.4 came with
};

/// Asks the controller to make a topic. The answer is an event of `events` with
/// `token`, within `timeout`; unless a failure is returned.
error begin_creation(rd_kafka_t* client, rd_kafka_queue_t* events,
                     std::uint64_t token, const new_topic& x,
                     std::chrono::milliseconds timeout);

/// That answer.
topic_created to_topic_created(rd_kafka_event_t* event);

} // namespace cafka::kafka
