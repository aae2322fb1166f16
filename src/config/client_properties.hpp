#pragma once

#include "kafka/consumer.hpp"

#include <cafka/config.hpp>

#include <chrono>
#include <map>
#include <string>
#include <string_view>

namespace cafka {

/// librdkafka's properties for a group: what its keys mean on the wire, and its
/// `kafka { … }`.
kafka::properties client_properties(const group_config& x);

/// Those of its producer: the group's endpoints and security, what its keys
/// mean, and its `producer { … }`.
kafka::properties producer_properties(const group_config& x);

/// How a client of these names itself to the brokers.
std::string client_id_of(const kafka::properties& x);

/// Whether the property is of TLS or of a login, which consumer and producer of
/// a group have in common.
bool is_security_property(std::string_view name);

/// Longest a broker keeps a fetch. librdkafka long-polls: with nothing to
/// gather, that is what brod sleeps between two empty replies.
std::chrono::milliseconds fetch_wait(const group_config& x);

/// max.poll.interval.ms of these properties, or librdkafka's default.
std::chrono::milliseconds
max_poll_interval(const std::map<std::string, std::string>& x);

} // namespace cafka
