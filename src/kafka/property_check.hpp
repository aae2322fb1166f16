#pragma once

#include "kafka/consumer.hpp"

namespace cafka::kafka {

/// What librdkafka says of `props` without making a client; names the first
/// property that it does not know or refuses.
error check_properties(const properties& props);

/// True for properties whose values must not be shown.
bool is_secret_property(const std::string& name);

/// Without the properties that mean something to consumers alone.
properties without_consumer_properties(properties xs);

} // namespace cafka::kafka
