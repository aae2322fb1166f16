#pragma once

#include "kafka/consumer.hpp"
#include "kafka/handles.hpp"
#include "kafka/writer_events.hpp"

#include <string>
#include <vector>

namespace cafka::kafka {

// Questions to brokers, by calls that block until `deadline` at most: on a
// question_thread.

/// The group's committed offsets. librdkafka has a call for it that does not
/// block, ListConsumerGroupOffsets, but that one aborts the process when the
/// connection to the coordinator breaks while it runs (librdkafka #3663, in
/// every version so far).
committed_found ask_committed(rd_kafka_t* client, std::uint64_t token,
                              const std::vector<topic_partition>& partitions,
                              time_point deadline);

/// The readable ends of partitions: the offsets of the next records to be
/// written, or (isolation.level) of the first open transaction. Where `failure`
/// is set, one of them could not be asked and `ends` is empty: librdkafka drops
/// the other answers. A call that does not block came with 2.3.
ends_found ask_ends(rd_kafka_t* client,
                    const std::vector<topic_partition>& partitions,
                    time_point deadline);

/// As above; if it fails they are asked one by one, for one that fails, of a
/// topic that was deleted for example, spoils the request for all.
ends_found ask_ends_singly(rd_kafka_t* client,
                           const std::vector<topic_partition>& partitions,
                           time_point deadline);

/// The range that the leader of a partition holds.
range_found ask_range(rd_kafka_t* client, const topic_partition& tp,
                      time_point deadline);

/// The readable range of a partition, and where the first record stands that is
/// as new as `time_ms`, if anything.
core::position_facts ask_position(rd_kafka_t* client, const topic_partition& tp,
                                  std::optional<std::int64_t> time_ms,
                                  time_point deadline);

/// How many partitions topics have. A call that does not block came with 2.3.
partitions_counted count_partitions(rd_kafka_t* client,
                                    const std::vector<std::string>& topics,
                                    time_point deadline);

/// How many partitions one topic has, 0 where there is none; a topic that the
/// broker does not let us see is a failure.
topic_found ask_topic(rd_kafka_t* client, const std::string& topic,
                      time_point deadline);

} // namespace cafka::kafka
