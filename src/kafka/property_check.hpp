#pragma once

#include "kafka/consumer.hpp"

#include <string>

namespace cafka::kafka {

/// Says what is wrong with a property of a consumer, in librdkafka's words;
/// empty: it can be set. The words never hold the value of a secret.
std::string property_refusal(const std::string& name, const std::string& value);

/// Why librdkafka makes no consumer of these together, where each can be set;
/// empty: it does. Talks to nobody and runs no command.
std::string consumer_refusal(properties props);

/// As above, of an idempotent producer.
std::string producer_refusal(properties props);

/// The values that a consumer of these has, given or by default, by
/// librdkafka's first name of each property; what has neither is missing.
/// Nothing: it is refused.
properties consumer_values(properties props);

/// The first name of a property that has two; else its name.
std::string first_name(const std::string& name);

bool is_known_property(const std::string& name);

/// True for properties whose values must not be shown; `-` may stand for `.`.
bool is_secret_property(std::string name);

} // namespace cafka::kafka
