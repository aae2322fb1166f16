#include "kafka/callbacks.hpp"

namespace cafka::kafka {

void callbacks::watch(rd_kafka_conf_t* conf) {
  connections::watch(conf);
  rd_kafka_conf_set_log_cb(conf, on_log);
}

// Without a client it is about a configuration, whose errors we are given.
void callbacks::on_log(const rd_kafka_t* client, int level,
                       const char* facility, const char* text) {
  if (client != nullptr)
    static_cast<callbacks&>(self_of(rd_kafka_opaque(client)))
      .log.add(level, facility, text);
}

} // namespace cafka::kafka
