#pragma once

#include "kafka/error.hpp"

#include <cafka/record.hpp>

#include <librdkafka/rdkafka.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace cafka::kafka {

struct record_to_send {
  const std::string& topic;
  partition_t partition; ///< -1: chosen by the key's hash
  optional_bytes key;
  optional_bytes value;
  const std::vector<header>& headers;
  std::int64_t timestamp_ms; ///< 0: now
};

/// Copies the record and queues it. Its report carries `tag`.
rd_kafka_resp_err_t produce(rd_kafka_t* client, const record_to_send& x,
                            std::uint64_t tag);

/// The tag of a record that is reported.
std::uint64_t tag_of(const rd_kafka_message_t& x);

/// Why a record was not written. A client that is fatally broken gives back all
/// records with codes that do not say why.
error failure_of(rd_kafka_t* client, rd_kafka_resp_err_t code);

} // namespace cafka::kafka
