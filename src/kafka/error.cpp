#include "kafka/error.hpp"

#include "kafka/error_hint.hpp"
#include "kafka/foreign_answer.hpp"
#include "kafka/security_error.hpp"

#include <librdkafka/rdkafka.h>

namespace cafka::kafka {

namespace {

// Codes of KIP-848, which librdkafka 2.0 has no names for.
constexpr int fenced_member_epoch = 110;
constexpr int stale_member_epoch = 113;

// librdkafka's own codes stand for more than a refusal, and a refusal after the
// handshake of TLS 1.3 comes as `_TRANSPORT`: the words decide.
bool is_authentication(int code, std::string_view words) {
  switch (code) {
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
      return refuses_login(words);
    case RD_KAFKA_RESP_ERR__SSL:
    case RD_KAFKA_RESP_ERR__TRANSPORT:
      return refuses_tls(words);
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM:
    case RD_KAFKA_RESP_ERR_ILLEGAL_SASL_STATE:
      return true;
    default:
      return false;
  }
}

bool is_authorization(int code) {
  switch (code) {
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
      return true;
    default:
      return false;
  }
}

// No broker, or not the right one yet.
bool is_unavailable(int code) {
  switch (code) {
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__SSL:            // unless the words refuse
    case RD_KAFKA_RESP_ERR__AUTHENTICATION: // the same
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
    case RD_KAFKA_RESP_ERR__RESOLVE:
    case RD_KAFKA_RESP_ERR__WAIT_COORD:
    case RD_KAFKA_RESP_ERR__NODE_UPDATE:
    case RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION:
    case RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION:
    case RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS:
    case RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NOT_COORDINATOR:
      return true;
    default:
      return false;
  }
}

bool is_timeout(int code) {
  return code == RD_KAFKA_RESP_ERR__TIMED_OUT
         || code == RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE
         || code == RD_KAFKA_RESP_ERR__MSG_TIMED_OUT
         || code == RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT;
}

bool is_stale_membership(int code) {
  switch (code) {
    case RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID:
    case RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION:
    case RD_KAFKA_RESP_ERR__ASSIGNMENT_LOST:
    case RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED: // it left the group by itself
    case fenced_member_epoch:
    case stale_member_epoch:
      return true;
    default:
      return false;
  }
}

bool is_unknown_topic(int code) {
  return code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART
         || code == RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION
         || code == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC
         || code == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION;
}

// What the coordinator refuses in JoinGroup because of our settings.
bool is_refused_config(int code) {
  return code == RD_KAFKA_RESP_ERR_INVALID_SESSION_TIMEOUT
         || code == RD_KAFKA_RESP_ERR_INVALID_GROUP_ID
         || code == RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL;
}

errc to_errc(int code, std::string_view words) {
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
    return errc::none;
  if (is_authentication(code, words))
    return errc::authentication;
  if (is_authorization(code))
    return errc::authorization;
  if (code == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID)
    return errc::fenced_instance;
  if (is_unavailable(code) || is_foreign_answer(words))
    return errc::broker_unavailable;
  if (is_timeout(code))
    return errc::timed_out;
  if (is_stale_membership(code))
    return errc::stale_membership;
  if (code == RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS)
    return errc::rebalance_in_progress;
  if (is_unknown_topic(code))
    return errc::unknown_topic;
  if (code == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE
      || code == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET)
    return errc::offset_out_of_range;
  if (is_refused_config(code))
    return errc::invalid_config;
  if (code == RD_KAFKA_RESP_ERR__FATAL)
    return errc::client_fatal;
  return errc::other_client_error;
}

// Retriable as in the Kafka protocol's table of error codes. Not in it on
// purpose: an unknown topic, which would keep a commit for a deleted one alive
// for ever.
bool is_retriable(int code) {
  if (is_unavailable(code) || is_timeout(code))
    return true;
  switch (code) {
    case RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS:
    case RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT:
    case RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS:
    case RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND:
    case RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR:
    case RD_KAFKA_RESP_ERR_THROTTLING_QUOTA_EXCEEDED:
    case RD_KAFKA_RESP_ERR__QUEUE_FULL:
    case RD_KAFKA_RESP_ERR__RETRY:
    case RD_KAFKA_RESP_ERR__PREV_IN_PROGRESS:
      return true;
    default:
      return false;
  }
}

} // namespace

error error_of_code(int code, std::string_view words) {
  error result;
  result.code = to_errc(code, words);
  if (!result)
    return result;
  auto native = static_cast<rd_kafka_resp_err_t>(code);
  result.text = rd_kafka_err2name(native);
  result.text += ": ";
  result.text += words.empty() ? rd_kafka_err2str(native)
                               : with_right_advice(words);
  auto hint = security_hint(words, rd_kafka_version());
  if (hint.empty())
    hint = hint_of(code);
  if (!hint.empty())
    result.text += ": " + hint;
  result.fatal = code == RD_KAFKA_RESP_ERR__FATAL;
  result.too_large = code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE
                     || code == RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE
                     || code == RD_KAFKA_RESP_ERR_OFFSET_METADATA_TOO_LARGE;
  result.retriable = result.code != errc::authentication
                     && (is_retriable(code) || is_foreign_answer(words));
  return result;
}

error no_thread(std::string_view why) {
  error result;
  result.code = errc::other_client_error;
  result.text = "no thread can be made: " + std::string{why}
                + "; the limit of processes is reached (ulimit -u, or pids.max "
                  "of a container)";
  result.retriable = true;
  return result;
}

error take_error(rd_kafka_error_s* x) {
  if (x == nullptr)
    return {};
  auto result = error_of_code(rd_kafka_error_code(x), rd_kafka_error_string(x));
  result.fatal = result.fatal || rd_kafka_error_is_fatal(x) != 0;
  result.retriable = result.retriable || rd_kafka_error_is_retriable(x) != 0;
  rd_kafka_error_destroy(x);
  return result;
}

} // namespace cafka::kafka
