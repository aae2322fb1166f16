#pragma once

#include "kafka/consumer.hpp"
#include "kafka/handles.hpp"

#include <vector>

namespace cafka::kafka {

/// librdkafka's form of a list of partitions, with and without offsets and what
/// is committed beside them.
list_ptr make_list(const std::vector<topic_partition>& xs);
list_ptr make_list(const std::vector<partition_offset>& xs);

/// What stands beside a committed offset.
core::commit_note note_of(const rd_kafka_topic_partition_t& x);

/// The partitions of `xs`; null counts as empty.
std::vector<topic_partition>
partitions_of(const rd_kafka_topic_partition_list_t* xs);

/// Has a partition's records fetched from `to` on; what its queue holds is
/// void. Does not wait, so that a failure may come later and unheard.
error seek(rd_kafka_t* client, const partition_offset& to);

} // namespace cafka::kafka
