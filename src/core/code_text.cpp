#include <cafka/ack_result.hpp>
#include <cafka/errc.hpp>

namespace cafka {

// No `default` below: a new enumerator without a name is a compiler warning.
// Codes come from other processes too, so that an unknown one has a name.

std::string to_string(ack_result x) {
  switch (x) {
    case ack_result::accepted:
      return "accepted";
    case ack_result::already_acked:
      return "already_acked";
    case ack_result::not_held:
      return "not_held";
    case ack_result::stale_generation:
      return "stale_generation";
    case ack_result::negative_offset:
      return "negative_offset";
    case ack_result::below_watermark:
      return "below_watermark";
    case ack_result::beyond_delivered:
      return "beyond_delivered";
    case ack_result::not_delivered:
      return "not_delivered";
    case ack_result::withheld:
      return "withheld";
  }
  return "unknown";
}

std::string to_string(errc x) {
  switch (x) {
    case errc::none:
      return "none";
    case errc::invalid_config:
      return "invalid_config";
    case errc::name_taken:
      return "name_taken";
    case errc::authentication:
      return "authentication";
    case errc::authorization:
      return "authorization";
    case errc::fenced_instance:
      return "fenced_instance";
    case errc::client_fatal:
      return "client_fatal";
    case errc::broker_unavailable:
      return "broker_unavailable";
    case errc::unknown_topic:
      return "unknown_topic";
    case errc::offset_out_of_range:
      return "offset_out_of_range";
    case errc::stale_membership:
      return "stale_membership";
    case errc::rebalance_in_progress:
      return "rebalance_in_progress";
    case errc::timed_out:
      return "timed_out";
    case errc::other_client_error:
      return "other_client_error";
    case errc::handler_failed:
      return "handler_failed";
    case errc::handler_not_built:
      return "handler_not_built";
    case errc::bad_answer:
      return "bad_answer";
    case errc::source_failed:
      return "source_failed";
    case errc::worker_killed:
      return "worker_killed";
    case errc::coordinator_died:
      return "coordinator_died";
    case errc::manager_died:
      return "manager_died";
    case errc::restarts_exhausted:
      return "restarts_exhausted";
    case errc::partition_stalled:
      return "partition_stalled";
    case errc::partition_exhausted:
      return "partition_exhausted";
    case errc::calls_outlived_stop:
      return "calls_outlived_stop";
    case errc::dead_letter_topic_missing:
      return "dead_letter_topic_missing";
    case errc::dead_letter_failed:
      return "dead_letter_failed";
    case errc::output_failed:
      return "output_failed";
    case errc::record_rejected:
      return "record_rejected";
  }
  return "unknown";
}

} // namespace cafka
