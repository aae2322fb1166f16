#pragma once

#include "kafka/consumer.hpp"
#include "kafka/handles.hpp"

#include <optional>

namespace cafka::kafka {

/// An event of librdkafka in our words; nothing where it means nothing to us.
std::optional<client_event> to_event(rd_kafka_t* client,
                                     rd_kafka_event_t* event);

/// The client's fatal error; success if it has none.
error fatal_error(rd_kafka_t* client);

} // namespace cafka::kafka
