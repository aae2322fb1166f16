#include "kafka/error_hint.hpp"

#include <librdkafka/rdkafka.h>

namespace cafka::kafka {

std::string_view hint_of(int code) {
  switch (code) {
    case RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL:
      return "all members of the group need the same assignment-strategy";
    case RD_KAFKA_RESP_ERR_INVALID_SESSION_TIMEOUT:
      return "kafka { session-timeout-ms } is not within the broker's "
             "group.min.session.timeout.ms and group.max.session.timeout.ms";
    case RD_KAFKA_RESP_ERR_INVALID_GROUP_ID:
      return "see group";
    case RD_KAFKA_RESP_ERR_GROUP_MAX_SIZE_REACHED:
      return "the group has as many members as the broker's group.max.size "
             "allows";
    case RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID:
      return "another member of the group has the same group-instance-id";
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
      return "the user of this client needs the right READ on the group";
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
      return "the user of this client needs the right READ on the topic to "
             "consume it, WRITE to produce";
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
      return "the user of this client has the right to write to no topic, or, "
             "before Kafka 2.8, not the cluster's right IDEMPOTENT_WRITE";
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
      return "see kafka { sasl-username, sasl-password }";
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM:
      return "see kafka { sasl-mechanisms }";
    case RD_KAFKA_RESP_ERR_ILLEGAL_SASL_STATE:
      return "see kafka { security-protocol }";
    case RD_KAFKA_RESP_ERR__RESOLVE:
      return "see endpoints, or the broker's advertised.listeners";
    case RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED:
      return "the process stood still for longer than kafka { "
             "max-poll-interval-ms }";
    case RD_KAFKA_RESP_ERR__BAD_COMPRESSION:
      return "or a zstd batch that is larger unpacked than kafka { "
             "receive-message-max-bytes }";
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
      return "see the topic's max.message.bytes";
    default:
      return {};
  }
}

} // namespace cafka::kafka
