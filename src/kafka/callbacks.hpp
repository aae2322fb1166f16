#pragma once

#include "kafka/client_log.hpp"
#include "kafka/connections.hpp"
#include "kafka/tls_errors.hpp"

namespace cafka::kafka {

/// The functions of one consumer that librdkafka calls; the opaque of its
/// client. Its members are called on librdkafka's threads.
struct callbacks {
  explicit callbacks(bool wants_debug) : log(wants_debug) {
  }

  /// Before the client is made of `conf`; this must outlive it. Takes the
  /// configuration's opaque.
  void watch(rd_kafka_conf_t* conf);

  tls_errors tls;
  connections sockets;
  client_log log;
};

} // namespace cafka::kafka
