#pragma once

#include "kafka/consumer.hpp"

#include <string>

namespace cafka::kafka {

/// What is wrong with a property of a consumer, in librdkafka's words; empty:
/// it can be set. The words never hold the value of a secret.
std::string property_refusal(const std::string& name, const std::string& value);

/// Why librdkafka makes no consumer of these together, where each can be set;
/// empty: it does. Talks to nobody and runs no command.
std::string consumer_refusal(properties props);

bool is_known_property(const std::string& name);

/// True for properties whose values must not be shown; `-` may stand for `.`.
bool is_secret_property(std::string name);

} // namespace cafka::kafka
