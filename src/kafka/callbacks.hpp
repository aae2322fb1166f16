#pragma once

#include "kafka/client_log.hpp"
#include "kafka/connections.hpp"

namespace cafka::kafka {

/// What librdkafka calls of one consumer.
class callbacks : public connections {
public:
  explicit callbacks(bool wants_debug) : log(wants_debug) {
  }

  /// Before the client is made of `conf`; this must outlive it. Takes the
  /// configuration's opaque.
  void watch(rd_kafka_conf_t* conf);

  client_log log;

private:
  static void on_log(const rd_kafka_t* client, int level, const char* facility,
                     const char* text);
};

} // namespace cafka::kafka
