#pragma once

#include <librdkafka/rdkafka.h>

#include <memory>

namespace cafka::kafka {

// Owners of librdkafka's objects. The client itself has none: how it must be
// destroyed depends on its state.

template <auto Destroy>
struct destroyer {
  template <class T>
  void operator()(T* x) const noexcept {
    Destroy(x);
  }
};

using conf_ptr
  = std::unique_ptr<rd_kafka_conf_t, destroyer<rd_kafka_conf_destroy>>;
using queue_ptr
  = std::unique_ptr<rd_kafka_queue_t, destroyer<rd_kafka_queue_destroy>>;
using event_ptr
  = std::unique_ptr<rd_kafka_event_t, destroyer<rd_kafka_event_destroy>>;
using message_ptr
  = std::unique_ptr<rd_kafka_message_t, destroyer<rd_kafka_message_destroy>>;
using headers_ptr
  = std::unique_ptr<rd_kafka_headers_t, destroyer<rd_kafka_headers_destroy>>;
using list_ptr
  = std::unique_ptr<rd_kafka_topic_partition_list_t,
                    destroyer<rd_kafka_topic_partition_list_destroy>>;

} // namespace cafka::kafka
