#pragma once

#include <librdkafka/rdkafka.h>

#include <cstdint>

/// librdkafka's leader epochs, which it tells since 2.1; -1: not known.
namespace cafka::kafka {

#if RD_KAFKA_VERSION >= 0x020100ff

inline constexpr bool has_leader_epochs = true;

inline std::int32_t leader_epoch_of(const rd_kafka_topic_partition_t& x) {
  return rd_kafka_topic_partition_get_leader_epoch(&x);
}
inline std::int32_t leader_epoch_of(const rd_kafka_message_t& x) {
  return rd_kafka_message_leader_epoch(&x);
}
inline void set_leader_epoch(rd_kafka_topic_partition_t& to, std::int32_t x) {
  rd_kafka_topic_partition_set_leader_epoch(&to, x);
}

#else

inline constexpr bool has_leader_epochs = false;

inline std::int32_t leader_epoch_of(const rd_kafka_topic_partition_t&) {
  return -1;
}
inline std::int32_t leader_epoch_of(const rd_kafka_message_t&) {
  return -1;
}
inline void set_leader_epoch(rd_kafka_topic_partition_t&, std::int32_t) {
  // nobody hears of it
}

#endif

} // namespace cafka::kafka
