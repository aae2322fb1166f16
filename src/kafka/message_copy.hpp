#pragma once

#include <cafka/record.hpp>

#include <librdkafka/rdkafka.h>

#include <cstddef>

namespace cafka::kafka {

/// Nothing for Kafka's null.
optional_bytes bytes_of(const void* data, std::size_t size);

/// The bytes of the headers' names and values; `has_headers` becomes true if
/// there are any.
std::size_t size_of_headers(const rd_kafka_message_t& msg, bool& has_headers);

/// Adds the message to a block of records. `has_headers` false: it has none, or
/// nobody wants them, which is not looked up.
void copy(const rd_kafka_message_t& msg, bool has_headers,
          record_block::builder& to);

} // namespace cafka::kafka
