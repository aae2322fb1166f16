#pragma once

#include "kafka/consumer.hpp"
#include "kafka/handles.hpp"

namespace cafka::kafka {

/// librdkafka's configuration of a consumer: what cafka owns, `props`, and
/// cafka's defaults where `props` says nothing. Errors name the property.
result<conf_ptr> consumer_configuration(const properties& props);

/// The same for a producer.
result<conf_ptr> producer_configuration(const properties& props);

/// Creates the client. Takes `conf`; `props` are those it was made from, whose
/// secrets an error must not show.
result<rd_kafka_t*> make_client(rd_kafka_type_t type, conf_ptr conf,
                                const properties& props);

/// Sets one property; what librdkafka says against it, or nothing.
std::string set_property(rd_kafka_conf_t* conf, const std::string& name,
                         const std::string& value);

} // namespace cafka::kafka
