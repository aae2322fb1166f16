#pragma once

#include <cafka/types.hpp>

#include <cstddef>
#include <map>
#include <string_view>

namespace cafka::kafka {

/// What librdkafka's statistics say of the queues of fetched records, in bytes
/// as its own limit counts them. They come where the property
/// `statistics.interval.ms` is set.
std::map<topic_partition, std::size_t> queued_bytes_in(std::string_view json);

} // namespace cafka::kafka
