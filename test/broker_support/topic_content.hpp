#pragma once

#include "broker_support/cluster.hpp"

#include <cafka/record.hpp>

#include <map>
#include <string>
#include <vector>

namespace cafka::test {

/// All records of the topic, with headers, in order within each partition. What
/// cannot be had throws std::runtime_error.
std::vector<owned_record> content_of(const cluster& kafka,
                                     const std::string& topic);

/// How many partitions the topic has; 0: there is none.
std::size_t partitions_of(const cluster& kafka, const std::string& topic);

/// What the group has committed of its topics' partitions. The same.
std::map<topic_partition, offset_t> committed_of(const cluster& kafka,
                                                 const std::string& group,
                                                 const std::string& topic);

} // namespace cafka::test
