#pragma once

#include "core/flow_window.hpp"
#include "kafka/consumer.hpp"
#include "kafka/handles.hpp"

#include <chrono>

namespace cafka::kafka {

/// librdkafka's configuration of a consumer: what cafka owns, `props`, and
/// cafka's defaults where `props` says nothing. Without a `callbacks` its log
/// goes nowhere. Errors name the property.
result<conf_ptr> consumer_configuration(const properties& props);

/// As above, for a producer.
result<conf_ptr> producer_configuration(const properties& props);

/// At its queue limits librdkafka stops fetching a partition, and before 2.2 it
/// goes on only with the next look of its broker's thread, up to 1 s later,
/// however soon there is room (librdkafka #2879).
bool stops_fetching_for_long();

/// Those limits, of each partition.
core::volume fetch_stop(rd_kafka_t* client);

/// For how long a group lists a member that it does not hear from.
std::chrono::milliseconds session_timeout(rd_kafka_t* client);

/// Creates the client. Takes `conf`; `props` are those it was made from, whose
/// secrets an error must not show.
result<rd_kafka_t*> make_client(rd_kafka_type_t type, conf_ptr conf,
                                const properties& props);

/// Sets one property; what librdkafka says against it, or nothing.
std::string set_property(rd_kafka_conf_t* conf, const std::string& name,
                         const std::string& value);

/// The text with `***` for the value of each secret among `props`: librdkafka
/// quotes values in its words.
std::string without_secrets(std::string text, const properties& props);

} // namespace cafka::kafka
